import { stat } from 'node:fs/promises';
import path from 'node:path';
import { asError, InputError } from '../core/check';
import { hashFile } from '../core/files';
import { mostJson, readLimited } from '../core/read-limited';
import { type ExportDescription, exportSchema } from './export-description';
import { descriptionFile } from './export-names';

/**
 * Reads what an exported model says of itself, and checks that every file is there as it was written.
 * @throws InputError naming the file that is absent or another, or a description of another version
 */
export async function readExport(folder: string): Promise<ExportDescription> {
  const at = path.join(folder, descriptionFile);
  const text = await readLimited(at, mostJson).catch((error) => {
    if (error instanceof InputError) throw error;
    throw new InputError(
      `${at} cannot be read (${error.code ?? error.message}); is this a folder that \`xray-transfer export\` wrote?`,
    );
  });
  let json: unknown;
  try {
    json = JSON.parse(text.toString('utf8'));
  } catch (error) {
    throw new InputError(`${at} is not JSON (${asError(error).message}); export the model again`);
  }
  const { data, error } = exportSchema.safeParse(json);
  if (!data)
    throw new InputError(
      `${at} is not what this version writes (${error.issues[0]!.path.join('.')}: ${error.issues[0]!.message}); export the model again`,
    );
  for (const [name, { bytes, sha256 }] of Object.entries(data.files)) {
    const file = path.join(folder, name);
    const size = await stat(file).then(
      (found) => found.size,
      () => -1,
    );
    if (size !== bytes || (await hashFile(file)) !== sha256)
      throw new InputError(
        `${file} ${size < 0 ? 'is missing' : 'was changed after it was exported'}; export the model again`,
      );
  }
  return data;
}
