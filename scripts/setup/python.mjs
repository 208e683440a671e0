import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { environment, environmentPython, inProject, project, requirements } from './paths.mjs';
import { Problem } from './problem.mjs';
import { run } from './run.mjs';
import {
  digest,
  digestFiles,
  filesBelow,
  findCommand,
  readJson,
  remember,
  remembered,
  writeJson,
} from './state.mjs';

const stampFile = path.join(environment, '.setup.json');
// First those for which TensorFlow 2.19 has wheels, so that tests can compare with Keras.
const names = ['python3.12', 'python3.11', 'python3.10', 'python3', 'python', 'python3.13', 'python3.14'];
const install =
  'Debian, Ubuntu: apt-get install python3-venv; Fedora: dnf install python3; macOS: brew install python; Windows: python.org';

const pipSettings = {
  PIP_DISABLE_PIP_VERSION_CHECK: '1',
  PIP_NO_INPUT: '1',
  PIP_USER: '0',
  PIP_RETRIES: process.env.PIP_RETRIES ?? '3',
  // Known to pip 25.1 and newer, which then go on where a download was cut off; others ignore it.
  PIP_RESUME_RETRIES: '10',
};

/** Runs pip, with the command line that `pipCommand` gave. */
export const pip = ([command, ...args], ...more) =>
  run(command, [...args, ...more.flat()], { env: pipSettings });

const offline =
  /ConnectionError|NewConnectionError|Name or service|Temporary failure|timed out|No matching distribution/i;

/** A failed pip in plain words. */
export function pipProblem(what, error) {
  const isOffline = offline.test(error.output ?? '');
  const why = isOffline
    ? 'pip got no answer from the package index; with a connection run `npm run setup` again'
    : `pip refused; run \`npm run setup\` again, and see what it says`;
  return new Problem(`${what}: ${why}\n${error.message}`, { passing: true, unclear: !isOffline });
}

const ask = `
import importlib.util, json, sys
has = lambda name: importlib.util.find_spec(name) is not None
print(json.dumps({"version": sys.version_info[:3], "executable": sys.executable,
  "ensurepip": has("ensurepip") and has("venv"), "venv": has("venv"), "pip": has("pip")}))`;

/** Every Python on the PATH by name; looked up, not run. */
const candidates = () => names.map((name) => findCommand(name)).filter(Boolean);

async function examine(command) {
  try {
    return JSON.parse(await run(command, ['-c', ask], { timeout: 20_000 }));
  } catch {
    return undefined;
  }
}

/** The first Python from 3.10 on that can make an environment with pip in it. */
async function findPython() {
  const refused = [];
  for (const command of candidates()) {
    const found = await examine(command);
    if (!found) continue;
    const version = found.version.join('.');
    if (found.version[0] !== 3 || found.version[1] < 10) refused.push(`${command} is ${version}, too old`);
    else if (!found.venv || (!found.ensurepip && !found.pip))
      refused.push(`${command} (${version}) has no pip or venv`);
    else return found;
  }
  const seen = refused.length > 0 ? ` (${refused.join('; ')})` : '';
  throw new Problem(
    `no Python 3.10 or newer with pip was found${seen}. Notebooks and the report work without it, JupyterLab does not. To have it: ${install}; then run \`npm run setup\``,
  );
}

/** The Python whose pip is told to work on the environment; undefined where that has its own. */
async function findPipOwner(python) {
  const own = await run(environmentPython, ['-m', 'pip', '--version'], { timeout: 60_000 }).catch(() => '');
  return own ? undefined : python;
}

const pipOf = ({ pipOwner }) =>
  pipOwner ? [pipOwner, '-m', 'pip', '--python', environmentPython] : [environmentPython, '-m', 'pip'];

async function makeEnvironment(python) {
  // A half-made one, or one whose Python is gone, is of no use.
  rmSync(environment, { recursive: true, force: true });
  const options = python.ensurepip ? [] : ['--without-pip'];
  try {
    await run(python.executable, ['-m', 'venv', ...options, environment]);
  } catch (error) {
    throw new Problem(`${python.executable} could not make .venv; try ${install}\n${error.message}`, {
      unclear: true,
    });
  }
}

const installArgs = (file) => [
  'install',
  '--quiet',
  '--require-hashes',
  '--only-binary=:all:',
  ...['-r', requirements(file)],
];

/**
 * Makes pip install again what it was killed over: it writes the list of a package's files last, and takes a package
 * without one for installed.
 */
function forgetHalfInstalled() {
  const packages = filesBelow(environment).filter((file) => file.endsWith(`.dist-info${path.sep}METADATA`));
  for (const folder of packages.map((file) => path.dirname(file)))
    if (!existsSync(path.join(folder, 'RECORD'))) rmSync(folder, { recursive: true, force: true });
}

/** Lets JupyterLab of the environment find the project's kernel wherever the project lies. */
function linkKernel() {
  const folder = path.join(environment, 'share', 'jupyter', 'kernels');
  const link = path.join(folder, 'xray-transfer');
  mkdirSync(folder, { recursive: true });
  const kernel = inProject('jupyter', 'kernels', 'xray-transfer');
  const windows = process.platform === 'win32';
  if (lstatSync(link, { throwIfNoEntry: false })) rmSync(link, { recursive: true });
  symlinkSync(windows ? kernel : path.relative(folder, kernel), link, windows ? 'junction' : 'dir');
}

/** The environment's scripts name their Python by its full path; after a move they name the old one. */
function follow(oldProject) {
  const folder = path.dirname(environmentPython);
  const others = [path.join(environment, 'share', 'jupyter', 'kernels', 'python3', 'kernel.json')];
  for (const file of [...readdirSync(folder).map((name) => path.join(folder, name)), ...others]) {
    const found = lstatSync(file, { throwIfNoEntry: false });
    if (!found?.isFile() || found.size > 200_000) continue;
    const text = readFileSync(file, 'utf8');
    if (text.includes(oldProject)) writeFileSync(file, text.replaceAll(oldProject, project));
  }
}

const isUsable = () => existsSync(environmentPython);

/** Whether the stamp was written for this place; if not, the environment is brought along. */
function settle(stamp) {
  if (!stamp || stamp.project === project) return stamp;
  follow(stamp.project);
  const settled = { ...stamp, project };
  writeJson(stampFile, settled);
  return settled;
}

/** The stamp of a finished environment; undefined where there is none. */
export const environmentStamp = () => (isUsable() ? readJson(stampFile) : undefined);

/** `.venv` with JupyterLab and nbconvert. */
export async function jupyter() {
  const wanted = digestFiles([requirements('jupyter.txt')]);
  const stamp = settle(environmentStamp());
  if (stamp?.jupyter === wanted) return undefined;
  const conditions = digest(wanted, ...candidates());
  const before = remembered('jupyter', conditions);
  if (before) throw new Problem(before.reason, before);
  try {
    const python = stamp ? { executable: stamp.python, version: stamp.version } : await findPython();
    if (!stamp) await makeEnvironment(python);
    const pipOwner = await findPipOwner(python.executable);
    forgetHalfInstalled();
    try {
      await pip(pipOf({ pipOwner }), installArgs('jupyter.txt'));
    } catch (error) {
      throw pipProblem('JupyterLab could not be installed', error);
    }
    linkKernel();
    const { executable, version } = python;
    writeJson(stampFile, { ...stamp, project, python: executable, version, pipOwner, jupyter: wanted });
    remember('jupyter', conditions, undefined);
    return `installed with Python ${version.join('.')}`;
  } catch (error) {
    if (error instanceof Problem) remember('jupyter', conditions, error);
    throw error;
  }
}

/** Keras, scikit-learn and OpenCV, which tests and benchmarks compare with. */
export async function peers() {
  const stamp = environmentStamp();
  if (!stamp) throw new Problem('without .venv there is nothing to compare with; those tests are skipped');
  const wanted = digestFiles([requirements('peers.txt'), requirements('jupyter.txt')]);
  if (stamp.peers === wanted) return undefined;
  const [, minor] = stamp.version;
  if (process.platform !== 'linux' || process.arch !== 'x64' || minor > 12)
    throw new Problem(
      `TensorFlow 2.19 has wheels for Linux on x86-64 with Python 3.10 to 3.12, not for ${process.platform} ${process.arch} with Python 3.${minor}; the tests that compare with Keras, scikit-learn and OpenCV are skipped`,
    );
  forgetHalfInstalled();
  try {
    await pip(pipOf(stamp), installArgs('peers.txt'));
  } catch (error) {
    throw pipProblem(
      'Keras, scikit-learn and OpenCV could not be installed; tests that need them are skipped',
      error,
    );
  }
  writeJson(stampFile, { ...environmentStamp(), peers: wanted });
  return 'installed';
}

/** What downloads wheels: the environment's Python and pip, else any that has pip; undefined where there is none. */
export async function wheelTools() {
  const stamp = environmentStamp();
  if (stamp) return { python: environmentPython, pip: pipOf(stamp), version: stamp.version };
  for (const command of candidates()) {
    const found = await examine(command);
    if (found?.pip && found.version[0] === 3)
      return { python: found.executable, pip: [found.executable, '-m', 'pip'], version: found.version };
  }
  return undefined;
}
