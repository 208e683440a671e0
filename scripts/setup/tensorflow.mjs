import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { patchedSource, withChanges } from './addon-source.mjs';
import { inProject, requirements } from './paths.mjs';
import { Problem } from './problem.mjs';
import { pip, pipProblem, wheelTools } from './python.mjs';
import { run } from './run.mjs';
import { digest, digestFiles, findCommand, readJson, remember, remembered, writeJson } from './state.mjs';

const home = inProject('.tensorflow');
const choiceFile = path.join(home, 'choice.json');
const preflightFile = path.join(home, 'preflight.json');
const addonPackage = inProject('node_modules', '@tensorflow', 'tfjs-node-gpu');
const version = '2.19.1';
const pythonTags = ['cp310', 'cp311', 'cp312'];

/** The two forms of TensorFlow's library; both serve the same addon. */
const kinds = {
  cpu: { file: 'tensorflow-cpu.txt', size: '250 MB', members: [] },
  // The libraries find the others at ../nvidia/*/lib.
  gpu: { file: 'tensorflow-gpu.txt', size: '3 GB', members: ['nvidia/'] },
};
const headers = ['tensorflow/c', 'tensorflow/core/platform', 'tsl/platform', 'xla/tsl/c'];
const members = ['tensorflow/libtensorflow_', ...headers.map((folder) => `tensorflow/include/${folder}/`)];

/** cpu or gpu: as asked for now, else as asked for last. */
export function chooseKind(asked) {
  if (asked) writeJson(choiceFile, { kind: asked });
  const { kind } = readJson(choiceFile) ?? {};
  return kind in kinds ? kind : 'cpu';
}

/** Why there is no wheel for this system; undefined where there is one. */
export function unsupported({ platform, arch, glibc } = system()) {
  if (platform !== 'linux' || arch !== 'x64')
    return `TensorFlow ${version} offers its C library for Linux on x86-64, not for ${platform} on ${arch}; nothing is to be done`;
  if (!glibc)
    return `TensorFlow's C library needs glibc, which this Linux is without (Alpine is); use a Debian or Ubuntu image to have it`;
  return undefined;
}

const system = () => ({
  platform: process.platform,
  arch: process.arch,
  glibc: process.report?.getReport().header.glibcVersionRuntime,
});

const libraryFolder = (kind) => path.join(home, kind);
const libraryStamp = (kind) => digestFiles([requirements(kinds[kind].file)]);
const hasLibrary = (kind) =>
  readJson(path.join(libraryFolder(kind), '.setup.json'))?.stamp === libraryStamp(kind);

/** Wheels of the environment's own Python where there are any: then pip has them for the peers too. */
const tagFor = ([major, minor]) => pythonTags.find((tag) => tag === `cp${major}${minor}`) ?? 'cp312';

const downloadArgs = (kind, tag, folder) => [
  'download',
  '--quiet',
  '--no-deps',
  '--require-hashes',
  '--only-binary=:all:',
  ...['--implementation', 'cp', '--python-version', tag.slice(2), '--abi', tag, '--abi', 'none'],
  // The nvidia wheels carry several of these.
  ...['manylinux_2_17_x86_64', 'manylinux2014_x86_64', 'manylinux1_x86_64'].flatMap((name) => [
    '--platform',
    name,
  ]),
  ...['--dest', folder, '-r', requirements(kinds[kind].file)],
];

/** Puts a finished folder in another's place; whoever has that one's files open keeps them. */
function replaceFolder(temporary, target) {
  const old = `${temporary}.old`;
  if (existsSync(target)) renameSync(target, old);
  renameSync(temporary, target);
  rmSync(old, { recursive: true, force: true });
}

/** TensorFlow's C library out of its wheel, checked by hash, in .tensorflow/cpu or gpu. */
export async function library(kind, say) {
  const why = unsupported();
  if (why) throw new Problem(why);
  if (hasLibrary(kind)) return undefined;
  const tools = await wheelTools();
  if (!tools)
    throw new Problem(
      `no Python with pip was found, which fetches TensorFlow's C library; install python3 and python3-venv, then run \`npm run setup\``,
    );
  const conditions = digest(kind, libraryStamp(kind), tools.python);
  return unlessRemembered('library', conditions, () => fetchLibrary(kind, tools, say));
}

async function fetchLibrary(kind, tools, say) {
  mkdirSync(home, { recursive: true });
  for (const name of readdirSync(home).filter((name) => name.startsWith('tmp-')))
    rmSync(path.join(home, name), { recursive: true, force: true });
  const wheels = path.join(home, `tmp-wheels-${process.pid}`);
  const unpacked = path.join(home, `tmp-${kind}-${process.pid}`);
  try {
    say(`downloading about ${kinds[kind].size}`);
    await pip(tools.pip, downloadArgs(kind, tagFor(tools.version), wheels));
    const files = readdirSync(wheels).map((name) => path.join(wheels, name));
    const unpack = inProject('scripts', 'setup', 'unpack-wheels.py');
    await run(tools.python, [unpack, unpacked, ...files, '--', ...members, ...kinds[kind].members]);
    // The names that a linker looks for.
    for (const [name, target] of [
      ['libtensorflow.so', 'libtensorflow_cc.so.2'],
      ['libtensorflow_framework.so', 'libtensorflow_framework.so.2'],
    ])
      symlinkSync(target, path.join(unpacked, 'tensorflow', name));
    writeJson(path.join(unpacked, '.setup.json'), { stamp: libraryStamp(kind), version });
    replaceFolder(unpacked, libraryFolder(kind));
    return `TensorFlow ${version}, ${kind}`;
  } catch (error) {
    throw pipProblem("TensorFlow's C library could not be fetched", error);
  } finally {
    for (const folder of [wheels, unpacked]) rmSync(folder, { recursive: true, force: true });
  }
}

/** The addon finds the library at ../../deps/lib; links, so that one addon serves both kinds and the folder may move. */
function linkLibrary(kind) {
  const folder = path.join(addonPackage, 'deps');
  mkdirSync(folder, { recursive: true });
  for (const [name, target] of [
    ['lib', path.join(libraryFolder(kind), 'tensorflow')],
    ['include', path.join(libraryFolder(kind), 'tensorflow', 'include')],
  ]) {
    const temporary = path.join(folder, `${name}.tmp`);
    // One that a killed setup left; no other is at work.
    rmSync(temporary, { force: true });
    symlinkSync(path.relative(folder, target), temporary);
    renameSync(temporary, path.join(folder, name));
  }
}

const isSame = (one, other) => existsSync(one) && readFileSync(one).equals(readFileSync(other));

/** Copies a file whole or not at all: a process that has the old one open keeps it. */
function replaceFile(from, to) {
  mkdirSync(path.dirname(to), { recursive: true });
  const temporary = `${to}.tmp`;
  copyFileSync(from, temporary);
  renameSync(temporary, to);
}

/** tfjs-node's addon against the library, in two or three seconds of compiling a core; kept when npm empties its folder. */
export async function addon(kind) {
  const binding = path.join(addonPackage, 'binding');
  const sources = readdirSync(binding).filter((name) => /\.(cc|h)$/.test(name));
  const patched = withChanges(readFileSync(path.join(binding, patchedSource), 'utf8'));
  const files = sources.sort().map((name) => path.join(binding, name));
  const key = digest(version, process.arch, digestFiles(files), patched);
  const kept = path.join(home, 'addon', key.slice(0, 16), 'tfjs_binding.node');
  const inPlace = path.join(addonPackage, 'lib', 'napi-v8', 'tfjs_binding.node');
  linkLibrary(kind);
  if (!existsSync(kept))
    await compileAddon(
      files.filter((name) => name.endsWith('.cc') && path.basename(name) !== patchedSource),
      patched,
      kept,
    );
  else if (isSame(inPlace, kept)) return undefined;
  replaceFile(kept, inPlace);
  return 'built';
}

async function compileAddon(sources, patched, target) {
  const compiler = process.env.CXX || findCommand('g++', 'c++', 'clang++');
  if (!compiler)
    throw new Problem(
      "no C++ compiler was found, which TensorFlow's addon is built with; install one (Debian, Ubuntu: apt-get install g++; Fedora: dnf install gcc-c++), then run `npm run setup`",
    );
  await unlessRemembered('addon', digest(target, compiler), () => link(compiler, sources, patched, target));
}

/** Does a step unless it failed before under the same conditions; then it is refused at once with the same reason. */
async function unlessRemembered(step, conditions, work) {
  const before = remembered(step, conditions);
  if (before) throw new Problem(before.reason, before);
  try {
    const done = await work();
    remember(step, conditions, undefined);
    return done;
  } catch (error) {
    if (error instanceof Problem) remember(step, conditions, error);
    throw error;
  }
}

async function link(compiler, sources, patched, target) {
  const deps = path.join(addonPackage, 'deps');
  // What a killed setup left of it.
  rmSync(path.dirname(target), { recursive: true, force: true });
  mkdirSync(path.dirname(target), { recursive: true });
  const temporary = `${target}.tmp`;
  const patchedFile = `${target}.cc`;
  writeFileSync(patchedFile, patched);
  const args = [
    ...['-std=c++17', '-O2', '-fPIC', '-shared', '-DNAPI_VERSION=8'],
    ...[
      addonPackage,
      path.join(addonPackage, 'binding'),
      inProject('node_modules', 'node-api-headers', 'include'),
      path.join(deps, 'include'),
    ].map((folder) => `-I${folder}`),
    ...sources,
    patchedFile,
    ...['-o', temporary, `-L${path.join(deps, 'lib')}`, '-ltensorflow', '-ltensorflow_framework'],
    '-Wl,-rpath,$ORIGIN/../../deps/lib',
  ];
  try {
    const [command, ...flags] = compiler.split(' ');
    await run(command, [...flags, ...args]);
    renameSync(temporary, target);
  } catch (error) {
    throw new Problem(
      `TensorFlow's addon could not be built with ${compiler}; a complete C++17 compiler is needed (Debian, Ubuntu: apt-get install g++), then run \`npm run setup\`\n${error.message}`,
    );
  } finally {
    rmSync(temporary, { force: true });
    rmSync(patchedFile, { force: true });
  }
}

const endings = {
  SIGILL: 'the processor lacks an instruction that TensorFlow uses (AVX)',
  SIGSEGV: 'TensorFlow crashed',
  SIGABRT: 'TensorFlow gave up',
};

/** Whether TensorFlow works here, tried in a child process and written to .tensorflow/preflight.json for lib/compute. */
export async function preflight(kind) {
  const addonFile = path.join(addonPackage, 'lib', 'napi-v8', 'tfjs_binding.node');
  const { size, mtimeMs } = statSync(addonFile);
  const processor = os.cpus()[0]?.model ?? '';
  const key = digest(kind, libraryStamp(kind), process.version, processor, `${size} ${mtimeMs}`);
  const before = readJson(preflightFile);
  if (before?.ok && before.key === key) return undefined;
  return unlessRemembered('preflight', key, () => tryOut(kind, key));
}

async function tryOut(kind, key) {
  try {
    const told = await run(process.execPath, [inProject('scripts', 'setup', 'preflight.cjs')], {
      env: {
        LD_BIND_NOW: '1',
        TF_CPP_MIN_LOG_LEVEL: '2',
        TF_FORCE_GPU_ALLOW_GROWTH: 'true',
        CUDA_DEVICE_ORDER: 'PCI_BUS_ID',
        CUDA_VISIBLE_DEVICES: process.env.CUDA_VISIBLE_DEVICES ?? '0',
      },
      timeout: 120_000,
    });
    const { whyNoGpu, ...found } = JSON.parse(told.slice(told.lastIndexOf('{')));
    const missing = kind === 'gpu' && !found.gpu ? `no GPU is in use: ${whyNoGpu}` : undefined;
    writeJson(preflightFile, { ok: true, ...found, kind, reason: missing ?? 'TensorFlow works', key });
    const where = found.gpu ? 'on the GPU' : 'on the CPU';
    return `TensorFlow ${found.tensorflow}, ${where}${missing ? ` (${missing})` : ''}`;
  } catch (error) {
    const signal = /ended with (SIG\w+)/.exec(error.message)?.[1];
    throw new Problem(
      `TensorFlow does not run here: ${endings[signal] ?? 'it could not be loaded'}\n${error.message}`,
    );
  }
}

/** Which back end serves instead of TensorFlow, and why, as doctor and the report say it; asked once a reason. */
export async function nextBackend() {
  const before = readJson(preflightFile);
  if (before?.next) return before.next;
  const ask =
    "require('./dist/compute/describe-backend.js').describeBackend().then((found) => process.stdout.write(JSON.stringify(found), () => process.exit()))";
  try {
    const told = await run(process.execPath, ['-e', ask], { env: { XRAY_BACKEND: '' }, timeout: 60_000 });
    const { backend, reason } = JSON.parse(told.slice(told.lastIndexOf('{')));
    const next = `by ${backend}: ${reason}`;
    writeJson(preflightFile, { ...before, next });
    return next;
  } catch {
    return 'on a slower back end; `npx xray-transfer doctor` says which';
  }
}

/** Tells lib/compute why another back end has to serve; the first line of the problem says it. */
export function refuse(kind, problem) {
  // What the disk is to blame for is known to last as long as that; nothing is written for later.
  if (problem.disk) return;
  const reason = problem.message.split('\n')[0];
  const before = readJson(preflightFile);
  if (before?.ok === false && before.reason === reason) return;
  writeJson(preflightFile, { ok: false, tensorflow: null, gpu: false, kind, reason });
}
