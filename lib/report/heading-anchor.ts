/** A text as part of an address: lower case, words joined by hyphens; "section" if no letter or digit is in it. */
export const slug = (text: string): string =>
  text
    .normalize('NFKD')
    .replace(/\p{Mark}/gu, '')
    .toLowerCase()
    .replace(/[^\p{Letter}\p{Number}]+/gu, '-')
    .replace(/^-|-$/g, '') || 'section';

/** The first of `wanted`, `wanted-2`, `wanted-3`… that is not taken; takes it. */
export function takeAnchor(wanted: string, taken: Set<string>): string {
  let anchor = wanted;
  for (let n = 2; taken.has(anchor); n++) anchor = `${wanted}-${n}`;
  taken.add(anchor);
  return anchor;
}
