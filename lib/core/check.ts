/** An error that a user can mend: its message names the parameter or file, what is wrong, and the choices. */
export class InputError extends Error {
  override readonly name = 'InputError';
}

function asJson(value: unknown): string {
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    // It has itself in it, or a number that JSON has not.
    return String(value);
  }
}

/** A value as an error shows it: texts in quotes, lists and objects as JSON, whatever is long cut off. */
export function quote(value: unknown): string {
  if (value instanceof Promise) return 'a promise (write await before it)';
  const shown = typeof value === 'string' || typeof value === 'object' ? asJson(value) : String(value);
  return shown.length > 200 ? `${shown.slice(0, 200)}…` : shown;
}

/**
 * Returns `value` if it is one of `choices`.
 * @throws InputError naming the parameter, its value and the choices
 */
export function checkChoice<T extends string>(name: string, value: unknown, choices: readonly T[]): T {
  if (choices.includes(value as T)) return value as T;
  throw new InputError(`${name} is ${quote(value)}; choose one of ${choices.join(', ')}`);
}

/**
 * Returns `value` if it is a whole number in [min, max].
 * @throws InputError naming the parameter, its value and the range
 */
export function checkWhole(name: string, value: unknown, min: number, max = Number.MAX_SAFE_INTEGER): number {
  if (Number.isInteger(value) && (value as number) >= min && (value as number) <= max) return value as number;
  const range = max === Number.MAX_SAFE_INTEGER ? `${min} or more` : `${min} to ${max}`;
  throw new InputError(`${name} is ${quote(value)}; it must be a whole number, ${range}`);
}

/**
 * Returns `value` if it is a finite number in [min, max].
 * @throws InputError naming the parameter, its value and the range
 */
export function checkNumber(name: string, value: unknown, min: number, max: number): number {
  if (typeof value === 'number' && value >= min && value <= max) return value;
  throw new InputError(`${name} is ${quote(value)}; it must be a number from ${min} to ${max}`);
}

/**
 * Returns `value` if it is a list.
 * @param example of such a list, as it is written
 * @throws InputError naming the parameter, its value and the example
 */
export function checkList<T>(name: string, value: readonly T[], example: string): readonly T[] {
  if (Array.isArray(value)) return value;
  throw new InputError(`${name} is ${quote(value)}; give a list, such as ${example}`);
}

/** A caught value as an Error, whatever was thrown. */
export const asError = (thrown: unknown): Error =>
  thrown instanceof Error ? thrown : new Error(String(thrown));
