#!/usr/bin/env node
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';

const help = `Usage: node scripts/setup.mjs [--peers] [--gpu | --cpu] [--retry]

Installs what the project needs into its own folder; what is there already is left alone.
  --peers   also Keras, scikit-learn and OpenCV, which tests and benchmarks compare with
  --gpu     TensorFlow for NVIDIA GPUs (CUDA 12, about 3 GB); remembered until --cpu
  --cpu     TensorFlow for the CPU (the default)
  --retry   try again at once what failed before
`;

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`This is Node.js ${process.versions.node}; the project needs 20.19 or newer (nodejs.org).`);
  process.exit(1);
}

function readOptions() {
  const flag = { type: 'boolean', default: false };
  try {
    const { values } = parseArgs({ options: { peers: flag, gpu: flag, cpu: flag, retry: flag, help: flag } });
    if (values.gpu && values.cpu) throw new Error('--gpu and --cpu exclude each other');
    return values;
  } catch (error) {
    console.error(`${error.message}\n\n${help}`);
    process.exit(2);
  }
}

const options = readOptions();
if (options.help) {
  console.log(help);
  process.exit(0);
}

// After the version check: these use what older versions lack.
const { lock } = await import('./setup/lock.mjs');
const { diskProblem, Problem } = await import('./setup/problem.mjs');
const { npmPackages } = await import('./setup/npm-packages.mjs');
const { jupyter, peers } = await import('./setup/python.mjs');
const { compile } = await import('./setup/compile.mjs');
const { inProject } = await import('./setup/paths.mjs');
const { forget } = await import('./setup/state.mjs');
const { addon, chooseKind, library, nextBackend, preflight, refuse } = await import('./setup/tensorflow.mjs');

// Standard output belongs to the command that follows, which may print JSON.
const say = (text) => process.stderr.write(`${text}\n`);
const secondsSince = (began) => `${((performance.now() - began) / 1000).toFixed(1)} s`;
const began = performance.now();

/**
 * Runs a step; says what it did and in which time. What it says meanwhile gets the step's name before it.
 * @param place what it writes, in the project's folder
 */
async function step(name, place, work) {
  const began = performance.now();
  try {
    const done = await work((text) => say(`  … ${name}: ${text}`));
    say(`  ✓ ${name}: ${done ?? 'in place'} (${secondsSince(began)})`);
    return true;
  } catch (error) {
    const problem = diskProblem(error, inProject(place)) ?? error;
    if (!(problem instanceof Problem)) throw error;
    say(`  ✗ ${name}: ${problem.message} (${secondsSince(began)})`);
    if (problem.disk) process.exitCode = 1;
    return problem;
  }
}

/** TensorFlow itself, as far as it can be had; whether it is. Where it is not, why is kept for the back end that serves. */
async function tensorflow(kind, fetched) {
  const problem = await fetched;
  for (const [name, work] of [
    ['TensorFlow addon', () => addon(kind)],
    ['TensorFlow check', () => preflight(kind)],
  ]) {
    if (problem !== true) break;
    const outcome = await step(name, '.tensorflow', work);
    if (outcome !== true) {
      refuse(kind, outcome);
      return false;
    }
  }
  if (problem !== true) refuse(kind, problem);
  return problem === true;
}

/** Waits for other setups; which form of TensorFlow is wanted. */
async function begin() {
  try {
    await lock((text) => say(`  … ${text}`));
    say('Setup');
    if (options.retry) forget();
    return chooseKind(options.gpu ? 'gpu' : options.cpu ? 'cpu' : undefined);
  } catch (error) {
    const problem = diskProblem(error, inProject('.cache'));
    if (!problem) throw error;
    say(problem.message);
    process.exit(1);
  }
}

const kind = await begin();
const packages = step('npm packages', 'node_modules', npmPackages).then((outcome) => {
  // Without packages nothing else can be done; the exit ends what runs beside.
  if (outcome !== true) process.exit(1);
});
const compiled = packages.then(() => step('lib compiled to dist/', 'dist', compile));
const python = step('JupyterLab in .venv', '.venv', jupyter);
const fetched = python.then(() =>
  step(`TensorFlow library (${kind})`, '.tensorflow', (tell) => library(kind, tell)),
);
// After the library: pip has its wheel by then.
const compared = fetched.then(
  () => options.peers && step('Keras, scikit-learn, OpenCV to compare with', '.venv', peers),
);
await packages;
const works = await tensorflow(kind, fetched);
await compared;
if ((await compiled) !== true) process.exitCode = 1;
else if (!works && !process.exitCode)
  say(`  → everything works without TensorFlow’s C library, ${await nextBackend()}`);
say(`Setup took ${secondsSince(began)}`);
