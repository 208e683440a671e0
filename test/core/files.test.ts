import { mkdtempSync, rmSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { commit, exists, hashFile, sha256, writeFileAtomic, writeJson } from '../../lib/core/files';
import { temporaryName } from '../../lib/core/temporary-name';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'xray-files-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('files', () => {
  it('hash to the published digests of "abc"', async () => {
    const file = path.join(folder, 'abc');
    await writeFile(file, 'abc');
    const digest = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
    expect(sha256('abc')).toBe(digest);
    expect(await hashFile(file)).toBe(digest);
    expect(await hashFile(file, 'md5')).toBe('900150983cd24fb0d6963f7d28e17f72');
  });

  it('are written whole, into folders made for them, and replaced', async () => {
    const file = path.join(folder, 'a', 'b', 'c.json');
    await writeFileAtomic(file, 'old');
    await writeJson(file, { x: [1] });
    expect(await readFile(file, 'utf8')).toBe('{\n  "x": [\n    1\n  ]\n}\n');
    expect(await readdir(path.dirname(file))).toEqual(['c.json']);
  });

  it('leave no temporary file behind when writing fails', async () => {
    await mkdir(path.join(folder, 'taken', 'inside'), { recursive: true });
    await expect(writeFileAtomic(path.join(folder, 'taken'), 'x')).rejects.toThrow();
    expect(await readdir(folder)).toEqual(['taken']);
    expect(await exists(path.join(folder, 'taken', 'inside'))).toBe(true);
  });

  it('are never seen in part while they are replaced many times', async () => {
    const file = path.join(folder, 'whole');
    const versions = ['a', 'b'].map((letter) => letter.repeat(200_000));
    await writeFileAtomic(file, versions[0]!);
    let writing = true;
    const writer = (async () => {
      for (let i = 0; i < 20; i++) await writeFileAtomic(file, versions[i % 2]!);
      writing = false;
    })();
    while (writing) expect(versions.includes(await readFile(file, 'utf8'))).toBe(true);
    await writer;
  });

  it('a finished folder replaces another as a whole', async () => {
    const target = path.join(folder, 'class');
    await mkdir(target);
    await writeFile(path.join(target, 'old'), '');
    const temporary = temporaryName(target);
    expect(path.dirname(temporary)).toBe(folder);
    await mkdir(temporary);
    await writeFile(path.join(temporary, 'new'), '');
    await commit(temporary, target);
    expect(await readdir(folder)).toEqual(['class']);
    expect(await readdir(target)).toEqual(['new']);
  });

  it('a folder whose replacement fails is put back', async () => {
    const target = path.join(folder, 'class');
    await mkdir(target);
    await writeFile(path.join(target, 'old'), '');
    // Moving the old folder aside takes the new one with it, so that the second rename finds nothing.
    const inside = path.join(target, 'inside');
    await mkdir(inside);
    await expect(commit(inside, target)).rejects.toThrow();
    expect(await readdir(folder)).toEqual(['class']);
    expect((await readdir(target)).sort()).toEqual(['inside', 'old']);
  });

  it('temporary names are hidden and never the same', () => {
    const names = Array.from({ length: 50 }, () => path.basename(temporaryName('/x/records.csv')));
    expect(new Set(names).size).toBe(50);
    expect(names.every((name) => name.startsWith('.records.csv.'))).toBe(true);
  });
});
