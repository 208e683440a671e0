import type { Phantom } from '../phantom';

const letters: Readonly<Record<string, readonly string[]>> = {
  S: [' ###', '#   ', ' ## ', '   #', '### '],
  Y: ['# #', '# #', ' # ', ' # ', ' # '],
  N: ['#  #', '## #', '# ##', '#  #', '#  #'],
  T: ['###', ' # ', ' # ', ' # ', ' # '],
  H: ['#  #', '#  #', '####', '#  #', '#  #'],
  E: ['###', '#  ', '## ', '#  ', '###'],
  I: ['#', '#', '#', '#', '#'],
  C: [' ###', '#   ', '#   ', '#   ', ' ###'],
};

/** Grey level that the letters have at least; light enough on air, and no lighter than bone. */
const lightness = 165;

/** Writes SYNTHETIC into the upper left corner, as a lead marker would stand: the same in every picture and class. */
export function markSynthetic({ width, data }: Phantom): void {
  let left = 6;
  for (const letter of 'SYNTHETIC') {
    const rows = letters[letter]!;
    rows.forEach((row, y) => {
      [...row].forEach((dot, x) => {
        const i = (6 + y) * width + left + x;
        if (dot === '#') data[i] = Math.max(data[i]!, lightness);
      });
    });
    left += rows[0]!.length + 1;
  }
}
