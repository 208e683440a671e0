import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { projectFolder } from '../../lib/core/settings';
import { networks } from '../../lib/networks/table';

const inProject = (...parts: string[]) => path.join(projectFolder, ...parts);
const read = (...parts: string[]) => readFileSync(inProject(...parts), 'utf8');

interface Locked {
  readonly version?: string;
  readonly resolved?: string;
  readonly integrity?: string;
  readonly link?: boolean;
  readonly inBundle?: boolean;
}

describe('npm', () => {
  const packages: Record<string, Locked> = JSON.parse(read('package-lock.json')).packages;
  const installed = Object.entries(packages).filter(([name]) => name !== '');

  test('every package that is fetched is fetched by the hash of its archive', () => {
    expect(installed.length).toBeGreaterThan(500);
    const wrong = installed.filter(
      ([, { integrity, inBundle }]) => !inBundle && !/^sha(512|384|256)-[\w+/]+=*$/.test(integrity ?? ''),
    );
    expect(wrong).toEqual([]);
    // What is bundled comes within an archive that has a hash.
    const bundled = installed.filter(([, { inBundle }]) => inBundle).map(([name]) => name);
    for (const name of bundled)
      expect(packages[name.slice(0, name.lastIndexOf('/node_modules/'))]).toBeDefined();
  });

  test('none comes from a repository, a file, or over a connection that anybody may change', () => {
    const wrong = installed.filter(
      ([, { resolved, link, inBundle }]) =>
        link || (!inBundle && resolved && !resolved.startsWith('https://')),
    );
    expect(wrong).toEqual([]);
  });

  test('package.json names exact versions, those of the lock file', () => {
    const { dependencies, devDependencies } = JSON.parse(read('package.json'));
    for (const [name, version] of Object.entries({ ...dependencies, ...devDependencies })) {
      expect(version, name).toMatch(/^\d+\.\d+\.\d+$/);
      expect(packages[`node_modules/${name}`]?.version, name).toBe(version);
    }
  });

  test('setup installs what the lock file says, and runs no script of a package', () => {
    expect(read('scripts', 'setup', 'npm-packages.mjs')).toMatch(/'ci'/);
    expect(read('scripts', 'setup', 'npm-packages.mjs')).toMatch(/--ignore-scripts/);
  });
});

describe('pip', () => {
  const folder = inProject('scripts', 'setup', 'requirements');
  const files = readdirSync(folder).filter((name) => /^(jupyter|peers|tensorflow-.*)\.txt$/.test(name));

  test.each(files)('%s: every requirement is one version, by the hashes of its files', (name) => {
    const requirements = readFileSync(path.join(folder, name), 'utf8')
      .replaceAll(/\s*\\\n\s*/g, ' ')
      .split('\n')
      .map((line) => line.replace(/(^|\s)#.*$/, '').trim())
      .filter(Boolean);
    expect(requirements.length).toBeGreaterThan(0);
    const wrong = requirements.filter(
      (line) => !/^[\w.-]+(\[[\w,-]+\])?==\S+( ; [^#]*?)?( --hash=sha256:[0-9a-f]{64})+$/.test(line),
    );
    expect(wrong).toEqual([]);
  });

  test('setup takes nothing without a hash, and no source that would run', () => {
    expect(files).toEqual(['jupyter.txt', 'peers.txt', 'tensorflow-cpu.txt', 'tensorflow-gpu.txt']);
    for (const script of ['python.mjs', 'tensorflow.mjs']) {
      const text = read('scripts', 'setup', script);
      expect(text, script).toContain('--require-hashes');
      expect(text, script).toContain('--only-binary');
    }
  });
});

describe('weights', () => {
  test.each(Object.values(networks).map(({ name, weights }) => [name, weights] as const))(
    'of %s are known by a hash, or by what SECURITY.md says',
    (name, weights) => {
      if (weights.kind === 'keras-h5') expect(weights.md5).toMatch(/^[0-9a-f]{32}$/);
      if (weights.kind === 'repository')
        for (const hash of Object.values(weights.sha256)) expect(hash).toMatch(/^[0-9a-f]{64}$/);
      if (weights.kind === 'layers-model')
        expect([name, read('SECURITY.md')]).toEqual(['mobilenet', expect.stringContaining('MobileNet')]);
    },
  );
});

test('SECURITY.md says how to report, what is trusted, and what was found of every package it names', () => {
  const text = read('SECURITY.md');
  for (const heading of ['## Reporting', '## What is trusted', '## Known findings'])
    expect(text).toContain(heading);
  const { packages }: { packages: Record<string, Locked> } = JSON.parse(read('package-lock.json'));
  const named = [...text.matchAll(/^\| `([^`]+)` (\S+) \|/gm)];
  expect(named.length).toBeGreaterThan(3);
  for (const [, name, version] of named) {
    const there = Object.entries(packages).filter(([at]) => at.endsWith(`node_modules/${name}`));
    expect([name, there.map(([, found]) => found.version)]).toEqual([
      name,
      expect.arrayContaining([version]),
    ]);
  }
  expect(existsSync(inProject('package-lock.json'))).toBe(true);
});
