import { spearman } from '../evaluation/spearman';
import { structuralSimilarity } from '../evaluation/structural-similarity';
import { type Heatmap, resizeHeatmap } from './heatmap';

/** How alike two maps of one picture are. */
export interface MapSimilarity {
  /** Rank correlation of the maps' places, −1 to 1; 0 where one of them is the same everywhere. */
  readonly spearman: number;
  /** Structural similarity of the maps as they are shown, up to 1. */
  readonly ssim: number;
}

/** The map as it is shown: enlarged, its largest value 1. */
function shown(map: Heatmap, size: number): Heatmap {
  const large = resizeHeatmap(map, size, size);
  const largest = large.data.reduce((most, value) => Math.max(most, Math.abs(value)), 0) || 1;
  return { ...large, data: large.data.map((value) => value / largest) };
}

/**
 * The two measures by which Adebayo et al. 2018 compare maps.
 * @param size in which the maps are shown, pixels
 */
export function mapSimilarity(a: Heatmap, b: Heatmap, size: number): MapSimilarity {
  const correlation = spearman(a.data, b.data);
  return {
    // A map without any place of its own has nothing in common with another.
    spearman: Number.isNaN(correlation) ? 0 : correlation,
    ssim: structuralSimilarity(shown(a, size), shown(b, size)),
  };
}
