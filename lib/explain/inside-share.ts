import { InputError } from '../core/check';
import type { Mask } from '../dataset/mask';
import type { Figure } from '../evaluation/figure';
import { meanWithInterval } from '../evaluation/mean-with-interval';
import type { Explanation } from './explanation';
import { type Heatmap, resizeHeatmap } from './heatmap';

/** How much of a map lies inside a region. */
export interface MapShare {
  /** Of what speaks for the class, 0 to 1; null for a map where nothing does. */
  readonly share: number | null;
  /** Of the picture, 0 to 1: the share of a map that is the same everywhere. */
  readonly area: number;
}

/** Share of a map's positive values inside a mask, against the mask's share of the picture. */
export function mapShare(map: Heatmap, mask: Mask): MapShare {
  const { data } = resizeHeatmap(map, mask.width, mask.height);
  let [inside, all, pixels] = [0, 0, 0];
  data.forEach((value, i) => {
    pixels += mask.data[i]!;
    if (value <= 0) return;
    all += value;
    inside += value * mask.data[i]!;
  });
  return { share: all > 0 ? inside / all : null, area: pixels / data.length };
}

/** Shares of many maps, each with its 95 % interval over the patients. */
export interface InsideShare {
  readonly share: Figure;
  readonly area: Figure;
  /** share − area, patient by patient: above 0, the maps favour the region. */
  readonly excess: Figure;
  readonly patients: number;
  /** Pictures left out, because their map or the region is empty or not known. */
  readonly empty: number;
}

/**
 * Whether maps favour a region, such as the lungs: the share of the maps inside against the region's share of the
 * pictures. Means over patients, so that one with many pictures counts once; intervals by Student's t.
 * @param masks the region, picture by picture; undefined where it is not known
 * @param patients whose picture each is
 * @throws InputError if the lists are not of one length, or fewer than two patients are left
 */
export function insideShare(
  explanations: readonly Pick<Explanation, 'map'>[],
  masks: readonly (Mask | undefined)[],
  patients: readonly string[],
): InsideShare {
  if (masks.length !== explanations.length || patients.length !== explanations.length)
    throw new InputError(
      `There are ${explanations.length} maps, ${masks.length} masks and ${patients.length} patients; one of each a picture is needed`,
    );
  const found = explanations.flatMap(({ map }, i) => {
    const mask = masks[i];
    if (!mask) return [];
    const { share, area } = mapShare(map, mask);
    return share === null || area === 0 ? [] : [{ share, area, patient: patients[i]! }];
  });
  const groups = [...new Set(found.map(({ patient }) => patient))].map((patient) =>
    found.filter((one) => one.patient === patient),
  );
  if (groups.length < 2)
    throw new InputError(
      `Maps of ${groups.length} patients have anything to compare; an interval needs two patients or more`,
    );
  const figure = (of: (one: (typeof found)[number]) => number) =>
    meanWithInterval(groups.map((group) => group.reduce((sum, one) => sum + of(one), 0) / group.length));
  return {
    share: figure(({ share }) => share),
    area: figure(({ area }) => area),
    excess: figure(({ share, area }) => share - area),
    patients: groups.length,
    empty: explanations.length - found.length,
  };
}
