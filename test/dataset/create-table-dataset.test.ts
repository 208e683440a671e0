import { readdir, readFile, truncate } from 'node:fs/promises';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createTableDataset, type TableOptions } from '../../lib/dataset/create-table-dataset';
import { loadDataset } from '../../lib/dataset/load-dataset';
import { readMetadata } from '../../lib/dataset/metadata';
import { readRecords, recordsName, writeRecords } from '../../lib/dataset/records';
import { runCli } from '../commands/dist';
import { type Written, writeDicom } from './dicom/write-dicom';
import { greyPng, record, temporaryFolder, writeFiles } from './sample-pictures';

/** As NIH's list: several findings in a cell, pictures in several folders; and an address, which is nobody's business. */
const nih = `Image Index,Finding Labels,Patient ID,Patient Age,View Position,Address
1_000.png,Pneumonia|Effusion,11,58,PA,Elm Street
1_001.png,pneumonia,11,59,PA,Elm Street
2_000.png,No Finding,12,81,PA,Oak Street
3_000.png,No Finding,13,20,AP,Oak Street
4_000.png,Effusion,14,20,PA,Oak Street
5_000.png,Pneumonia,15,20,PA,Oak Street
6_000.png,No Finding|Pneumonia,16,20,PA,Oak Street
2_000.png,No Finding,12,81,PA,Oak Street
`;

const options = (images: string): TableOptions => ({
  images,
  columns: { file: 'Image Index', label: 'finding labels', patient: 'Patient ID', view: 'View Position' },
  classes: { ill: 'Pneumonia', healthy: 'No Finding' },
  keep: ['Patient Age'],
  where: { 'View Position': 'pa' },
});

async function written(): Promise<{ folder: string; at: (...names: string[]) => string }> {
  const folder = temporaryFolder();
  await writeFiles(folder, {
    'nih.csv': nih,
    'images_001/images/1_000.png': 1,
    'images_001/images/1_001.png': 2,
    'images_002/images/2_000.png': 3,
    'images_002/images/3_000.png': 4,
    'images_002/images/6_000.png': 5,
  });
  return { folder, at: (...names) => path.join(folder, ...names) };
}

describe('createTableDataset', () => {
  it('takes the labels asked for, counts what is left out, and keeps only what is named', async () => {
    const { folder, at } = await written();
    const report = await createTableDataset(at('nih.csv'), at('to'), options(folder));
    expect(report).toEqual({
      rows: 8,
      taken: 3,
      skipped: { 'Finding Labels': 1, 'View Position': 1, missing: 1, repeated: 1, 'several classes': 1 },
      missing: ['5_000.png'],
      to: at('to'),
      duplicates: [],
      unreadable: [],
    });
    const xrays = await loadDataset(at('to'));
    expect(
      xrays.map(({ label, path: file, view, source, metadata }) => [
        `${label}/${path.basename(file)}`,
        view,
        source,
        metadata,
      ]),
    ).toEqual([
      ['healthy/2_000.png', 'PA', 'nih', { 'Patient Age': '81' }],
      ['ill/1_000.png', 'PA', 'nih', { 'Patient Age': '58' }],
      ['ill/1_001.png', 'PA', 'nih', { 'Patient Age': '59' }],
    ]);
    const [other, one, same] = xrays.map(({ patientId }) => patientId);
    expect(one).toBe(same);
    expect(one).toMatch(/^nih:[0-9a-f]{16}$/);
    expect(one).not.toBe(other);
    expect(await readFile(at('to', 'ill', '1_000.png'))).toEqual(await greyPng(1));
    expect(await readFile(at('to', 'ill', recordsName), 'utf8')).not.toMatch(/Elm|Street|,11,/);
  });

  it('DICOM named without extension is written as PNG: the same picture, nobody named in it', async () => {
    const folder = temporaryFolder();
    const values = [0, 1000, 2000, 4095];
    const nameless: Written[] = [[0x00185101, 'CS', 'AP']];
    await writeFiles(folder, {
      'rsna.csv': 'patientId;Target\na;1\na;1\nb;0\n',
      'images/a.dcm': writeDicom(values, 2, nameless),
      'images/b.dcm': writeDicom(values.slice().reverse(), 2),
    });
    const report = await createTableDataset(path.join(folder, 'rsna.csv'), path.join(folder, 'to'), {
      images: path.join(folder, 'images'),
      columns: { file: 'patientId', label: 'Target' },
      classes: { pneumonia: '1', normal: '0' },
    });
    expect(report).toMatchObject({ taken: 2, skipped: { repeated: 1 } });
    const [normal, pneumonia] = await loadDataset(path.join(folder, 'to'));
    expect([path.basename(pneumonia!.path), pneumonia!.view]).toEqual(['a.png', 'AP']);
    expect(pneumonia!.patientId).toMatch(/^dicom:/);
    expect(pneumonia!.patientId).toBe(normal!.patientId);
    const bytes = Buffer.concat([
      await readFile(pneumonia!.path),
      await readFile(path.join(folder, 'to', 'pneumonia', recordsName)),
    ]);
    expect(bytes.toString('latin1')).not.toMatch(/Doe|MRN/);
  });

  // As CheXpert's and MIMIC's: the patient is in the path, and all files are called alike.
  it('takes files of one name from many folders, each under a name of its own', async () => {
    const folder = temporaryFolder();
    const files = ['p1/study1', 'p2/study1', 'p3/study1', 'p3/study2', '.p4/study1', 'x-p2/study1'].map(
      (above) => `${above}/view1.png`,
    );
    await writeFiles(folder, {
      'table.csv': `file,label\n${files.map((file) => `${file},ill`).join('\n')}\n`,
      ...Object.fromEntries(files.map((file, i) => [`pictures/${file}`, i])),
    });
    const { taken, skipped } = await createTableDataset(path.join(folder, 'table.csv'), folder, {
      images: path.join(folder, 'pictures'),
      columns: { file: 'file', label: 'label' },
      classes: { ill: 'ill' },
    });
    expect([taken, skipped]).toEqual([6, {}]);
    const names = (await readRecords(path.join(folder, 'ill'))).map((xray) => path.basename(xray.path));
    expect(names).toEqual(
      [
        'view1.png',
        'study1-view1.png',
        'p3-study1-view1.png',
        'study2-view1.png',
        '_p4-study1-view1.png',
        'x-p2-study1-view1.png',
      ].sort(),
    );
  });

  it('names the columns and labels that there are', async () => {
    const { folder, at } = await written();
    const given = options(folder);
    const make = (changed: Partial<TableOptions>) =>
      createTableDataset(at('nih.csv'), at('to'), { ...given, ...changed });
    await expect(make({ columns: { file: 'file', label: 'Finding Labels' } })).rejects.toThrow(
      /no column "file"; its columns are Image Index, Finding Labels, Patient ID/,
    );
    await expect(make({ keep: ['Weight'] })).rejects.toThrow(/no column "Weight"/);
    await expect(make({ classes: { flu: 'Influenza', ill: 'Pneumonia' } })).rejects.toThrow(
      /class "flu" has no picture: .* the labels there are: Effusion, No Finding, /,
    );
    await expect(make({ classes: {} })).rejects.toThrow(/classes is empty/);
    await expect(make({ classes: { '../out': 'Pneumonia' } })).rejects.toThrow(/"\.\.\/out", which cannot/);
    await expect(make({ images: at('none') })).rejects.toThrow(/images is .*none, which cannot be listed/);
    await expect(createTableDataset(at('none.csv'), at('to'), given)).rejects.toThrow(/none\.csv cannot/);
    expect(await readdir(folder)).not.toContain('to');
  });

  it('refuses tables that have no end or are too large before they are in memory', async () => {
    const { folder, at } = await written();
    await truncate(at('nih.csv'), 300e6);
    const tables = [at('nih.csv'), folder, ...(process.platform === 'win32' ? [] : ['/dev/zero'])];
    for (const table of tables) {
      const refusal = table === at('nih.csv') ? 'has 300000000 bytes' : 'is no file';
      await expect(createTableDataset(table, at('to'), options(folder))).rejects.toThrow(
        `${table} ${refusal}`,
      );
      await expect(readMetadata(table)).rejects.toThrow(`${table} ${refusal}`);
    }
  });

  it('never leaves the folder of the pictures', async () => {
    const { folder, at } = await written();
    await writeFiles(folder, {
      'out.csv': 'file,label\n../secret.png,a\n/etc/hostname,a\nimages_001/images/1_000.png,a\n',
      'secret.png': 9,
    });
    const report = await createTableDataset(at('out.csv'), at('to'), {
      images: at('images_001'),
      columns: { file: 'file', label: 'label' },
      classes: { a: 'a' },
    });
    // The third is found by its name: its folders are of the folder above.
    expect(report).toMatchObject({ taken: 1, missing: ['../secret.png', '/etc/hostname'] });
  });
});

it('records.csv gives back what is known of a picture, whatever is in it', async () => {
  const folder = temporaryFolder();
  const text = fc.string({
    unit: fc.constantFrom(...'a ",;=\n\'é<>__proto__'.split('')),
    minLength: 1,
    maxLength: 8,
  });
  await fc.assert(
    fc.asyncProperty(fc.array(fc.dictionary(text, text), { minLength: 1, maxLength: 3 }), async (all) => {
      const xrays = all.map((metadata, i) => ({
        ...record('covid', `p${i}`, `${i}.png`),
        path: path.join(folder, 'covid', `${i}.png`),
        ...(Object.keys(metadata).length && { metadata }),
      }));
      await writeRecords(path.join(folder, 'covid'), xrays);
      expect(await readRecords(path.join(folder, 'covid'))).toEqual(xrays);
    }),
    { numRuns: 40 },
  );
});

it('the command line says what was taken', async () => {
  const { folder, at } = await written();
  const { code, stdout, stderr } = await runCli([
    ...['data', 'table', '--from', at('nih.csv'), '--images', folder, '--to', at('to')],
    ...['--file', 'Image Index', '--label', 'Finding Labels', '--patient', 'Patient ID'],
    ...['--class', 'ill=Pneumonia', 'healthy=No Finding', '--where', 'View Position=PA'],
  ]);
  expect([code, stderr]).toEqual([0, expect.not.stringContaining('rror')]);
  expect(stdout).toMatch(/^8 rows: 3 pictures taken, in /);
  expect(stdout).toMatch(/left out, several classes: 1/);
  expect(stdout).toMatch(/listed but missing: 5_000\.png/);
  const wrong = await runCli([
    'data',
    'table',
    '--from',
    'x',
    '--images',
    'y',
    '--file',
    'a',
    '--label',
    'b',
    '--class',
    'ill',
  ]);
  expect(wrong.code).toBe(2);
  expect(wrong.stderr).toMatch(/give NAME=VALUE/);
});
