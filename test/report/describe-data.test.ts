import path from 'node:path';
import { expect, test } from 'vitest';
import { describeData } from '../../lib/report/describe-data';
import { writeClassFolders } from '../transfer/class-folders';
import { newFolder } from './sample-report';

test('pictures of folders without records are counted too; nothing is said of where they come from', async () => {
  const folder = path.join(await newFolder(), 'mine');
  await writeClassFolders(folder, ['benign', 'malignant'], 3);
  expect(await describeData(folder)).toEqual({
    rows: [],
    counts: { benign: 3, malignant: 3 },
    synthetic: false,
  });
});

test('of a folder that is not there nothing is said', async () => {
  expect(await describeData(path.join(await newFolder(), 'none'))).toEqual({
    rows: [],
    counts: {},
    synthetic: false,
  });
});
