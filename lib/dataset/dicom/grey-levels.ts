import type { DicomHeader, Lookup, Window } from './header';

/** Shares of the pixels, in percent, that become black and white where a file does not say what is bright. */
const percentiles = [0.5, 99.5] as const;

const lookUp = ({ first, entries }: Lookup, value: number): number =>
  entries[Math.min(Math.max(Math.trunc(value - first), 0), entries.length - 1)]!;

const isLookup = (given: object): given is Lookup => 'entries' in given;

/** Brightness from 0 to 1 through a window (PS3.3, C.11.2.1). */
export function throughWindow(value: number, { center, width, shape }: Window): number {
  if (shape === 'SIGMOID') return 1 / (1 + Math.exp((-4 * (value - center)) / width));
  const [middle, reach] = shape === 'LINEAR' ? [center - 0.5, width - 1] : [center, width];
  if (value <= middle - reach / 2) return 0;
  return value > middle + reach / 2 ? 1 : (value - middle) / reach + 0.5;
}

/**
 * Percentiles of values that occur so many times, linear between neighbours as NumPy's.
 * @param occurring pairs of value and count, in any order; at least one
 */
export function percentilesOf(
  occurring: readonly (readonly [value: number, count: number])[],
  shares: readonly number[],
): number[] {
  const sorted = [...occurring].sort(([a], [b]) => a - b);
  const total = sorted.reduce((sum, [, count]) => sum + count, 0);
  const ranked = (rank: number): number => {
    let below = 0;
    return sorted.find(([, count]) => (below += count) > rank)![0];
  };
  return shares.map((share) => {
    const place = (share / 100) * (total - 1);
    const low = ranked(Math.floor(place));
    return low + (ranked(Math.ceil(place)) - low) * (place - Math.floor(place));
  });
}

/** How often each stored value occurs, padding left out. */
function occurrences(stored: Int32Array, offset: number, count: number, isPadding: (v: number) => boolean) {
  const counts = new Uint32Array(count);
  for (let i = 0; i < stored.length; i++) counts[stored[i]! + offset]!++;
  return [...counts.keys()]
    .filter((index) => counts[index] && !isPadding(index - offset))
    .map((index) => [index - offset, counts[index]!] as const);
}

/**
 * Grey levels of stored values, 0 to 255: modality table or slope; then the file's table of brightness, else its first
 * window, else the range from the 0.5th to the 99.5th percentile; MONOCHROME1 turned to white on black; padding black.
 */
export function greyLevels(stored: Int32Array, header: DicomHeader): Uint8Array {
  const { bitsStored, signed, padding, modality, voi, photometric } = header;
  const count = 2 ** bitsStored;
  const offset = signed ? count / 2 : 0;
  const isPadding = (value: number) => padding !== undefined && value >= padding[0] && value <= padding[1];
  const measured = (value: number): number =>
    isLookup(modality) ? lookUp(modality, value) : value * modality.slope + modality.intercept;
  const found = occurrences(stored, offset, count, isPadding);
  const [low = 0, high = 0] =
    voi || !found.length
      ? []
      : percentilesOf(
          found.map(([value, times]) => [measured(value), times]),
          percentiles,
        );
  const bright = (value: number): number => {
    if (!voi) return high > low ? Math.min(Math.max((value - low) / (high - low), 0), 1) : 0;
    return isLookup(voi) ? lookUp(voi, value) / voi.top : throughWindow(value, voi);
  };
  const levels = new Uint8Array(count);
  for (const [value] of found) {
    const share = bright(measured(value));
    levels[value + offset] = Math.round(255 * (photometric === 'MONOCHROME1' ? 1 - share : share));
  }
  const grey = new Uint8Array(stored.length);
  for (let i = 0; i < stored.length; i++) grey[i] = levels[stored[i]! + offset]!;
  return grey;
}
