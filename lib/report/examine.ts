import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Backend } from '../compute/backend';
import { describeBackend } from '../compute/describe-backend';
import { exists } from '../core/files';
import { datasetFolder, projectFolder } from '../core/settings';
import { readRecords } from '../dataset/records';
import { backboneNames } from '../networks/names';
import { networkNamed } from '../networks/table';
import { findWeights } from '../networks/weights-file';

/** What was found on this machine. */
export interface Examination extends Backend {
  readonly node: string;
  /** Version of JupyterLab in the project's environment; null if it is not there. */
  readonly jupyterlab: string | null;
  /** Where the kernel is. */
  readonly kernel: string;
  /** Where the pretrained weights of each network that has some are; null if they are not here. */
  readonly weights: Readonly<Record<string, string | null>>;
  readonly data: { readonly folder: string; readonly classes: Readonly<Record<string, number>> };
}

async function jupyterlabVersion(): Promise<string | null> {
  const config = await readFile(path.join(projectFolder, 'requirements.txt'), 'utf8').catch(() => '');
  const installed = await exists(path.join(projectFolder, '.venv', 'bin', 'jupyter-lab'));
  return installed ? (/^jupyterlab==([\w.]+)/m.exec(config)?.[1] ?? 'installed') : null;
}

/** Looks at back end, kernel, weights and data; changes nothing. */
export async function examine(): Promise<Examination> {
  const backend = await describeBackend();
  const weights: Record<string, string | null> = {};
  for (const network of backboneNames.map(networkNamed)) {
    if (network.weights.kind === 'none') continue;
    weights[network.name] = await findWeights(network).catch(() => null);
  }
  const folder = datasetFolder();
  const classes: Record<string, number> = {};
  for (const name of ['covid', 'normal', 'pneumonia']) {
    const records = await readRecords(path.join(folder, name)).catch(() => undefined);
    if (records) classes[name] = records.length;
  }
  return {
    ...backend,
    node: process.version,
    jupyterlab: await jupyterlabVersion(),
    kernel: path.join(projectFolder, 'jupyter', 'kernels', 'xray-transfer'),
    weights,
    data: { folder, classes },
  };
}
