import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { projectFolder } from '../../lib/core/settings';

const step = (name: string) => import(path.join(projectFolder, 'scripts', 'setup', `${name}.mjs`));

describe('matchesLockfile', () => {
  const lockfile = {
    packages: {
      '': { name: 'project' },
      'node_modules/a': { version: '1.0.0', integrity: 'sha512-a' },
      'node_modules/for-another-system': { version: '2.0.0', integrity: 'sha512-b', optional: true },
    },
  };
  const a = { version: '1.0.0', integrity: 'sha512-a' };

  it.each([
    ['the packages of the lockfile', { 'node_modules/a': a }, true],
    ['one package missing', {}, false],
    ['another version', { 'node_modules/a': { ...a, version: '1.0.1' } }, false],
    ['other content', { 'node_modules/a': { ...a, integrity: 'sha512-c' } }, false],
    ['one package too many', { 'node_modules/a': a, 'node_modules/b': a }, false],
  ])('%s', async (_, packages, matches) => {
    const { matchesLockfile } = await step('npm-packages');
    expect(matchesLockfile(lockfile, { packages })).toBe(matches);
  });

  it('nothing installed', async () => {
    const { matchesLockfile } = await step('npm-packages');
    expect(matchesLockfile(lockfile, undefined)).toBe(false);
  });
});

describe('unsupported', () => {
  it.each([
    [{ platform: 'linux', arch: 'x64', glibc: '2.36' }, undefined],
    [{ platform: 'linux', arch: 'x64', glibc: undefined }, /glibc/],
    [{ platform: 'linux', arch: 'arm64', glibc: '2.36' }, /not for linux on arm64/],
    [{ platform: 'darwin', arch: 'arm64' }, /not for darwin on arm64/],
    [{ platform: 'win32', arch: 'x64' }, /not for win32 on x64/],
  ])('%j', async (system, why) => {
    const { unsupported } = await step('tensorflow');
    if (why) expect(unsupported(system)).toMatch(why);
    else expect(unsupported(system)).toBeUndefined();
  });
});

describe('withChanges', () => {
  it('gives the addon of tfjs-node attributes that are lists of texts and of types, and lets it keep memory', async () => {
    const { patchedSource, withChanges } = await step('addon-source');
    const binding = path.join(projectFolder, 'node_modules', '@tensorflow', 'tfjs-node-gpu', 'binding');
    const source = readFileSync(path.join(binding, patchedSource), 'utf8');
    const patched: string = withChanges(source);
    for (const name of ['TFE_OpSetAttrStringList', 'TFE_OpSetAttrTypeList', '{ KeepLargeBlocks();']) {
      expect(source).not.toContain(name);
      expect(patched.split(name)).toHaveLength(2);
    }
    expect(patched.match(/case TF_ATTR_\w+/g)).toEqual(source.match(/case TF_ATTR_\w+/g));
  });

  it('refuses a source that it does not know', async () => {
    const { withChanges } = await step('addon-source');
    expect(() => withChanges('int main() {}')).toThrow(/npm ci --ignore-scripts/);
  });
});

describe('diskProblem', () => {
  it.each([
    [
      Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' }),
      /^here cannot be written: no space/,
    ],
    [
      new Error('pip refused\nERROR: [Errno 28] No space left on device'),
      /^here .* \(ENOSPC\); free some, then run `npm run setup`/,
    ],
    [
      Object.assign(new Error('EIO: i/o error'), { code: 'EIO', path: '/there/x' }),
      /^\/there\/x cannot .* check the disk/,
    ],
    [new Error('tar: Read-only file system'), /read-only \(EROFS\)/],
  ])('%s', async (error, sentence) => {
    const { diskProblem } = await step('problem');
    expect(diskProblem(error, 'here')).toMatchObject({
      message: expect.stringMatching(sentence),
      disk: true,
    });
  });

  it('is none of other failures', async () => {
    const { diskProblem } = await step('problem');
    expect(diskProblem(new Error('npm could not install: EAI_AGAIN'), 'here')).toBeUndefined();
  });
});

describe('the pinned requirements', () => {
  const folder = path.join(projectFolder, 'scripts', 'setup', 'requirements');
  const files = readdirSync(folder).filter((name) => name.endsWith('.txt') && name !== 'overrides.txt');

  it.each(files)('%s gives a version and hashes for everything, and names no host', (name) => {
    const text = readFileSync(path.join(folder, name), 'utf8');
    expect(text).not.toMatch(/https?:|--index|--find-links/);
    const requirements = text
      .replaceAll('\\\n', ' ')
      .split('\n')
      .filter((line) => /^\w/.test(line));
    expect(requirements.length).toBeGreaterThan(0);
    for (const requirement of requirements)
      expect(requirement).toMatch(/^[\w.-]+(\[[\w,-]+\])?==\S+ .*--hash=sha256:[0-9a-f]{64}/);
  });
});
