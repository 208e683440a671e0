import { mkdtempSync, rmSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { onTestFinished } from 'vitest';
import { sha256 } from '../../lib/core/files';
import { projectFolder } from '../../lib/core/settings';
import type { Xray } from '../../lib/dataset/xray';

export const fixtures = path.join(projectFolder, 'test', 'fixtures', 'pictures');

/** Real pictures for tests on the machines that have them. */
export const sharedData = path.resolve(projectFolder, '..', 'shared', 'data');

/** A folder that is removed when the test ends. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'xray-dataset-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A small PNG of one grey, different for different greys. */
export const greyPng = (grey: number, side = 8): Promise<Buffer> =>
  sharp({ create: { width: side, height: side, channels: 3, background: { r: grey, g: grey, b: grey } } })
    .png()
    .toBuffer();

/** Writes files, making their folders; a number is a picture of that grey. */
export async function writeFiles(
  folder: string,
  files: Record<string, number | string | Uint8Array>,
): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    const file = path.join(folder, name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, typeof content === 'number' ? await greyPng(content) : content);
  }
}

/** A record of a picture that exists in name only. */
export const record = (
  label: string,
  patientId: string,
  name: string,
  content = `${label}/${name}`,
): Xray => ({
  path: `/pictures/${label}/${name}`,
  label,
  patientId,
  source: 'test',
  view: 'PA',
  width: 8,
  height: 8,
  sha256: sha256(content),
  license: '',
});
