import { classesOf } from '../dataset/classes-of';
import { sourceFolds } from '../dataset/source-folds';
import type { Split, Xray } from '../dataset/xray';
import type { Evaluation } from '../evaluation/evaluation';
import { evaluate } from './evaluate';
import { withoutHeads } from './test-fold';
import { transferLearn } from './transfer-learn';
import type { TransferOptions } from './transfer-options';

/** A model of all other sources, tried on one that it has never seen. */
export interface SourceRun {
  /** The source left out. */
  readonly source: string;
  /** Training pictures. */
  readonly train: number;
  readonly evaluation: Evaluation;
}

/**
 * Leaves each source out in turn, trains on the others, and tests on it: how far figures hold where a model has never
 * been. Its figures are usually lower than those of `crossValidate` on the same pictures; what lies between them the
 * models have learnt of the sources. A source without a class has no figures that need the class.
 * @returns by source, in order of their names
 * @throws InputError as `sourceFolds` and `transferLearn` do
 * @throws the signal's reason when interrupted; features that were computed are kept
 */
export async function leaveSourceOut(
  xrays: readonly Xray[],
  { onProgress, ...options }: TransferOptions,
): Promise<SourceRun[]> {
  const folds = sourceFolds(xrays);
  const classes = classesOf(xrays);
  const work = { onProgress: withoutHeads(onProgress), signal: options.signal };
  const runs: SourceRun[] = [];
  for (const { source, train, test } of folds) {
    const split: Split = {
      train,
      validation: [],
      test,
      classes,
      seed: options.seed ?? 42,
      grouping: 'patient',
    };
    const model = await transferLearn(split, { ...options, ...work });
    options.signal?.throwIfAborted();
    runs.push({ source, train: train.length, evaluation: await evaluate(model, test, work) });
    onProgress?.({ stage: 'sources', done: runs.length, total: folds.length });
  }
  return runs;
}
