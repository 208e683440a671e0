import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { networkLabel } from '../../lib/grid/network-label';
import { parseGrid, readGrid } from '../../lib/grid/read-grid';
import { presets } from '../../lib/transfer/preset';

const small = { datasets: ['data'], networks: ['fractal'] };
const parse = (changes: object) => () => parseGrid({ ...small, ...changes }, '/base');

describe('a grid', () => {
  test('has defaults, and paths from its folder', () => {
    expect(parseGrid(small, '/base')).toEqual({
      datasets: [{ name: 'data', folder: path.resolve('/base/data') }],
      networks: [{ name: 'fractal' }],
      presets: [{ name: 'sound', preset: 'sound', parameters: presets.sound }],
      seeds: [0, 1, 2],
      folds: 5,
      audit: false,
      shard: 256,
    });
  });

  test('takes parameters of a preset, named by what they are', () => {
    const { presets: read } = parse({ presets: ['article', { preset: 'sound', epochs: 7 }] })();
    expect(read.map(({ name, parameters }) => [name, parameters.epochs])).toEqual([
      ['article', 25],
      ['sound epochs 7', 7],
    ]);
  });

  test('labels networks by what tells them apart', () => {
    expect(networkLabel({ name: 'vgg16', weights: 'random' })).toBe('vgg16 random');
    expect(networkLabel({ name: '/models/mine', cut: 'relu_3' })).toBe('mine relu_3');
  });

  test('is read from YAML', async () => {
    const file = path.join(tmpdir(), `xray-grid-${process.pid}.yaml`);
    writeFileSync(file, 'datasets:\n  - {name: kaggle, folder: ../k}\nnetworks: [vgg16]\nseeds: [3]\n');
    const grid = await readGrid(file);
    expect(grid.datasets).toEqual([{ name: 'kaggle', folder: path.resolve(tmpdir(), '../k') }]);
    expect(grid.seeds).toEqual([3]);
    writeFileSync(file, 'datasets: [a\n');
    await expect(readGrid(file)).rejects.toThrow(/^.*grid.*\.yaml: /);
    await expect(readGrid('absent.yaml')).rejects.toThrow('absent.yaml cannot be read (ENOENT)');
  });
});

describe('what is wrong is named with its key, its value and the choices', () => {
  test.each([
    [{ folders: 3 }, 'folders is no key of a grid; did you mean folds? Choose of datasets, networks'],
    [{ folds: 1 }, 'folds is 1; it must be a whole number from 2 to 100'],
    [{ folds: 'five' }, 'folds is "five"; it must be a whole number from 2 to 100'],
    [{ datasets: [] }, 'datasets is []; it must be a list of folders'],
    [{ datasets: undefined }, 'datasets is missing; it must be a list of folders'],
    [{ networks: ['vgg61'] }, 'backbone is "vgg61"; did you mean vgg16? Choose one of vgg16,'],
    [
      { networks: [{ name: 'vgg16', wieghts: 'x' }] },
      'networks[0].wieghts is no key of a grid; did you mean weights?',
    ],
    [{ networks: [3] }, 'networks[0] is 3; it must be a list of networks'],
    [{ presets: ['best'] }, 'presets[0] is "best"; it must be a list of article, sound'],
    [{ presets: [{ preset: 'sound', epochs: 0 }] }, 'presets[0]: epochs is 0; it must be a whole number'],
    [{ presets: [{ preset: 'sound', epoch: 3 }] }, 'presets[0]: epoch is no parameter; did you mean epochs?'],
    [{ presets: [{ preset: 'best' }] }, 'presets[0].preset is "best"'],
    [{ seeds: [1, 1] }, 'seeds is [1,1]; give each once'],
    [{ seeds: [-1] }, 'seeds[0] is -1; it must be a list of whole numbers'],
    [{ networks: ['vgg16', 'vgg16'] }, 'networks has "vgg16" twice'],
    [{ audit: 'yes' }, 'audit is "yes"; it must be true or false'],
  ])('%j', (changes, message) => {
    expect(parse(changes)).toThrow(message);
  });

  test('also where there is no grid at all', () => {
    expect(() => parseGrid(null, '/')).toThrow(
      'the grid is null; it must be an object with datasets, networks',
    );
  });
});
