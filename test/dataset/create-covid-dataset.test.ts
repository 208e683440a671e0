import { existsSync } from 'node:fs';
import { copyFile, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { createCovidDataset } from '../../lib/dataset/create-covid-dataset';
import { loadDataset } from '../../lib/dataset/load-dataset';
import { recordsName, writeRecords } from '../../lib/dataset/records';
import { syntheticSource } from '../../lib/dataset/xray';
import { record, sharedData, temporaryFolder, writeFiles } from './sample-pictures';

/** The headers that the file has had, with rows of ours; the pictures a.png … are numbered greys. */
const forms = {
  first: `Patientid,offset,sex,age,finding,survival,view,date,location,filename,doi, url,license,notes
1,0,M,65,COVID-19,Y,PA,2020,,a.png,,,CC BY,
2,0,M,65,COVID-19,Y,CT,2020,,b.png,,,,
2,0,M,65,SARS,Y,PA,2020,,c.png,,,,
`,
  second: `Patientid,offset,sex,age,finding,survival,view,modality,date,location,filename,doi, url,license,clinical notes,other notes,
1,0,M,65,COVID-19,Y,PA,X-ray,2020,,a.png,,,CC BY,"two
lines, with ""commas""",,
2,0,M,65,COVID-19,Y,PA,CT,2020,,b.png,,,,,,
3,0,M,65,COVID-19,Y,L,X-ray,2020,,c.png,,,,,,
`,
  third: `patientid,offset,sex,age,finding,survival,intubated,view,modality,date,location,folder,filename,doi,url,license,clinical_notes,other_notes,
1,0,M,65,"COVID-19, ARDS",Y,N,pa,X-ray,2020,,images,a.png,,,CC BY,,,
2,0,M,65,todo,Y,N,PA,X-ray,2020,,images,b.png,,,,,,
3,0,M,65,COVID-190,Y,N,PA,X-ray,2020,,images,c.png,,,,,,
`,
  last: `\uFEFFpatientid,offset,sex,age,finding,RT_PCR_positive,survival,view,modality,date,location,folder,filename,doi,url,license,clinical_notes,other_notes,
1,0,M,65,Pneumonia/Viral/COVID-19,Y,Y, PA ,X-ray,2020,,images,a.png,,,CC BY,,,
2,0,M,65,Unknown,Y,Y,PA,X-ray,2020,,images,b.png,,,,,,
3,0,M,65,Pneumonia/Viral/SARS,Y,Y,PA,X-ray,2020,,images,c.png,,,,,,
`,
};

async function source(metadata: string, files: Record<string, number | string> = {}) {
  const folder = temporaryFolder();
  const pictures = { 'images/a.png': 1, 'images/b.png': 2, 'images/c.png': 3 };
  await writeFiles(folder, { 'from/metadata.csv': metadata });
  await writeFiles(path.join(folder, 'from'), { ...pictures, ...files });
  return { from: path.join(folder, 'from'), to: path.join(folder, 'dataset', 'covid') };
}

const header = 'patientid,finding,view,modality,folder,filename,license\n';

describe.each(Object.entries(forms))('the %s form of metadata.csv', (_, metadata) => {
  it('gives the one X-ray of the finding and view, byte for byte, with its record', async () => {
    const { from, to } = await source(metadata);
    const report = await createCovidDataset(from, to);
    expect(report).toMatchObject({ rows: 1, taken: 1, missing: [], to, duplicates: [], unreadable: [] });
    expect(Object.values(report.skipped).reduce((sum, count) => sum + count, 0)).toBe(2);
    expect(await readFile(path.join(to, 'a.png'))).toEqual(await readFile(path.join(from, 'images/a.png')));
    expect(await loadDataset(path.dirname(to))).toMatchObject([
      {
        label: 'covid',
        patientId: 'covid-chestxray-dataset:1',
        source: 'covid-chestxray-dataset',
        license: 'CC BY',
        metadata: { sex: 'M', age: '65', date: '2020', survival: 'Y' },
      },
    ]);
  });
});

describe('createCovidDataset', () => {
  it('takes other findings and views in any case, and names what there is', async () => {
    const { from, to } = await source(forms.second);
    expect(await createCovidDataset(from, to, { finding: 'covid-19', view: 'l' })).toMatchObject({
      taken: 1,
    });
    expect(await readdir(to)).toEqual(['c.png', recordsName]);
    await expect(createCovidDataset(from, to, { finding: 'Flu' })).rejects.toThrow(
      /finding is "Flu"; .* has COVID-19/,
    );
    await expect(createCovidDataset(from, to, { view: 'AP' })).rejects.toThrow(
      /view is "AP"; .*"COVID-19", L, PA/,
    );
    const third = await source(forms.third);
    await expect(createCovidDataset(third.from, third.to, { finding: 'todo' })).rejects.toThrow(
      'finding is "todo"',
    );
    const first = await source(forms.first);
    await expect(createCovidDataset(first.from, first.to, { view: 'CT' })).rejects.toThrow(
      /has no X-rays with it/,
    );
  });

  it('reports missing, unreadable, repeated and identical pictures; other folders are respected', async () => {
    const rows = [
      'images,a.png',
      'images,gone.png',
      'images,a.png',
      'images,bad.png',
      'more,a.png',
      ',b.png',
      'images,twin.png',
    ];
    const metadata = header + rows.map((row, i) => `${i},COVID-19,PA,X-ray,${row},\n`).join('');
    const { from, to } = await source(metadata, {
      'images/bad.png': 'text',
      'more/a.png': 7,
      'images/twin.png': 1,
    });
    const report = await createCovidDataset(from, to);
    expect(report).toMatchObject({
      rows: 7,
      taken: 4,
      skipped: { missing: 1, unreadable: 1, repeated: 1 },
      missing: ['gone.png'],
      duplicates: [['a.png', 'twin.png']],
    });
    expect(report.unreadable?.[0]).toMatch(/bad\.png holds no picture known here/);
    expect(await readdir(to)).toEqual(['a.png', 'b.png', 'more-a.png', recordsName, 'twin.png']);
  });

  it('gives the same folder twice, and leaves nothing else behind', async () => {
    const { from, to } = await source(forms.last);
    await createCovidDataset(from, to);
    const once = await readFile(path.join(to, recordsName));
    await createCovidDataset(from, to);
    expect(await readFile(path.join(to, recordsName))).toEqual(once);
    expect(await readdir(path.dirname(to))).toEqual(['covid']);
  });

  it.each([
    ['../secret.png', 'images'],
    ['../../secret.png', 'images'],
    ['a.png', '../..'],
    ['/etc/hostname', 'images'],
    ['a.png', '/etc'],
  ])('refuses %s in %s if it leads outside', async (filename, folder) => {
    const { from, to } = await source(`${header}1,COVID-19,PA,X-ray,${folder},${filename},\n`, {
      '../secret.png': 9,
    });
    const act = createCovidDataset(from, to);
    if (path.resolve(from, folder, filename) === path.join(from, 'secret.png'))
      expect(await act.catch((error: Error) => error.message)).toMatch(/none of the 1 pictures/);
    else await expect(act).rejects.toThrow(/which is outside .*; fetch the dataset again/);
    expect(existsSync(to)).toBe(false);
  });

  it('writes nothing if no picture can be used, and keeps what was there', async () => {
    const { from, to } = await source(forms.last);
    await createCovidDataset(from, to);
    await rm(path.join(from, 'images'), { recursive: true });
    await expect(createCovidDataset(from, to)).rejects.toThrow(
      /none of the 1 pictures .*: a\.png is missing/,
    );
    expect(await loadDataset(path.dirname(to))).toHaveLength(1);
    expect(await readdir(path.dirname(to))).toEqual(['covid']);
  });

  it('leaves the old folder whole when stopped', async () => {
    const { from, to } = await source(forms.last);
    await createCovidDataset(from, to);
    const signal = AbortSignal.abort(new Error('stopped'));
    await expect(createCovidDataset(from, to, { signal })).rejects.toThrow('stopped');
    expect(await loadDataset(path.dirname(to))).toHaveLength(1);
    expect(await readdir(path.dirname(to))).toEqual(['covid']);
  });

  it('replaces nothing that it did not make', async () => {
    const { from, to } = await source(forms.last);
    await writeFiles(to, { 'mine.png': 5 });
    await expect(createCovidDataset(from, to)).rejects.toThrow(
      /not built here \(no records\.csv\); name another folder/,
    );
    await rm(to, { recursive: true });
    await createCovidDataset(from, to);
    await writeFiles(to, { 'mine.png': 5 });
    await expect(createCovidDataset(from, to)).rejects.toThrow(
      /1 files that are not in its records\.csv, such as mine/,
    );
    await expect(createCovidDataset(from, path.join(from, 'metadata.csv'))).rejects.toThrow(
      /is a file; name a folder/,
    );
    expect(await readdir(to)).toContain('mine.png');
    await rm(path.join(to, 'mine.png'));
    await writeFiles(to, { '.annotations.json': '{}' });
    await expect(createCovidDataset(from, to)).rejects.toThrow(/such as \.annotations\.json/);
    await rm(path.join(to, '.annotations.json'));
    await writeFiles(to, { '.DS_Store': 'x' });
    expect(await createCovidDataset(from, to)).toMatchObject({ taken: 1 });
  });

  it('does not mix real pictures with synthetic ones', async () => {
    const { from, to } = await source(forms.last);
    const normal = path.join(path.dirname(to), 'normal');
    await mkdir(normal, { recursive: true });
    const phantom = {
      ...record('normal', 'p', 'x.png'),
      path: path.join(normal, 'x.png'),
      source: syntheticSource,
    };
    await writeRecords(normal, [phantom]);
    await expect(createCovidDataset(from, to)).rejects.toThrow(
      /normal holds synthetic phantoms.*not to be mixed/,
    );
  });

  it('says what is expected where metadata.csv is missing, malformed, or of another kind', async () => {
    const { from, to } = await source(forms.last);
    await expect(createCovidDataset(path.join(from, 'images'), to)).rejects.toThrow(
      /metadata\.csv does not exist; expected a copy of github\.com\/ieee8023\/covid-chestxray-dataset/,
    );
    await writeFile(path.join(from, 'metadata.csv'), 'patientid,view\n1,PA\n');
    await expect(createCovidDataset(from, to)).rejects.toThrow(
      /lacks the column finding, filename; its header is/,
    );
    await writeFile(path.join(from, 'metadata.csv'), `${header}1,"COVID-19,PA\n`);
    await expect(createCovidDataset(from, to)).rejects.toThrow(/is not CSV \(.*line/);
  });
});

describe.skipIf(!existsSync(sharedData))('the real dataset (skipped where ../shared/data is absent)', () => {
  it('has 69 rows, 68 pictures and one missing in the article’s days', async () => {
    const to = path.join(temporaryFolder(), 'covid');
    const report = await createCovidDataset(path.join(sharedData, 'covid-chestxray-dataset'), to);
    expect(report).toMatchObject({
      rows: 69,
      taken: 68,
      skipped: { finding: 25, view: 52, missing: 1 },
      missing: ['covid-19-pneumonia-14-PA.png'],
    });
    const xrays = await loadDataset(path.dirname(to));
    expect(new Set(xrays.map(({ patientId }) => patientId)).size).toBe(45);
  });

  it.each([
    ['2020-03-16-head.csv', 2],
    ['2020-03-18.csv', 69],
    ['2020-06-22.csv', 217],
    ['2020-10-final-head.csv', 4],
  ])('metadata variant %s has %i rows', async (variant, rows) => {
    const folder = temporaryFolder();
    await writeFiles(folder, {
      'images/auntminnie-a-2020_01_28_23_51_6665_2020_01_28_Vietnam_coronavirus.jpeg': 1,
    });
    await copyFile(path.join(sharedData, 'metadata-variants', variant), path.join(folder, 'metadata.csv'));
    const report = await createCovidDataset(folder, path.join(folder, 'dataset', 'covid'));
    expect(report).toMatchObject({ rows, taken: 1, skipped: { missing: rows - 1 } });
  });
});
