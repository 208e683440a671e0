import { InputError } from '../core/check';

type Value = string | number | boolean;

/** "batchSize" → "BATCH_SIZE". */
const variableOf = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();

function read(variable: string, text: string, value: Value): Value {
  if (typeof value === 'string') return text;
  if (typeof value === 'boolean') {
    if (text === 'true' || text === 'false') return text === 'true';
    throw new InputError(`${variable} is "${text}"; choose true or false`);
  }
  const number = Number(text);
  if (text.trim() !== '' && Number.isFinite(number)) return number;
  throw new InputError(`${variable} is "${text}"; it must be a number`);
}

/**
 * A notebook's parameters: the values given, each overridden by the environment variable of its name in capitals
 * (`EPOCHS=7`, `BATCH_SIZE=16`), so that a notebook can be rerun with others without being changed. Says which were.
 * @throws InputError naming the variable, its value and what it must be
 */
export function parameters<T extends Readonly<Record<string, Value>>>(defaults: T): T {
  const told: string[] = [];
  const values = Object.entries(defaults).map(([name, value]) => {
    const variable = variableOf(name);
    const text = process.env[variable];
    if (text === undefined) return [name, value];
    told.push(`${variable}=${text}`);
    return [name, read(variable, text, value)];
  });
  if (told.length) console.log(`Set from outside: ${told.join(', ')}`);
  return Object.fromEntries(values) as T;
}
