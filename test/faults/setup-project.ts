import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { sha256 } from '../../lib/core/files';
import { projectFolder } from '../../lib/core/settings';

const real = (...parts: string[]): string => path.join(projectFolder, ...parts);
const library = real('.tensorflow', 'cpu', 'tensorflow');

/** The packages that setup itself works with. */
const packages = [
  'typescript',
  '@types/node',
  'undici-types',
  'node-api-headers',
  '@tensorflow/tfjs-node-gpu',
];

/** Whether npm's cache, a folder, holds a package, by the hash in the lockfile. */
function isCached(cache: string, integrity: string): boolean {
  const hash = Buffer.from(integrity.replace('sha512-', ''), 'base64').toString('hex');
  const parts = [hash.slice(0, 2), hash.slice(2, 4), hash.slice(4)];
  return existsSync(path.join(cache, '_cacache', 'content-v2', 'sha512', ...parts));
}

// Makes a wheel: NAME VERSION TAG, the folder of its content, and where to write it.
const wheelScript = `
import sys, pathlib, zipfile
name, version, tag, content, out = sys.argv[1:]
info = f"{name}-{version}.dist-info"
with zipfile.ZipFile(pathlib.Path(out, f"{name}-{version}-{tag}.whl"), "w") as wheel:
    record = [f"{info}/METADATA,,", f"{info}/WHEEL,,", f"{info}/entry_points.txt,,", f"{info}/RECORD,,"]
    for file in sorted(pathlib.Path(content).rglob("*")):
        if file.is_file():
            inside = str(file.relative_to(content))
            wheel.write(file, inside)
            record.append(f"{inside},,")
    wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\\nName: {name.replace('_', '-')}\\nVersion: {version}\\n")
    wheel.writestr(f"{info}/WHEEL", f"Wheel-Version: 1.0\\nGenerator: test\\nRoot-Is-Purelib: true\\nTag: {tag}\\n")
    wheel.writestr(f"{info}/entry_points.txt", "[console_scripts]\\n" + f"{name}-tell = {name}.part0:tell\\n" if name.startswith("small") else "")
    wheel.writestr(f"{info}/RECORD", "\\n".join(record) + "\\n")
`;

/** What setup fetches, in small, and where from. */
export interface SetupSources {
  /** A project to be copied: the real setup with these sources. */
  readonly project: string;
  /** What TensorFlow's wheel holds. */
  readonly library: string;
  /** The environment that lets npm and pip take them from this machine. */
  readonly environment: NodeJS.ProcessEnv;
}

/**
 * A project with the real setup over small sources: two files in lib/, five npm packages from npm's cache, small wheels
 * for JupyterLab, and for TensorFlow a wheel of its real headers whose libraries only load the real ones.
 * @returns why not, in words, where that cannot be had here
 */
export function setupSources(folder: string): SetupSources | string {
  if (!existsSync(path.join(library, 'libtensorflow_cc.so.2')))
    return 'TensorFlow’s library is not set up here';
  const python = real('.venv', 'bin', 'python');
  if (!existsSync(python)) return 'there is no Python environment here';
  const at = (...parts: string[]) => path.join(folder, ...parts);
  const project = at('source');
  const wheels = at('wheels');
  mkdirSync(wheels, { recursive: true });
  const wheel = (name: string, version: string, tag: string, content: string): string => {
    execFileSync(python, ['-c', wheelScript, name, version, tag, content, wheels]);
    const file = readdirSync(wheels).find((entry) => entry.startsWith(`${name}-`))!;
    const hash = sha256(readFileSync(path.join(wheels, file)));
    return `${name.replaceAll('_', '-')}==${version} --hash=sha256:${hash}\n`;
  };

  for (const name of ['scripts', 'jupyter', 'tsconfig.json', 'tsconfig.build.json'])
    cpSync(real(name), path.join(project, name), { recursive: true });
  mkdirSync(path.join(project, 'lib'));
  writeFileSync(
    path.join(project, 'lib', 'cli.ts'),
    "#!/usr/bin/env node\nconsole.log('the command runs');\n",
  );
  writeFileSync(path.join(project, 'lib', 'other.ts'), 'export const other = 1;\n');

  const lock = JSON.parse(readFileSync(real('package-lock.json'), 'utf8')).packages;
  const chosen = packages.map((name) => [name, lock[`node_modules/${name}`]] as const);
  const cache = execFileSync('npm', ['config', 'get', 'cache'], { encoding: 'utf8' }).trim();
  if (!chosen.every(([, { integrity }]) => isCached(cache, integrity)))
    return 'npm’s cache does not hold the packages that setup works with';
  const root = {
    name: 'xray-transfer',
    version: '0.0.0',
    dependencies: Object.fromEntries(chosen.map(([name, { version }]) => [name, version])),
  };
  const entries = chosen.map(([name, { dependencies: _, dev: __, ...entry }]) => [
    `node_modules/${name}`,
    entry,
  ]);
  writeFileSync(path.join(project, 'package.json'), JSON.stringify(root));
  writeFileSync(
    path.join(project, 'package-lock.json'),
    JSON.stringify({ ...root, lockfileVersion: 3, packages: { '': root, ...Object.fromEntries(entries) } }),
  );

  const requirements = (name: string, text: string) =>
    writeFileSync(path.join(project, 'scripts', 'setup', 'requirements', name), text);
  const small = ['small_one', 'small_two'].map((name) => {
    for (let i = 0; i < 20; i++) {
      const file = at('content', name, name, `part${i}.py`);
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, `def tell():\n    print("${name}", ${i})\n${'# filling\n'.repeat(2000)}`);
    }
    return wheel(name, '1.0', 'py3-none-any', at('content', name));
  });
  requirements('jupyter.txt', small.join(''));

  const content = at('content', 'tensorflow');
  cpSync(path.join(library, 'include'), path.join(content, 'tensorflow', 'include'), { recursive: true });
  for (const name of ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2']) {
    const arguments_ = ['-shared', '-o', path.join(content, 'tensorflow', name), '-Wl,--no-as-needed'];
    execFileSync('g++', [...arguments_, `-L${library}`, `-l:${name}`, `-Wl,-rpath,${library}`]);
  }
  const tags = 'cp310.cp311.cp312';
  requirements(
    'tensorflow-cpu.txt',
    wheel('tensorflow_cpu', '2.19.1', `${tags}-${tags}-manylinux_2_17_x86_64`, content),
  );
  return {
    project,
    library: path.join(content, 'tensorflow'),
    environment: {
      // The small libraries have no symbols of their own, for which a linker would leave them out.
      CXX: 'g++ -Wl,--no-as-needed',
      npm_config_offline: 'true',
      npm_execpath: '',
      PIP_NO_INDEX: '1',
      PIP_FIND_LINKS: wheels,
      // The packages that TensorFlow.js itself needs.
      NODE_PATH: real('node_modules'),
    },
  };
}
