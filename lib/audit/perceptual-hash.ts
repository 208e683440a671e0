import { InputError } from '../core/check';

/** Side of the thumbnail that a hash is taken of. */
export const hashedSize = 32;
/** Frequencies kept in each direction: those of the coarser half. */
const kept = 16;
/** Bits of a hash. */
export const hashBits = kept * kept;
const words = hashBits / 32;

/** Cosines of the DCT-II: [kept · hashedSize], a frequency a row. */
const cosines = Float64Array.from({ length: kept * hashedSize }, (_, k) =>
  Math.cos((Math.PI * (2 * (k % hashedSize) + 1) * Math.floor(k / hashedSize)) / (2 * hashedSize)),
);

/** The coarsest 16 × 16 coefficients of a picture's cosine transform, horizontal frequency fastest; not normalised. */
function coarseFrequencies(grey: ArrayLike<number>): Float64Array {
  const rows = new Float64Array(hashedSize * kept);
  for (let y = 0; y < hashedSize; y++)
    for (let u = 0; u < kept; u++) {
      let sum = 0;
      for (let x = 0; x < hashedSize; x++) sum += grey[y * hashedSize + x]! * cosines[u * hashedSize + x]!;
      rows[y * kept + u] = sum;
    }
  const frequencies = new Float64Array(kept * kept);
  for (let v = 0; v < kept; v++)
    for (let u = 0; u < kept; u++) {
      let sum = 0;
      for (let y = 0; y < hashedSize; y++) sum += rows[y * kept + u]! * cosines[v * hashedSize + y]!;
      frequencies[v * kept + u] = sum;
    }
  return frequencies;
}

/**
 * A picture's perceptual hash (pHash: Zauner 2010, "Implementation and Benchmarking of Perceptual Image Hash
 * Functions"): whether each of the coarsest 16 × 16 coefficients of its cosine transform is above their median. All
 * chest X-rays look alike: the usual 8 × 8 do not tell them apart, these 256 bits do. Brightness, contrast, size and
 * compression hardly change it; a mirrored or turned picture has another.
 * @param grey [32 · 32], any scale
 * @returns 256 bits in 8 words; the bit of the mean is 0
 * @throws InputError for another size
 */
export function perceptualHash(grey: ArrayLike<number>): Uint32Array {
  if (grey.length !== hashedSize ** 2)
    throw new InputError(`grey has ${grey.length} values; ${hashedSize} x ${hashedSize} are needed`);
  const frequencies = coarseFrequencies(grey);
  const sorted = frequencies.slice(1).sort();
  const median = sorted[sorted.length >> 1]!;
  const hash = new Uint32Array(words);
  for (let bit = 1; bit < hashBits; bit++) if (frequencies[bit]! > median) hash[bit >> 5]! |= 1 << (bit & 31);
  return hash;
}

function bitsSet(word: number): number {
  const pairs = word - ((word >>> 1) & 0x55555555);
  const nibbles = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  return Math.imul((nibbles + (nibbles >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/** In how many of 256 bits two hashes differ. */
export function hammingDistance(a: Uint32Array, b: Uint32Array): number {
  let distance = 0;
  for (let k = 0; k < words; k++) distance += bitsSet(a[k]! ^ b[k]!);
  return distance;
}

/** Two hashes at places `first` < `second` of a list, and how many bits they differ in. */
export interface NearPair {
  readonly first: number;
  readonly second: number;
  readonly distance: number;
}

/** All pairs of hashes that differ in at most `most` bits, nearest first. Ten thousand hashes take a second or two. */
export function nearPairs(hashes: readonly Uint32Array[], most: number): NearPair[] {
  const flat = new Uint32Array(hashes.length * words);
  hashes.forEach((hash, i) => {
    flat.set(hash, i * words);
  });
  const pairs: NearPair[] = [];
  for (let first = 0; first < hashes.length; first++)
    for (let second = first + 1; second < hashes.length; second++) {
      let distance = 0;
      for (let k = 0; k < words && distance <= most; k++)
        distance += bitsSet(flat[first * words + k]! ^ flat[second * words + k]!);
      if (distance <= most) pairs.push({ first, second, distance });
    }
  return pairs.sort((a, b) => a.distance - b.distance || a.first - b.first || a.second - b.second);
}
