import type { Pixels } from '../dataset/xray';
import { type Heatmap, resizeHeatmap } from './heatmap';

type Color = readonly [number, number, number];

/** From weak to strong: what speaks for the class glows, what speaks against it is blue. */
const forIt: readonly Color[] = [
  [120, 0, 0],
  [230, 60, 0],
  [255, 190, 0],
];
const against: readonly Color[] = [
  [0, 30, 110],
  [0, 114, 178],
  [86, 200, 255],
];
/** Of the strongest place; the picture stays visible under it. */
const opacity = 0.75;

function colorAt(colors: readonly Color[], strength: number, channel: number): number {
  const at = strength * (colors.length - 1);
  const first = Math.min(colors.length - 2, Math.floor(at));
  const from = colors[first]![channel]!;
  return from + (at - first) * (colors[first + 1]![channel]! - from);
}

/**
 * A map laid over its picture: the stronger, the brighter, in shares of the map's own largest magnitude. Values above 0
 * are red to yellow, below 0 blue; 0 leaves the picture as it is.
 * @param picture any size; the map is enlarged to it
 */
export function overlay({ width, height, data }: Pixels, map: Heatmap): Pixels {
  const values = resizeHeatmap(map, width, height).data;
  const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const mixed = Uint8Array.from(data);
  if (largest > 0)
    values.forEach((value, i) => {
      const strength = Math.abs(value) / largest;
      const colors = value > 0 ? forIt : against;
      for (let channel = 0; channel < 3; channel++) {
        const own = mixed[i * 3 + channel]!;
        mixed[i * 3 + channel] = own + opacity * strength * (colorAt(colors, strength, channel) - own);
      }
    });
  return { width, height, data: mixed };
}
