import { InputError } from '../core/check';
import { checkParameter, type ParameterValue } from './check-parameter';

type Parameters = Readonly<Record<string, ParameterValue>>;

/** The environment variable that sets a parameter: "batchSize" → "XRAY_SET_BATCH_SIZE". */
export const variableOf = (name: string): string =>
  `XRAY_SET_${name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;

/**
 * The value that a text stands for, of the kind of the parameter's default.
 * @param told what the text was given to, for the complaint
 * @throws InputError naming it, the text and what it must be
 */
export function readParameter(told: string, text: string, value: ParameterValue): ParameterValue {
  if (typeof value === 'string') return text;
  if (typeof value === 'boolean') {
    if (text === 'true' || text === 'false') return text === 'true';
    throw new InputError(`${told} is "${text}"; choose true or false`);
  }
  const number = Number(text);
  if (text.trim() !== '' && Number.isFinite(number)) return number;
  throw new InputError(`${told} is "${text}"; it must be a number`);
}

/**
 * A notebook's parameters: the values given, each overridden by an environment variable, `XRAY_SET_` and its name in
 * capitals (`XRAY_SET_EPOCHS=7`, `XRAY_SET_BATCH_SIZE=16`), so that a notebook can be rerun with others without being changed. Says which were.
 * Names that the notebooks know (`backbone`, `epochs`, `seed` …) are checked at once, not in the middle of a run.
 * @throws InputError naming the parameter or variable, its value and the choices or the range
 */
export function parameters<T extends Parameters>(defaults: T): T {
  const told: string[] = [];
  const values = Object.entries(defaults).map(([name, value]): [string, ParameterValue] => {
    const variable = variableOf(name);
    const text = process.env[variable];
    if (text === undefined) return [name, value];
    told.push(`${variable}=${text}`);
    return [name, readParameter(variable, text, value)];
  });
  if (told.length) console.log(`Set from outside: ${told.join(', ')}`);
  for (const [name, value] of values) checkParameter(name, value);
  return Object.fromEntries(values) as T;
}
