import { seededRandom } from '../core/random';
import { formatFigure } from '../evaluation/format-figure';
import { argmax } from '../evaluation/probabilities';
import type { PictureToSee } from '../transfer/picture-variants';
import { areaFigure } from './area-figure';
import { gramOf } from './logistic';
import { outOfFoldLogits } from './out-of-fold';
import { joined, type Rows } from './rows';
import type { Measurement, Omission } from './rules';
import type { Study } from './study';

/**
 * For each class a number a picture: whose border it is given. The other picture is of another patient of the same
 * fold, so that no model that judges the two has been trained on either. Undefined where a fold has no such picture.
 */
function donors({ xrays, classes, truth, divisions, seed }: Study): number[][] | undefined {
  const chosen = classes.map(() => xrays.map(() => -1));
  for (const { test } of divisions[0]!)
    for (const i of test) {
      const random = seededRandom(`${seed}/audit/border/${xrays[i]!.sha256}`);
      for (const [c, ofClass] of chosen.entries()) {
        const others = test.filter((k) => truth[k] === c && xrays[k]!.patientId !== xrays[i]!.patientId);
        if (!others.length) return undefined;
        ofClass[i] = others[random.integer(others.length)]!;
      }
    }
  return chosen;
}

/**
 * What is left when all pictures come from one source, as far as the border can show it: models that were trained on
 * whole pictures judge each picture within the borders of pictures of each class. Where all are given the border of one
 * class, the border can no longer tell; that is the figure. It is set against the same with the border of a picture's
 * own class, which is put together no less.
 */
export async function oneBorder(
  study: Study,
  whole: Rows,
  rowsOf: (pictures: readonly PictureToSee[]) => Promise<Rows>,
): Promise<Measurement | Omission> {
  const name = 'one-border';
  const { xrays, classes, truth, divisions, seed } = study;
  const given = donors(study);
  if (!given) return { name, why: 'a fold has too few patients to take borders from' };
  const seen = ({ path, sha256 }: (typeof xrays)[number]) => ({ file: path, sha256 });
  const pictures = given.flatMap((ofClass) =>
    xrays.map((xray, i) => ({ ...seen(xray), degrees: 0, border: seen(xrays[ofClass[i]!]!) })),
  );
  const count = xrays.length;
  // Behind the pictures themselves come all of them with borders of the first class, then of the second …
  const numberOf = (i: number, c: number) => count * (c + 1) + i;
  const folds = divisions[0]!.map(({ train, test }) => ({
    train,
    test: classes.flatMap((_, c) => test.map((i) => numberOf(i, c))),
  }));
  const gram = gramOf(joined(whole, await rowsOf(pictures)), count);
  const logits = outOfFoldLogits(gram, truth, classes.length, folds);
  /** Judgements of all pictures, each within the border of the class named. */
  const withBorders = (classOfBorder: (i: number) => number) =>
    xrays.map((_, i) => logits[numberOf(i, classOfBorder(i))]!);
  const random = (label: string) => seededRandom(`${seed}/audit/${name}/${label}`);
  const own = areaFigure(study, [withBorders((i) => truth[i]!)], random('own'));
  const figure = areaFigure(
    study,
    classes.map((_, c) => withBorders(() => c)),
    random('one'),
  );
  const called = classes.map((label, c) => {
    const same = xrays.filter((_, i) => {
      const row = logits[numberOf(i, c)]!;
      return argmax(row) === c;
    });
    return `within borders of "${label}" ${same.length} of ${count} pictures ${same.length === 1 ? 'is' : 'are'} called so`;
  });
  return {
    name,
    figure,
    against: own,
    found: `${called.join(', ')}; AUROC ${formatFigure(figure, 2)}, within borders of their own class ${formatFigure(own, 2)}`,
  };
}
