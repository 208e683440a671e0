import path from 'node:path';
import { checkChoice, checkWhole, InputError } from '../core/check';
import { seededRandom } from '../core/random';
import { isFolder, pictureNames } from './class-files';
import { checkClassFolder, writeClassFolder } from './class-folder';
import type { DatasetReport } from './dataset-report';
import { findDuplicates } from './find-duplicates';
import { kagglePatientId } from './patient-id';
import { type BuildOptions, type PictureToCopy, readable } from './picture-list';

/** The `source` of these pictures. */
export const kaggleSource = 'kaggle-chest-xray';

export const kaggleClasses = ['NORMAL', 'PNEUMONIA'] as const;
export const kaggleParts = ['train', 'test', 'all'] as const;

export interface KaggleOptions extends BuildOptions {
  readonly className: (typeof kaggleClasses)[number];
  /** How many pictures to draw, 1 or more. */
  readonly count: number;
  /** Which of Kaggle's folders to draw from; `all` is train, test and val. Default "train". */
  readonly part?: (typeof kaggleParts)[number];
  /** Default 42. A larger count with the same seed has the smaller sample in it. */
  readonly seed?: number;
}

/** Kaggle's archive unpacks as chest_xray/, and older ones as chest_xray/chest_xray/. */
async function findRoot(from: string): Promise<string> {
  const folder = path.resolve(from);
  const places = [folder, path.join(folder, 'chest_xray'), path.join(folder, 'chest_xray', 'chest_xray')];
  for (const place of places)
    for (const part of ['train', 'test']) if (await isFolder(path.join(place, part))) return place;
  throw new InputError(
    `${folder} holds no train or test folder; expected Kaggle's "Chest X-Ray Images (Pneumonia)" unpacked, ` +
      'with train/NORMAL and train/PNEUMONIA',
  );
}

async function listPart(root: string, part: string, className: string): Promise<PictureToCopy[]> {
  const folder = path.join(root, part, className);
  return (await pictureNames(folder)).map((name) => ({
    from: path.join(folder, name),
    name,
    patientId: kagglePatientId(name) ?? `${kaggleSource}:${part}/${className}/${name}`,
    source: kaggleSource,
    view: '',
    license: 'CC BY 4.0',
  }));
}

function uniqueNames(pictures: readonly PictureToCopy[]): PictureToCopy[] {
  const taken = new Set<string>();
  return pictures.map((picture) => {
    const part = path.basename(path.dirname(path.dirname(picture.from)));
    const name = taken.has(picture.name.toLowerCase()) ? `${part}-${picture.name}` : picture.name;
    taken.add(name.toLowerCase());
    return { ...picture, name };
  });
}

/**
 * Builds a class folder from a seeded random sample of Kaggle's chest X-rays of children (Kermany et al. 2018),
 * copied byte for byte, with a records.csv. Patients follow the file names (see kagglePatientId).
 * @param from the unpacked archive: train/ and test/ with NORMAL/ and PNEUMONIA/, or the folder above
 * @param to class folder to write; its name becomes the label. Written whole or not at all; replaced only if it was
 * built here
 * @throws InputError for a count beyond what is there, an unknown class or part, a folder of another layout; if `to`
 * holds other files or would mix real pictures with synthetic ones
 */
export async function createKaggleDataset(
  from: string,
  to: string,
  { className, count, part = 'train', seed = 42, ...work }: KaggleOptions,
): Promise<DatasetReport> {
  checkChoice('className', className, kaggleClasses);
  checkChoice('part', part, kaggleParts);
  checkWhole('count', count, 1);
  const root = await findRoot(from);
  const optional = part === 'all' && (await isFolder(path.join(root, 'val'))) ? ['val'] : [];
  const parts = part === 'all' ? ['train', 'test', ...optional] : [part];
  let lists: PictureToCopy[] = [];
  for (const name of parts) lists = lists.concat(await listPart(root, name, className));
  if (count > lists.length)
    throw new InputError(
      `count is ${count}, but ${root} has ${lists.length} ${className} pictures in ${parts.join(', ')}`,
    );
  const folder = await checkClassFolder(to);
  const unreadable: string[] = [];
  const sample = seededRandom(seed).fork(`kaggle ${className} ${part}`).shuffle(uniqueNames(lists));
  const xrays = await writeClassFolder(
    folder,
    readable(sample, unreadable, work, count),
    () => `none of the ${sample.length} pictures can be used: ${unreadable.slice(0, 10).join('; ')}`,
  );
  const skipped = {
    'not sampled': lists.length - xrays.length - unreadable.length,
    unreadable: unreadable.length,
  };
  return {
    rows: lists.length,
    taken: xrays.length,
    skipped: Object.fromEntries(Object.entries(skipped).filter(([, left]) => left > 0)),
    missing: [],
    to: folder,
    duplicates: findDuplicates(xrays).map((group) => group.map((xray) => path.basename(xray.path))),
    unreadable,
  };
}
