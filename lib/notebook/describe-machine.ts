import { card } from './card';
import type { Table } from './table';

/** What was found on a machine, as `examine` tells it. */
export interface Machine {
  /** Null where none works. */
  readonly backend: string | null;
  readonly tensorflow: string | null;
  readonly gpu: string | null;
  /** Why no faster back end. */
  readonly reason: string;
  readonly node: string;
  readonly jupyterlab: string | null;
  readonly kernelProblem: string | null;
  /** By network, where its pretrained weights are; null if they are not here. */
  readonly weights: Readonly<Record<string, string | null>>;
  readonly data: { readonly classes: Readonly<Record<string, number>> };
  readonly otherData: { readonly classes: Readonly<Record<string, number>> } | null;
}

/** Whether a value is what `examine` found. */
export const isMachine = (value: object): value is Machine =>
  ['backend', 'reason', 'kernelProblem', 'weights', 'data'].every((key) => key in value);

const counts = (classes: Readonly<Record<string, number>>): string =>
  Object.entries(classes)
    .map(([name, count]) => `${name} ${count}`)
    .join(', ');

/** A machine as a card: what computes, which weights and pictures are here. Folders are not named: cards are sent around. */
export function describeMachine(machine: Machine): Table {
  const { backend, tensorflow, gpu, reason, node, jupyterlab, kernelProblem, weights, data, otherData } =
    machine;
  const named = (here: boolean) =>
    Object.entries(weights)
      .filter(([, at]) => (at !== null) === here)
      .map(([name]) => name)
      .join(', ');
  return card('This machine', [
    ['computes with', `${backend ?? 'nothing'}${tensorflow ? ` (TensorFlow ${tensorflow})` : ''}: ${reason}`],
    ['GPU', gpu ?? 'none in use'],
    ['Node, JupyterLab', `${node}, ${jupyterlab ?? 'not here; `npm run setup` says why'}`],
    ['kernel', kernelProblem === null ? '' : 'cannot start; `npx xray-transfer doctor` says why'],
    ['pretrained weights here', named(true) || 'none'],
    ['not here', named(false) ? `${named(false)}; \`npx xray-transfer weights NAME\` fetches them` : ''],
    [
      'pictures',
      counts(data.classes) || 'none yet; `02-datasets` draws phantoms, `npm run data` fetches X-rays',
    ],
    [
      'more pictures',
      otherData ? `${counts(otherData.classes)}, in dataset/; the variable XRAY_DATASET takes them` : '',
    ],
  ]);
}
