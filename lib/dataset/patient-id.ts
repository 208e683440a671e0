import { sha256 } from '../core/files';

/**
 * A patient's number so that it can be written down: the first 16 hexadecimal digits of its SHA-256, with `dicom:` or
 * another name before it. Pictures of one patient keep together, also across folders, and nobody's number is copied.
 * It hides numbers from readers; who has a list of numbers can still hash them and compare.
 * @param of where the numbers come from
 */
export const hashedPatientId = (of: string, patient: string): string =>
  `${of}:${sha256(patient).slice(0, 16)}`;

const prefix = 'kaggle-chest-xray:';

/** Whether a patient is known by the number in a Kaggle file's name alone, which may be reused between folders. */
export const isNumberedPatient = (patientId: string): boolean => patientId.startsWith(prefix);

/**
 * The patient that Kaggle's chest X-ray files name: `person1_virus_6.jpeg`, `IM-0001-0001.jpeg`,
 * `NORMAL2-IM-0035-0001.jpeg`. The numbers may be reused between folders, and between virus and bacteria; equal
 * numbers count as one patient, which keeps sides apart at worst too well. `NORMAL2-IM` is a series of its own.
 * @param file the file's name
 * @returns undefined for other names
 */
export function kagglePatientId(file: string): string | undefined {
  const person = /person(\d+)_(virus|bacteria)_/i.exec(file);
  if (person) return `${prefix}person${Number(person[1])}`;
  const image = /(NORMAL2-)?IM-(\d+)-/i.exec(file);
  if (image) return `${prefix}${image[1] ? 'NORMAL2-' : ''}IM-${image[2]}`;
  return undefined;
}
