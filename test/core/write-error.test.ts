import { mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { InputError } from '../../lib/core/check';
import { writeFileAtomic, writeFolderAtomic } from '../../lib/core/files';
import { WriteError, writing } from '../../lib/core/write-error';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'xray-write-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** An error as Node makes it. */
const refusal = (code: string, more: object = {}) =>
  Object.assign(new Error(`${code}: what Node says`), { code, ...more });
const failing = (error: unknown) => () => Promise.reject(error);

it.each([
  [
    'ENOSPC',
    /^x\/y cannot be written: no space is left on its disk \(ENOSPC\); free some, then run it again/,
  ],
  ['EDQUOT', /your quota/],
  ['EIO', /its disk reports a fault \(EIO\); check the disk/],
  ['EROFS', /read-only \(EROFS\); name another folder/],
  ['EACCES', /may not write there \(EACCES\)/],
])('%s is told in a sentence with the file and what to do', async (code, sentence) => {
  await expect(writing('x/y', failing(refusal(code)))).rejects.toThrow(sentence);
  await expect(writing('x/y', failing(refusal(code)))).rejects.toBeInstanceOf(InputError);
});

it('what is no refusal of the system, and what was told already, stays as it is', async () => {
  for (const error of [new TypeError('a mistake'), refusal('EAGAIN'), new WriteError('a/b', 'EIO')])
    await expect(writing('x/y', failing(error))).rejects.toBe(error);
});

// Node names what it could not make: it may be a folder above that is asked for.
it.skipIf(process.platform === 'win32')(
  'what cannot be written below a link that leads nowhere is named',
  async () => {
    const link = path.join(folder, 'link');
    symlinkSync(path.join(folder, 'absent', 'place'), link);
    const target = path.join(link, 'model');
    const sentence = `${target} cannot be written: `;
    await expect(writeFolderAtomic(target, async () => undefined)).rejects.toThrow(sentence);
    await expect(writeFileAtomic(target, '')).rejects.toThrow(sentence);
  },
);

it('in a folder that is written whole, the file is named as it would have been', async () => {
  const target = path.join(folder, 'model');
  const write = (work: (temporary: string) => Promise<unknown>) => writeFolderAtomic(target, work);
  const named = path.join(target, 'weights.bin');
  const inside = (temporary: string) => path.join(temporary, 'weights.bin');
  // A file whose folder is a file.
  await expect(
    write(async (temporary) => {
      await writeFile(inside(temporary), '');
      await writeFileAtomic(path.join(inside(temporary), 'x'), '');
    }),
  ).rejects.toThrow(
    `${path.join(named, 'x')} cannot be written: something of its name, or of a folder above it, is there`,
  );
  await expect(
    write((temporary) => Promise.reject(refusal('ENOSPC', { path: inside(temporary) }))),
  ).rejects.toThrow(`${named} cannot be written`);
  // A file of a full disk, which Node does not name.
  await expect(write(failing(refusal('ENOSPC', { syscall: 'write' })))).rejects.toThrow(
    `${target} cannot be written`,
  );
  // A picture that cannot be read is not the folder's fault.
  const unreadable = refusal('EIO', { syscall: 'open', path: '/pictures/one.png' });
  await expect(write(failing(unreadable))).rejects.toBe(unreadable);
  expect(readdirSync(folder)).toEqual([]);
});
