/**
 * The patient that Kaggle's chest X-ray files name: `person1_virus_6.jpeg`, `IM-0001-0001.jpeg`,
 * `NORMAL2-IM-0035-0001.jpeg`. The numbers may be reused between folders, and between virus and bacteria; equal
 * numbers count as one patient, which keeps sides apart at worst too well. `NORMAL2-IM` is a series of its own.
 * @param file the file's name
 * @returns undefined for other names
 */
export function kagglePatientId(file: string): string | undefined {
  const person = /person(\d+)_(virus|bacteria)_/i.exec(file);
  if (person) return `kaggle-chest-xray:person${Number(person[1])}`;
  const image = /(NORMAL2-)?IM-(\d+)-/i.exec(file);
  if (image) return `kaggle-chest-xray:${image[1] ? 'NORMAL2-' : ''}IM-${image[2]}`;
  return undefined;
}
