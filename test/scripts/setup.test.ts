import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import {
  chmod,
  cp,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exists } from '../../lib/core/files';
import { projectFolder } from '../../lib/core/settings';
import { escapeHtml } from '../../lib/notebook/escape-html';
import { freshDist } from '../commands/dist';
import { writeTestNotebook } from '../notebook/write-notebook';
import { writeClassFolders } from '../transfer/class-folders';

let home: string;
/** A folder of commands in which only Node is found. */
let bare: string;
let made = 0;
beforeAll(async () => {
  home = await mkdtemp(path.join(os.tmpdir(), 'xray-setup-'));
  bare = path.join(home, 'bare');
  await mkdir(bare);
  await symlink(process.execPath, path.join(bare, 'node'));
});
afterAll(() => rm(home, { recursive: true, force: true }));

/** A project of one source file with the real setup, whose npm packages are all there. */
async function project(): Promise<string> {
  const folder = path.join(home, `project-${++made}`);
  const at = (...parts: string[]) => path.join(folder, ...parts);
  const modules = path.join(projectFolder, 'node_modules');
  const write = async (name: string, content: string) => {
    await mkdir(path.dirname(at(name)), { recursive: true });
    await writeFile(at(name), content);
  };
  for (const name of ['scripts', 'jupyter', 'tsconfig.json', 'tsconfig.build.json'])
    await cp(path.join(projectFolder, name), at(name), { recursive: true });
  await write('lib/cli.ts', "#!/usr/bin/env node\nconsole.log('the command runs');\n");
  await write('lib/other.ts', 'export const other = 1;\n');
  await write('package.json', '{"name":"xray-transfer","version":"0.0.0"}');
  await write('package-lock.json', '{"lockfileVersion":3,"packages":{"":{"name":"xray-transfer"}}}');
  await write('node_modules/.package-lock.json', '{"lockfileVersion":3,"packages":{}}');
  await mkdir(at('node_modules', '.bin'));
  for (const name of ['typescript', '@types', 'undici-types', 'node-api-headers'])
    await symlink(path.join(modules, name), at('node_modules', name));
  const addon = '@tensorflow/tfjs-node-gpu';
  await cp(path.join(modules, addon, 'binding'), at('node_modules', addon, 'binding'), { recursive: true });
  return folder;
}

/** The packages that a folder of packages lacks, as links; scoped ones one by one. */
async function linkPackages(from: string, to: string): Promise<void> {
  for (const name of await readdir(from)) {
    const target = path.join(to, name);
    if (name.startsWith('.')) continue;
    if (!(await exists(target))) await symlink(path.join(from, name), target);
    else if (name.startsWith('@') && !(await lstat(target)).isSymbolicLink())
      await linkPackages(path.join(from, name), target);
  }
}

interface Ran {
  status: number | null;
  told: string;
  seconds: number;
}

function setup(folder: string, args: string[] = [], env: Record<string, string> = {}): Ran {
  const began = performance.now();
  const ran = spawnSync(process.execPath, ['scripts/setup.mjs', ...args], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, PATH: bare, CXX: '', ...env },
  });
  return { status: ran.status, told: ran.stderr, seconds: (performance.now() - began) / 1000 };
}

const preflight = async (folder: string) =>
  JSON.parse(await readFile(path.join(folder, '.tensorflow', 'preflight.json'), 'utf8'));

/** A command found on the PATH that answers as a Python without some of its parts. */
async function fakePython(has: object): Promise<string> {
  const folder = await mkdtemp(path.join(home, 'python-'));
  const file = path.join(folder, 'python3');
  await writeFile(file, `#!/bin/sh\necho '${JSON.stringify({ executable: file, ...has })}'\n`);
  await chmod(file, 0o755);
  return `${folder}${path.delimiter}${bare}`;
}

describe('setup', () => {
  it('without Python sets up what it can, says why and what to do, and is quick the second time', async () => {
    const folder = await project();
    const first = setup(folder);
    expect(first.status).toBe(0);
    expect(first.told).toMatch(/✓ lib compiled to dist\/: compiled/);
    expect(first.told).toMatch(
      /✗ JupyterLab in \.venv: no Python 3\.10 or newer .*apt-get install python3-venv/,
    );
    expect(first.told).toMatch(/works without TensorFlow.s C library/);
    expect(await preflight(folder)).toMatchObject({
      ok: false,
      reason: expect.stringMatching(/no Python.*npm run setup/),
    });
    const second = setup(folder);
    expect(second.status).toBe(0);
    expect(second.told).toContain('lib compiled to dist/: in place');
    expect(second.told).toContain('no Python 3.10 or newer');
    expect(second.seconds).toBeLessThan(2);
    const command = path.join(folder, 'node_modules', '.bin', 'xray-transfer');
    const ran = spawnSync(command, { encoding: 'utf8', env: { PATH: bare } });
    expect(ran.stdout).toBe('the command runs\n');
  });

  it('names the back end that serves without TensorFlow, for the same reason as doctor and the report', async () => {
    await freshDist();
    const folder = await project();
    setup(folder);
    // The real program, where setup has compiled a small one.
    await cp(path.join(projectFolder, 'dist'), path.join(folder, 'dist'), {
      recursive: true,
      filter: (file) => path.basename(file) !== '.setup.json',
    });
    await linkPackages(path.join(projectFolder, 'node_modules'), path.join(folder, 'node_modules'));
    const { reason } = await preflight(folder);
    const whole = `no tensorflow: ${reason}`;
    const told = setup(folder).told;
    expect(told).toMatch(
      /→ everything works without TensorFlow’s C library, by (webgpu|wasm): no tensorflow: /,
    );
    expect(told).toContain(whole);

    await writeClassFolders(path.join(folder, 'own'), ['covid', 'normal'], 2);
    await mkdir(path.join(folder, 'notebooks'));
    await writeTestNotebook(path.join(folder, 'notebooks', '01-one.ipynb'), ['1 + 1']);
    const cli = (...args: string[]) =>
      spawnSync(process.execPath, [path.join(folder, 'dist', 'cli.js'), ...args], {
        cwd: folder,
        encoding: 'utf8',
        env: { ...process.env, XRAY_BACKEND: '', XRAY_CACHE: '', XRAY_MODELS: '' },
      });
    const doctor = JSON.parse(cli('doctor', '--json').stdout);
    expect(['webgpu', 'wasm']).toContain(doctor.backend);
    expect(doctor.reason).toContain(whole);
    expect(told).toContain(`by ${doctor.backend}: ${doctor.reason}`);
    cli('report', '--data', 'own', '--out', 'report');
    const page = await readFile(path.join(folder, 'report', 'index.html'), 'utf8');
    expect(page).toContain(escapeHtml(`${doctor.backend} (${doctor.reason})`));
  });

  it.each([
    [{ version: [3, 9, 2], ensurepip: true, venv: true, pip: true }, /3\.9\.2, too old/],
    [{ version: [3, 12, 1], ensurepip: false, venv: true, pip: false }, /3\.12\.1\) has no pip or venv/],
  ])('refuses a Python that will not do: %j', async (has, why) => {
    const ran = setup(await project(), [], { PATH: await fakePython(has) });
    expect(ran.told).toMatch(why);
    expect(ran.status).toBe(0);
  });

  it('is not done where npm left out a file that it could not write, and went on', async () => {
    const folder = await project();
    const record = path.join(folder, 'node_modules', '.package-lock.json');
    await rm(record);
    const npm = path.join(home, 'npm-cli.js');
    // What npm says, does and ends with, of a disk with a bad place.
    await writeFile(
      npm,
      `require('node:fs').writeFileSync(${JSON.stringify(record)}, '{"lockfileVersion":3,"packages":{}}');
      console.error('npm warn tar TAR_ENTRY_ERROR EIO: i/o error, write');`,
    );
    const { status, told } = setup(folder, [], { npm_execpath: npm });
    expect(status).toBe(1);
    expect(told).toMatch(
      /✗ npm packages: \S+node_modules cannot be written: its disk reports a fault \(EIO\)/,
    );
    expect(await exists(record)).toBe(false);
  });

  it('compiles when a source changed, removes what was compiled from a source that is gone', async () => {
    const folder = await project();
    setup(folder);
    await writeFile(path.join(folder, 'lib', 'new.ts'), 'export const added = 2;\n');
    await rm(path.join(folder, 'lib', 'other.ts'));
    expect(setup(folder).told).toContain('lib compiled to dist/: compiled');
    expect(await exists(path.join(folder, 'dist', 'new.js'))).toBe(true);
    expect(await exists(path.join(folder, 'dist', 'other.js'))).toBe(false);
    expect((await lstat(path.join(folder, 'dist', 'cli.js'))).mode & 0o111).toBe(0o111);
  });

  it('fails on a source that does not compile, and shows where', async () => {
    const folder = await project();
    await writeFile(path.join(folder, 'lib', 'wrong.ts'), 'export const n: number = "text";\n');
    const ran = setup(folder);
    expect(ran.status).toBe(1);
    expect(ran.told).toMatch(/lib\/wrong\.ts\(1,14\)/);
  });

  const library = path.join(projectFolder, '.tensorflow', 'cpu');
  it('without a compiler falls back and builds once there is one', async ({ skip }) => {
    if (!(await exists(path.join(library, '.setup.json')))) skip('TensorFlow’s library is not set up here');
    const folder = await project();
    await mkdir(path.join(folder, '.tensorflow'));
    await symlink(library, path.join(folder, '.tensorflow', 'cpu'));
    const without = setup(folder);
    expect(without.status).toBe(0);
    expect(without.told).toMatch(/✗ TensorFlow addon: no C\+\+ compiler was found.*apt-get install g\+\+/);
    expect((await preflight(folder)).reason).toMatch(/no C\+\+ compiler/);
    const broken = setup(folder, [], { CXX: '/bin/false' });
    expect(broken.told).toMatch(/✗ TensorFlow addon: .* could not be built with \/bin\/false/);
    const tools = await mkdtemp(path.join(home, 'compiler-'));
    for (const tool of ['g++', 'as', 'ld']) {
      const found = spawnSync('sh', ['-c', `command -v ${tool}`], { encoding: 'utf8' }).stdout.trim();
      if (!found) skip('there is no compiler here');
      await symlink(found, path.join(tools, tool));
    }
    const complete = setup(folder, [], { PATH: `${tools}${path.delimiter}${bare}` });
    expect(complete.told).toContain('✓ TensorFlow addon: built');
    // The packages that it needs are not in this project: the check must say so, not crash.
    expect(complete.told).toMatch(/✗ TensorFlow check: TensorFlow does not run here/);
    expect(complete.status).toBe(0);
    expect((await preflight(folder)).ok).toBe(false);
  });

  it('goes on where the folder was moved', async () => {
    const folder = await project();
    setup(folder);
    const moved = `${folder}-moved`;
    await rename(folder, moved);
    const ran = setup(moved);
    expect(ran.status).toBe(0);
    expect(ran.told).toContain('lib compiled to dist/: in place');
  });

  it('refuses wrong usage', async () => {
    const folder = await project();
    expect(setup(folder, ['--gpu', '--cpu'])).toMatchObject({
      status: 2,
      told: expect.stringMatching(/exclude/),
    });
    expect(setup(folder, ['--nonsense'])).toMatchObject({ status: 2, told: expect.stringMatching(/Usage/) });
  });
});

describe('two setups at once', () => {
  const begin = (
    folder: string,
  ): { child: ChildProcess; told: () => string; ended: Promise<number | null> } => {
    const child = spawn(process.execPath, ['scripts/setup.mjs'], {
      cwd: folder,
      env: { ...process.env, PATH: bare, CXX: '' },
    });
    let told = '';
    child.stderr.on('data', (text) => {
      told += text;
    });
    return { child, told: () => told, ended: new Promise((done) => child.on('close', done)) };
  };
  const until = async (holds: () => boolean) => {
    for (let tries = 0; tries < 200 && !holds(); tries++) await new Promise((done) => setTimeout(done, 50));
    return holds();
  };

  it('work one after the other', async () => {
    const folder = await project();
    const both = [begin(folder), begin(folder)];
    expect(await Promise.all(both.map(({ ended }) => ended))).toEqual([0, 0]);
    const compiled = both.filter(({ told }) => told().includes('dist/: compiled'));
    expect(compiled).toHaveLength(1);
    expect(both.some(({ told }) => told().includes('waiting for another setup'))).toBe(true);
  });

  it('do not wait for one that was killed', async () => {
    const folder = await project();
    const first = begin(folder);
    const lock = path.join(folder, '.cache', 'setup', 'lock.json');
    expect(await until(() => first.told().includes('Setup'))).toBe(true);
    first.child.kill('SIGKILL');
    await first.ended;
    expect(await exists(lock)).toBe(true);
    const second = setup(folder);
    expect(second.status).toBe(0);
    expect(second.told).not.toContain('waiting');
    expect(await exists(lock)).toBe(false);
  });
});
