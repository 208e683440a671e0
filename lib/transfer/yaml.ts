/** What YAML text can be made of here. */
export type YamlValue =
  | string
  | number
  | boolean
  | readonly YamlValue[]
  | { readonly [key: string]: YamlValue | undefined };

/** What may stand in a YAML stream as it is; line separators and the byte order mark may not. */
const printable = /[\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\u{10000}-\u{10ffff}]/u;

function escapeCharacter(character: string): string {
  if (character === '"' || character === '\\') return `\\${character}`;
  if (printable.test(character)) return character;
  const code = character.codePointAt(0)!;
  // A lone half of a pair is no character; YAML has none either.
  if (code >= 0xd800 && code <= 0xdfff) return '\\uFFFD';
  return `\\u${code.toString(16).padStart(4, '0')}`;
}

/** A text between double quotes: whatever it holds, it stays one scalar on one line. */
const quoted = (text: string): string => `"${Array.from(text, escapeCharacter).join('')}"`;

/** A number that YAML reads as one: with a point before the exponent, as YAML 1.1 wants it. There is no NaN that all readers know. */
const numeral = (value: number): string =>
  Number.isFinite(value) ? String(value).replace(/^(-?\d+)e/, '$1.0e') : 'null';

/** A key that stands without quotes; YAML 1.1 reads some words as truth values or as nothing. */
const isPlainKey = (key: string): boolean =>
  /^[a-z][\w-]*$/i.test(key) && !/^(y|n|yes|no|on|off|true|false|null)$/i.test(key);

const isList = (value: YamlValue): value is readonly YamlValue[] => Array.isArray(value);

function lines(value: YamlValue, indent: string): string[] {
  if (isList(value)) {
    if (!value.length) return [`${indent}[]`];
    return value.flatMap((item) => {
      const [first, ...rest] = lines(item, `${indent}  `);
      return [`${indent}- ${first!.slice(indent.length + 2)}`, ...rest];
    });
  }
  if (typeof value !== 'object')
    return [
      `${indent}${typeof value === 'string' ? quoted(value) : typeof value === 'number' ? numeral(value) : value}`,
    ];
  const entries = Object.entries(value).filter(
    (entry): entry is [string, YamlValue] => entry[1] !== undefined,
  );
  if (!entries.length) return [`${indent}{}`];
  return entries.flatMap(([key, item]) => {
    const name = isPlainKey(key) ? key : quoted(key);
    const own = lines(item, `${indent}  `);
    const nested = typeof item === 'object' && !/^\s*(\[\]|\{\})$/.test(own[0]!);
    return nested ? [`${indent}${name}:`, ...own] : [`${indent}${name}: ${own[0]!.trimStart()}`];
  });
}

/**
 * A value as a YAML 1.1 and 1.2 document in block style, texts quoted. Hostile texts stay texts.
 * @returns lines ending with a line break; undefined properties are left out
 */
export const toYaml = (value: YamlValue): string => `${lines(value, '').join('\n')}\n`;
