import { appendFile, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { sha256 } from '../../lib/core/files';
import { loadDataset } from '../../lib/dataset/load-dataset';
import { kagglePatientId } from '../../lib/dataset/patient-id';
import { readRecords, recordsName, writeRecords } from '../../lib/dataset/records';
import { greyPng, temporaryFolder, writeFiles } from './sample-pictures';

async function dataset() {
  const folder = path.join(temporaryFolder(), 'lungs');
  await writeFiles(folder, {
    'normal/IM-0001-0001.png': 1,
    'normal/b.PNG': 2,
    'covid/a.png': 3,
    'covid/notes.txt': 'no picture',
    'demo/covid/c.png': 4,
    'README.md': 'no class',
  });
  return folder;
}

describe('a folder of class folders', () => {
  it('gives a record a picture, sorted; folders without pictures and other files are no classes', async () => {
    const folder = await dataset();
    const xrays = await loadDataset(folder);
    expect(xrays.map(({ label, path: file }) => [label, path.relative(folder, file)])).toEqual([
      ['covid', 'covid/a.png'],
      ['normal', 'normal/IM-0001-0001.png'],
      ['normal', 'normal/b.PNG'],
    ]);
    expect(xrays[0]).toEqual({
      path: path.join(folder, 'covid/a.png'),
      label: 'covid',
      patientId: 'lungs:covid/a.png',
      source: 'lungs',
      view: '',
      license: '',
      width: 8,
      height: 8,
      sha256: sha256(await greyPng(3)),
    });
    expect(xrays[1]!.patientId).toBe('kaggle-chest-xray:IM-0001');
  });

  it('takes the classes asked for, and names the choices otherwise', async () => {
    const folder = await dataset();
    expect((await loadDataset(folder, { classes: ['covid'] })).map(({ label }) => label)).toEqual(['covid']);
    await expect(loadDataset(folder, { classes: ['covid', 'flu'] })).rejects.toThrow(
      /"flu".*holds covid, normal/,
    );
    await expect(loadDataset(folder, { classes: [] })).rejects.toThrow(
      'classes is empty; choose of covid, normal',
    );
  });

  it('names all files that cannot be read, ten at most, with a count', async () => {
    const folder = await dataset();
    const bad = Object.fromEntries(Array.from({ length: 12 }, (_, i) => [`covid/x${10 + i}.png`, 'text']));
    await writeFiles(folder, { ...bad, 'covid/x.gif': 'GIF89a' });
    const { message } = await loadDataset(folder).then(
      () => new Error('none thrown'),
      (error: Error) => error,
    );
    expect(message).toMatch(/^13 of 16 pictures cannot be used:/);
    expect(message).toContain('x.gif holds GIF, not JPEG, PNG or DICOM');
    expect(message.split('\n')).toHaveLength(12);
    expect(message).toMatch(/and 3 more$/);
  });

  it('says what is expected where there are no classes, no folder, or a file', async () => {
    const folder = temporaryFolder();
    await writeFiles(folder, { 'a.png': 1 });
    await expect(loadDataset(folder)).rejects.toThrow(/holds no class folders .*expected one folder a class/);
    await expect(loadDataset(path.join(folder, 'none'))).rejects.toThrow(
      /none does not exist; check the path/,
    );
    await expect(loadDataset(path.join(folder, 'a.png'))).rejects.toThrow(
      /a\.png is a file; name the folder/,
    );
  });

  it('passes over no picture for its name: rarer extensions, none at all, a DICOM among them', async () => {
    const folder = temporaryFolder();
    const dicom = Buffer.concat([Buffer.alloc(128), Buffer.from('DICM')]);
    await writeFiles(folder, { 'c/a.jfif': 1, 'c/b.JPE': 2, 'c/scan': 3, 'c/README': 'BMI of whom?' });
    expect((await loadDataset(folder)).map((xray) => path.basename(xray.path))).toEqual([
      'a.jfif',
      'b.JPE',
      'scan',
    ]);
    await writeFiles(folder, { 'c/IM00001': dicom });
    await expect(loadDataset(folder)).rejects.toThrow(/IM00001 is DICOM that holds no picture/);
  });

  it('names arguments of another kind', async () => {
    const load = loadDataset as (...given: unknown[]) => Promise<unknown>;
    await expect(load('')).rejects.toThrow('dataset is ""; name the folder');
    await expect(load(undefined)).rejects.toThrow('dataset is undefined; name the folder');
    await expect(load(await dataset(), { classes: 'covid' })).rejects.toThrow(
      'classes is "covid"; give a list',
    );
  });

  it('stops when asked to', async () => {
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(loadDataset(await dataset(), { signal })).rejects.toThrow('enough');
  });
});

describe('with onRefused', () => {
  /** Changed in its middle: its header and its end are whole. */
  async function damaged(): Promise<Buffer> {
    const bytes = Buffer.from(await greyPng(7, 64));
    bytes[bytes.indexOf('IDAT') + 20]! ^= 0xff;
    return bytes;
  }

  it('what cannot be decoded is named and left out; what was decoded once is remembered by its hash', async () => {
    const folder = await dataset();
    await writeFiles(folder, { 'covid/bad.png': await damaged(), 'covid/empty.png': '' });
    vi.stubEnv('XRAY_CACHE', path.join(folder, 'cache'));
    onTestFinished(() => {
      vi.unstubAllEnvs();
    });
    const refused: string[] = [];
    const load = () =>
      loadDataset(folder, {
        onRefused: (file, { message }) => {
          expect(message).toContain(file);
          refused.push(path.basename(file));
        },
      });
    const xrays = await load();
    expect(xrays.map((xray) => path.basename(xray.path))).toEqual(['a.png', 'IM-0001-0001.png', 'b.PNG']);
    expect(refused.sort()).toEqual(['bad.png', 'empty.png']);
    const [kept] = await readdir(path.join(folder, 'cache', 'decoded'));
    const hashes = (await readFile(path.join(folder, 'cache', 'decoded', kept!), 'utf8')).trim().split('\n');
    expect(hashes.sort()).toEqual(xrays.map((xray) => xray.sha256).sort());
    expect(await load()).toEqual(xrays);
    expect(refused).toHaveLength(4);
  });

  it('what it throws ends the work; none left is an error', async () => {
    const folder = await dataset();
    await writeFiles(folder, { 'covid/x.gif': 'GIF89a', 'covid/y.gif': 'GIF89a' });
    const told: string[] = [];
    const onRefused = (file: string, error: Error) => {
      told.push(file);
      throw error;
    };
    await expect(loadDataset(folder, { onRefused })).rejects.toThrow(/[xy]\.gif holds GIF/);
    await rm(path.join(folder, 'covid', 'a.png'));
    await expect(loadDataset(folder, { classes: ['covid'], onRefused: () => undefined })).rejects.toThrow(
      '2 of 2 pictures cannot be used',
    );
  });

  it('XRAY_UNREADABLE=skip names them on standard error, without the folders above', async () => {
    const folder = await dataset();
    await writeFiles(folder, { 'covid/x.gif': 'GIF89a' });
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    vi.stubEnv('XRAY_UNREADABLE', 'skip');
    vi.stubEnv('XRAY_CACHE', path.join(folder, 'cache'));
    onTestFinished(() => {
      vi.unstubAllEnvs();
      warn.mockRestore();
    });
    expect(await loadDataset(folder)).toHaveLength(3);
    expect(warn.mock.calls).toEqual([[expect.stringMatching(/^Left out: covid\/x\.gif holds GIF/)]]);
    vi.stubEnv('XRAY_UNREADABLE', 'never');
    await expect(loadDataset(folder)).rejects.toThrow('XRAY_UNREADABLE is "never"; choose one of stop, skip');
  });
});

describe('records.csv', () => {
  async function recorded() {
    const folder = await dataset();
    const xrays = await loadDataset(folder, { classes: ['normal'] });
    const known = xrays.map((xray) => ({ ...xray, patientId: 'p,"1"', view: 'PA', license: 'CC BY\n4.0' }));
    await writeRecords(path.join(folder, 'normal'), known);
    return { folder, known, file: path.join(folder, 'normal', recordsName) };
  }

  it('comes back as it was written, and is what loadDataset returns', async () => {
    const { folder, known, file } = await recorded();
    expect(await readRecords(path.join(folder, 'normal'))).toEqual(known);
    expect(await loadDataset(folder, { classes: ['normal'] })).toEqual(known);
    expect((await readFile(file, 'utf8')).split('\n')[0]).toBe(
      'path,label,patientId,source,view,sha256,width,height,license',
    );
  });

  it('notices pictures that were changed, added and removed', async () => {
    const { folder } = await recorded();
    await writeFiles(folder, { 'normal/b.PNG': 9, 'normal/new.png': 5 });
    await rm(path.join(folder, 'normal/IM-0001-0001.png'));
    const { message } = await loadDataset(folder).then(
      () => new Error('none thrown'),
      (error: Error) => error,
    );
    expect(message).toContain('3 pictures differ from records.csv');
    expect(message).toContain('b.PNG was changed');
    expect(message).toContain('new.png was added');
    expect(message).toContain('IM-0001-0001.png was removed');
    expect(message).toMatch(/Build the folder again/);
  });

  it('names a picture whose place a folder has taken', async () => {
    const { folder } = await recorded();
    await rm(path.join(folder, 'normal/b.PNG'));
    await mkdir(path.join(folder, 'normal/b.PNG'));
    await expect(loadDataset(folder)).rejects.toThrow(/1 pictures differ.*\n.*b\.PNG is a folder/);
  });

  it('whose pictures are all gone is noticed too', async () => {
    const { folder } = await recorded();
    await rm(path.join(folder, 'normal/b.PNG'));
    await rm(path.join(folder, 'normal/IM-0001-0001.png'));
    await expect(loadDataset(folder)).rejects.toThrow(/2 pictures differ/);
  });

  const line = (name: string, label = 'normal', hash = 'a'.repeat(64), width = '8') =>
    `${name},${label},p,s,PA,${hash},${width},8,\n`;
  it.each([
    [
      'a path outside',
      line('../covid/a.png'),
      /line 4, names "\.\.\/covid\/a\.png", which is not a file of this/,
    ],
    ['an absolute path', line('/etc/passwd'), /which is not a file of this folder/],
    ['another label', line('x.png', 'covid'), /line 4, has the label "covid", but the folder is "normal"/],
    ['a malformed hash', line('x.png', 'normal', 'a1'), /has "a1" for a SHA-256/],
    ['a malformed side', line('x.png', 'normal', undefined, '-8'), /has the side "-8"/],
    ['a picture twice', line('b.PNG'), /lists b\.PNG twice/],
    ['too few columns', 'x.png,normal\n', /cannot be read .*; build the folder again/],
  ])('refuses %s', async (_, text, message) => {
    const folder = path.join(temporaryFolder(), 'normal');
    const [b, c] = [line('b.PNG'), line('c.png')];
    await writeFiles(folder, {
      [recordsName]: `path,label,patientId,source,view,sha256,width,height,license\n${b}${c}`,
    });
    await appendFile(path.join(folder, recordsName), text);
    await expect(readRecords(folder)).rejects.toThrow(message);
  });

  it('refuses a file without the columns, or without pictures', async () => {
    const folder = temporaryFolder();
    await writeFile(path.join(folder, recordsName), 'path,label\na.png,x\n');
    await expect(readRecords(folder)).rejects.toThrow(/lacks the column patientId, source/);
    await writeFile(path.join(folder, recordsName), '');
    await expect(readRecords(folder)).rejects.toThrow(/lists no pictures/);
  });
});

it.each([
  ['person1_virus_6.jpeg', 'kaggle-chest-xray:person1'],
  ['person1_bacteria_2.jpeg', 'kaggle-chest-xray:person1'],
  ['IM-0115-0001.jpeg', 'kaggle-chest-xray:IM-0115'],
  ['IM-0429-0001-0002.jpeg', 'kaggle-chest-xray:IM-0429'],
  ['NORMAL2-IM-0035-0001.jpeg', 'kaggle-chest-xray:NORMAL2-IM-0035'],
  ['chest.jpeg', undefined],
])('patient of %s is %s', (name, patient) => {
  expect(kagglePatientId(name)).toBe(patient);
});
