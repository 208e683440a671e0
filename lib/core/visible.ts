/**
 * Characters that a terminal obeys instead of showing them: control characters, marks that turn the direction of writing
 * (https://trojansource.codes), separators of lines and paragraphs, halves of pairs.
 */
const hidden = /[\p{Cc}\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\p{Cs}]/gu;

const escaped = (character: string): string => {
  const code = character.charCodeAt(0).toString(16);
  return code.length > 2 ? `\\u${code.padStart(4, '0')}` : `\\x${code.padStart(2, '0')}`;
};

/** A text for a terminal: what it would obey stands as an escape (`\x1b`), but for line breaks and tabs. */
export const visible = (text: string): string =>
  text.replace(hidden, (character) => (/[\n\t]/.test(character) ? character : escaped(character)));

/** The same on one line: line breaks and tabs as escapes too. */
export const visibleLine = (text: string): string => text.replace(hidden, escaped);

/** A value as JSON on one line, with everything in it that a terminal would obey as JSON's own escapes. */
export const visibleJson = (value: unknown): string =>
  JSON.stringify(value).replace(
    hidden,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
