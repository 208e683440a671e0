import { educationOnly } from '../core/education-only';
import { resultNotices } from '../plots/theme';
import type { Prediction, TransferModel } from '../transfer/model';
import { card } from './card';
import { shortPath } from './short-path';
import { type Table, table } from './table';

/** Whether a value is a model. */
export const isModel = (value: object): value is TransferModel =>
  ['head', 'backbone', 'history', 'seen', 'predict'].every((key) => key in value);

/** A model as a card: what it stands on, how it was trained, what it was chosen by; never its weights. */
export function describeModel(model: TransferModel): Table {
  const { backbone, classes, head, history, parameters, preset, seconds, seed, seen } = model;
  const { epochs, bestEpoch } = history;
  const best = epochs.find(({ epoch }) => epoch === bestEpoch);
  const left = seen.test.length ? `, ${seen.test.length} left for the test` : '';
  return card(
    `${backbone.title} with a head for ${classes.join(', ')}`,
    [
      ['weights', backbone.weights === 'random' ? 'random: nothing was learnt before' : backbone.weights],
      ['base', `cut at ${backbone.cut}, ${backbone.fineTuned ? 'last block trained too' : 'frozen'}`],
      ['head', `units ${head.layers.map(({ units }) => units).join(' → ')}`],
      ['preset', `${preset}, preprocessing ${parameters.preprocessing}, pooling ${parameters.pooling}`],
      ['pictures', `${seen.train.length} trained on, ${seen.validation.length} validated on${left}`],
      ['split', seen.grouping && `by ${seen.grouping}`],
      ['epochs', `${epochs.length} of ${parameters.epochs}${best ? `, kept: ${bestEpoch}` : ''}`],
      [
        'validation',
        best && `loss ${best.valLoss.toFixed(3)}, accuracy ${best.valAccuracy.toFixed(3)} in the kept epoch`,
      ],
      ['seed', seed],
      ['seconds', `${seconds.features.toFixed(1)} features, ${seconds.head.toFixed(1)} training`],
    ],
    [
      ...(model.interrupted ? ['Training was interrupted; this is the best of the epochs until then.'] : []),
      'How good it is on pictures that chose nothing: await evaluate(model, split.test).',
      resultNotices(model.synthetic).join(' '),
    ],
  );
}

/** Whether a value is what a model says of pictures. */
export const isPredictions = (value: unknown): value is readonly Prediction[] =>
  Array.isArray(value) &&
  value.length > 0 &&
  value.every((one) => typeof one === 'object' && one !== null && 'label' in one && 'probabilities' in one) &&
  !value.some((one) => Array.isArray(one.probabilities));

/** Predictions as a table, a row a picture: the class called, and each class's probability. */
export const describePredictions = (predictions: readonly Prediction[]): Table =>
  table(
    predictions.map(({ file, label, probabilities }) => ({
      ...(file === undefined ? {} : { picture: shortPath(file) }),
      called: label,
      ...Object.fromEntries(
        Object.entries(probabilities).map(([name, p]) => [`probability of ${name}`, p.toFixed(3)]),
      ),
    })),
    { note: educationOnly },
  );
