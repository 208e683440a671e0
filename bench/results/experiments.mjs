// What several sections show; each is computed once and kept.
import { of, sample } from './data.mjs';
import { library } from './library.mjs';

const { crossValidate, learningCurve, transferLearn } = library('index');
const { evaluatePredictions } = library('evaluation/evaluate-predictions');
const { asPictures } = library('transfer/picture-variants');

/** Of every head and of random weights. */
export const seed = 42;

/** Pictures by class, those of normal and pneumonia drawn anew for each seed. */
export const drawnAnew =
  ({ covid, train }, classes) =>
  (draw) =>
    classes.flatMap((name) => (name === 'covid' ? covid : sample(of(train, name), covid.length, draw)));

/** 5 folds × 3 seeds, patients kept together. @param pictures "phantoms" or "X-rays" */
export const folds = ({ data, keep }, pictures, classes, { id, options }) =>
  keep(`folds, ${pictures}, ${classes.join()}, ${id}`, () =>
    crossValidate(
      pictures === 'phantoms'
        ? data.phantoms.filter(({ label }) => classes.includes(label))
        : drawnAnew(data, classes),
      { ...options, seed },
    ),
  );

/** Accuracy by pictures a class over 5 folds × 3 seeds of the Kaggle train folder. */
export const byCount = ({ data, keep }, perClass, { id, options }) =>
  keep(`pictures a class, ${perClass.join()}, ${id}`, async () => {
    // A fifth more than the most that are trained on, and some to spare for patients of several pictures.
    const pool = Math.ceil(1.3 * Math.max(...perClass));
    const xrays = ['normal', 'pneumonia'].flatMap((label) => sample(of(data.train, label), pool, 'pool'));
    const points = await learningCurve(xrays, { ...options, seed, perClass });
    return points.map(({ perClass: count, accuracy }) => ({ perClass: count, accuracy }));
  });

async function oneDraw({ train, test }, draw, options) {
  const classes = ['normal', 'pneumonia'];
  const chosen = classes.flatMap((label) => sample(of(train, label), 200, `draw ${draw}`));
  // The test folder is no part of the split: patient numbers of the train folder occur there too.
  const split = { train: chosen, validation: [], test: [], classes, seed, grouping: 'patient' };
  const model = await transferLearn(split, { ...options, seed });
  const probabilities = await model.probabilities(asPictures(test));
  const figures = (rows) =>
    evaluatePredictions(
      rows.map((i) => test[i].label),
      rows.map((i) => probabilities[i]),
      model.classes,
    );
  const known = new Set(chosen.map(({ patientId }) => patientId));
  const all = figures(test.map((_, i) => i));
  const others = figures(test.flatMap(({ patientId }, i) => (known.has(patientId) ? [] : [i])));
  return { auroc: all.auroc.value, accuracy: all.accuracy.value, other: others.auroc.value };
}

/** Normal against pneumonia: 200 pictures a class of the Kaggle train folder, five draws, on its whole test folder. */
export const oneSource = ({ data, keep }, { id, options }) =>
  keep(`one source, ${id}`, async () => {
    const draws = [];
    for (let draw = 0; draw < 5; draw++) draws.push(await oneDraw(data, draw, options));
    return draws;
  });
