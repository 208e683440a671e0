// Advance widths of Helvetica (and Arial, and Liberation Sans) in thousandths of the font size, from space to tilde.
const widths = [
  278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556,
  556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667, 611, 778, 722, 278,
  500, 667, 556, 833, 722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469,
  556, 333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556, 556, 556, 333, 500,
  278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584,
];

/**
 * Width of a text in pixels, set in Helvetica or its equals. Stands in for a canvas, which Node has not.
 * @param fontSize pixels
 * @param bold bold letters are about 6 % wider
 */
export function textWidth(text: string, fontSize: number, bold = false): number {
  let sum = 0;
  for (const letter of text) {
    const code = letter.codePointAt(0)!;
    // Scripts beyond Latin, Greek and Cyrillic are mostly as wide as high.
    sum += widths[code - 32] ?? (code >= 0x1100 && !(code >= 0x2000 && code < 0x2100) ? 1000 : 556);
  }
  return (sum / 1000) * fontSize * (bold ? 1.06 : 1);
}
