import path from 'node:path';
import type { Backend } from '../compute/backend';
import { describeBackend } from '../compute/describe-backend';
import { InputError } from '../core/check';
import { type BackendName, datasetFolder, projectFolder, requestedBackend } from '../core/settings';
import { classFolders } from '../dataset/class-files';
import { backboneNames } from '../networks/names';
import { networkNamed } from '../networks/table';
import { findWeights } from '../networks/weights-file';
import { jupyterVersion } from './jupyter-version';
import { kernelFolder, kernelProblem } from './kernel-problem';

/** What was found on this machine. */
export interface Examination extends Omit<Backend, 'backend'> {
  /** Null where none works, or not the one that was asked for: `reason` says why. */
  readonly backend: BackendName | null;
  readonly node: string;
  /** Version of JupyterLab in the project's environment; null if it is not there. */
  readonly jupyterlab: string | null;
  /** Where the kernel is; null if it cannot start. */
  readonly kernel: string | null;
  /** Why the kernel cannot start; null if it can. */
  readonly kernelProblem: string | null;
  /** Where the pretrained weights of each network that has some are; null if they are not here. */
  readonly weights: Readonly<Record<string, string | null>>;
  /** The dataset that notebooks use. */
  readonly data: { readonly folder: string; readonly classes: Readonly<Record<string, number>> };
  /** Class folders in `dataset/`, where notebooks use another dataset. */
  readonly otherData: { readonly folder: string; readonly classes: Readonly<Record<string, number>> } | null;
}

/** What computes; where what was asked for does not, why. */
async function backendHere(): Promise<Omit<Backend, 'backend'> & { readonly backend: BackendName | null }> {
  // A name that is none is wrong usage, not a finding.
  requestedBackend();
  return describeBackend().catch((error) => {
    if (!(error instanceof InputError)) throw error;
    return { backend: null, tensorflow: null, gpu: null, reason: error.message };
  });
}

/** Class folders of a dataset, built here or not, with the number of their pictures. */
async function classesIn(dataset: string): Promise<Record<string, number>> {
  const folders = await classFolders(dataset).catch(() => new Map<string, string[]>());
  return Object.fromEntries([...folders].map(([name, pictures]) => [name, pictures.length]));
}

/** Looks at back end, kernel, weights and data; changes nothing. */
export async function examine(): Promise<Examination> {
  const backend = await backendHere();
  const weights: Record<string, string | null> = {};
  for (const network of backboneNames.map(networkNamed)) {
    if (network.weights.kind === 'none') continue;
    weights[network.name] = await findWeights(network).catch(() => null);
  }
  const folder = datasetFolder();
  const own = path.join(projectFolder, 'dataset');
  const others = own === folder ? {} : await classesIn(own);
  const problem = await kernelProblem(projectFolder);
  return {
    ...backend,
    node: process.version,
    jupyterlab: await jupyterVersion(projectFolder),
    kernel: problem ? null : kernelFolder(projectFolder),
    kernelProblem: problem,
    weights,
    data: { folder, classes: await classesIn(folder) },
    otherData: Object.keys(others).length ? { folder: own, classes: others } : null,
  };
}
