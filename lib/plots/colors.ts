/**
 * Text and lines: the grey that stands out equally, 4.3 to 1, from white and from JupyterLab's dark #111. Charts are
 * transparent and seen on both, and an SVG in an exported page cannot know which.
 */
export const ink = '#797979';

/** What this project measured. */
export const accent = '#8e5cc2';

/** What an article or another source reports. */
export const secondary = '#b07a00';

// Okabe and Ito's colours, and five that lie as far from them and from each other as can be, also as seen by people with
// protanopia, deuteranopia and tritanopia; each at least 3 to 1 against white and #111.
const ofClass: Readonly<Record<string, string>> = {
  covid: '#d55e00',
  normal: '#0072b2',
  pneumonia: '#009e73',
};
const ofOthers = ['#8d81f5', '#b2874c', '#53696e', '#97513d', '#a286b0'];

/**
 * One colour a class: always the same for covid, normal and pneumonia (in any case), in order for others.
 * @returns #rrggbb, as many as there are labels
 */
export function classColors(labels: readonly string[]): string[] {
  const others = labels.filter((label) => !ofClass[label.toLowerCase()]);
  return labels.map(
    (label) => ofClass[label.toLowerCase()] ?? ofOthers[others.indexOf(label) % ofOthers.length]!,
  );
}

const channels = (color: string): number[] =>
  [1, 3, 5].map((i) => Number.parseInt(color.slice(i, i + 2), 16));

/** The colour `share` of the way from one #rrggbb to another. */
export function mixColors(from: string, to: string, share: number): string {
  const end = channels(to);
  const mixed = channels(from).map((value, i) => Math.round(value + (end[i]! - value) * share));
  return `#${mixed.map((value) => value.toString(16).padStart(2, '0')).join('')}`;
}

/** Contrast of two colours, 1 to 21, as the W3C's WCAG 2 defines it. */
export function contrast(a: string, b: string): number {
  const luminance = (color: string) => {
    const [red, green, blue] = channels(color).map((value) => {
      const share = value / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
  };
  const [dark, light] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (light! + 0.05) / (dark! + 0.05);
}
