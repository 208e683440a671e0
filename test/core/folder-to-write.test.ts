import { execFileSync } from 'node:child_process';
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { devNull, tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { InputError } from '../../lib/core/check';
import { entriesOf, writeFolderAtomic } from '../../lib/core/files';
import { folderToWrite } from '../../lib/core/folder-to-write';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(realpathSync(tmpdir()), 'xray-folder-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const filled = (target: string) =>
  writeFolderAtomic(target, async (temporary) => writeFileSync(path.join(temporary, 'new'), ''));

it('is the absolute path of what is there, or is not there yet', async () => {
  expect(await folderToWrite(folder)).toBe(folder);
  const absent = path.join(folder, 'absent', 'model');
  expect(await folderToWrite(absent)).toBe(absent);
  expect(await folderToWrite('absent')).toBe(path.resolve('absent'));
});

describe('the current folder', () => {
  let here: string;
  beforeEach(() => {
    here = path.join(folder, 'here');
    mkdirSync(here);
    vi.spyOn(process, 'cwd').mockReturnValue(here);
  });
  afterEach(() => {
    vi.restoreAllMocks();
  });

  // What replaces it takes everything in it along.
  it.each([
    ['', /^The name of the folder to write is empty; name one$/],
    ['.', /is the current folder, or one above it, and would be replaced as a whole; name another/],
    ['..', /is the current folder, or one above it/],
    ['/', /is the current folder, or one above it/],
  ])('is refused as "%s" before anything is asked or written', async (name, why) => {
    writeFileSync(path.join(here, 'mine'), '');
    await expect(entriesOf(name)).rejects.toThrow(why);
    await expect(entriesOf(name)).rejects.toBeInstanceOf(InputError);
    await expect(filled(name)).rejects.toThrow(why);
    expect(readdirSync(folder)).toEqual(['here']);
    expect(readdirSync(here)).toEqual(['mine']);
  });

  it('is known behind a link; one whose name it begins with is another', async () => {
    const link = path.join(folder, 'link');
    symlinkSync(here, link, 'junction');
    await expect(filled(link)).rejects.toThrow(/is the current folder/);
    const other = here.slice(0, -1);
    expect(await folderToWrite(other)).toBe(other);
  });
});

it('behind a link the folder is replaced, and the link stays', async () => {
  const [real, link] = [path.join(folder, 'real'), path.join(folder, 'link')];
  mkdirSync(real);
  writeFileSync(path.join(real, 'old'), '');
  symlinkSync(real, link, 'junction');
  await filled(link);
  expect(readdirSync(real)).toEqual(['new']);
  expect(lstatSync(link).isSymbolicLink()).toBe(true);
  expect(readdirSync(folder).sort()).toEqual(['link', 'real']);
});

it('a link that leads nowhere, a file and a device are refused, and stay', async () => {
  const [link, file] = [path.join(folder, 'link'), path.join(folder, 'file')];
  symlinkSync(path.join(folder, 'absent'), link, 'junction');
  await expect(filled(link)).rejects.toThrow(`${link} is a link that leads nowhere`);
  writeFileSync(file, 'mine');
  await expect(filled(file)).rejects.toThrow(`${file} is no folder that could be written to, but a file`);
  expect(readFileSync(file, 'utf8')).toBe('mine');
  if (process.platform === 'win32') return;
  await expect(filled(devNull)).rejects.toThrow(`${devNull} is no folder`);
  expect(lstatSync(devNull).isCharacterDevice()).toBe(true);
});

it('a mount point is refused before the work, a folder in it is written', async ({ skip }) => {
  const disk = path.join(folder, 'a disk');
  mkdirSync(disk);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', disk], { stdio: 'pipe' });
  } catch {
    skip('a disk cannot be mounted here: that needs root on Linux');
  }
  try {
    await expect(entriesOf(disk)).rejects.toThrow(`${disk} is a disk of its own (a mount point)`);
    await expect(filled(disk)).rejects.toThrow(/name a folder in it$/);
    await filled(path.join(disk, 'model'));
    expect(readdirSync(path.join(disk, 'model'))).toEqual(['new']);
  } finally {
    execFileSync('umount', [disk]);
  }
});
