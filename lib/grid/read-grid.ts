import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { asError, InputError } from '../core/check';
import { backboneNames, isBackboneName } from '../networks/names';
import { nearest } from '../networks/nearest';
import { networkNamed } from '../networks/table';
import { presetNames, trainingParameters } from '../transfer/preset';
import type { Grid, GridDataset, GridNetwork, GridPreset } from './grid';
import { networkLabel } from './network-label';

const text = z.string().min(1);
const dataset = z.strictObject({
  name: text.optional(),
  folder: text,
  classes: z.array(text).min(2).optional(),
});
const network = z.strictObject({ name: text, cut: text.optional(), weights: text.optional() });
/** The parameters beside these are checked by `trainingParameters`. */
const preset = z.looseObject({ name: text.optional(), preset: z.enum(presetNames) });
const several = <T extends z.ZodType>(item: T) => z.array(item).min(1);

const schema = z.strictObject({
  datasets: several(z.union([text, dataset])),
  networks: several(z.union([text, network])),
  presets: several(z.union([z.enum(presetNames), preset])).default(['sound']),
  seeds: several(z.number().int().min(0)).default([0, 1, 2]),
  folds: z.number().int().min(2).max(100).default(5),
  audit: z.boolean().default(false),
  shard: z.number().int().min(1).max(100_000).default(256),
});

type Written = z.infer<typeof schema>;
type Issue = z.core.$ZodIssue;

/** "networks[1].name". */
const keyOf = (where: readonly PropertyKey[]): string =>
  where.reduce<string>(
    (key, part) =>
      typeof part === 'number' ? `${key}[${part}]` : key ? `${key}.${String(part)}` : String(part),
    '',
  );

const valueAt = (written: unknown, where: readonly PropertyKey[]): unknown =>
  where.reduce<unknown>(
    (value, part) => (value as Record<PropertyKey, unknown> | undefined)?.[part],
    written,
  );

const wanted: Readonly<Record<string, string>> = {
  datasets: 'a list of folders, or of {folder, name, classes}',
  networks: `a list of networks (${backboneNames.join(', ')}, or a folder), or of {name, cut, weights}`,
  presets: `a list of ${presetNames.join(', ')}, or of {preset, name, epochs …}`,
  seeds: 'a list of whole numbers, 0 or more',
  folds: 'a whole number from 2 to 100',
  audit: 'true or false',
  shard: 'a whole number from 1 to 100000',
};

const wholeGrid = 'an object with datasets, networks and, where wanted, presets, seeds, folds, audit, shard';

function complaint(issue: Issue, written: unknown): string {
  // Of a union, the branch that the value was meant for: that of its type.
  const meant =
    issue.code === 'invalid_union' ? issue.errors.find(([inner]) => inner?.path.length) : undefined;
  if (meant) return complaint({ ...meant[0]!, path: [...issue.path, ...meant[0]!.path] }, written);
  const unknown =
    issue.code === 'unrecognized_keys'
      ? issue
      : issue.code === 'invalid_union'
        ? issue.errors.flat().find((inner) => inner.code === 'unrecognized_keys')
        : undefined;
  if (unknown?.code === 'unrecognized_keys') {
    const choices = issue.path.length
      ? ['name', 'folder', 'classes', 'cut', 'weights']
      : Object.keys(schema.shape);
    const [key] = unknown.keys;
    return `${keyOf([...issue.path, key!])} is no key of a grid; did you mean ${nearest(key!, choices, 1)}? Choose of ${choices.join(', ')}`;
  }
  const key = keyOf(issue.path);
  const value = valueAt(written, issue.path);
  const shown = value === undefined ? 'missing' : JSON.stringify(value);
  const must = issue.path.length ? (wanted[String(issue.path[0])] ?? issue.message) : wholeGrid;
  return `${key || 'the grid'} is ${shown}; it must be ${must}`;
}

function unique<T extends { readonly name: string }>(key: string, items: readonly T[]): readonly T[] {
  const twice = items.find(({ name }, i) => items.findIndex((other) => other.name === name) !== i);
  if (twice) throw new InputError(`${key} has "${twice.name}" twice; give each a name of its own`);
  return items;
}

function datasetOf(given: Written['datasets'][number], from: string): GridDataset {
  const { folder, name, classes } = typeof given === 'string' ? { folder: given } : given;
  const absolute = path.resolve(from, folder);
  return { name: name ?? path.basename(absolute), folder: absolute, ...(classes && { classes }) };
}

function networkOf(given: Written['networks'][number], from: string): GridNetwork {
  const { name, cut, weights } = typeof given === 'string' ? { name: given } : given;
  const isFolder = /[\\/.]/.test(name);
  if (!isFolder) networkNamed(name);
  const isFile = weights !== undefined && /[\\/.]/.test(weights);
  return {
    name: isFolder && !isBackboneName(name) ? path.resolve(from, name) : name,
    ...(cut !== undefined && { cut }),
    ...(weights !== undefined && { weights: isFile ? path.resolve(from, weights) : weights }),
  };
}

function presetOf(given: Written['presets'][number], at: string): GridPreset {
  const { name, preset: base, ...own } = typeof given === 'string' ? { preset: given } : given;
  const label = name ?? [base, ...Object.entries(own).map(([key, value]) => `${key} ${value}`)].join(' ');
  try {
    return { name: label, preset: base, parameters: trainingParameters(base, own) };
  } catch (error) {
    throw new InputError(`${at}: ${asError(error).message}`);
  }
}

/**
 * A grid from what was written in YAML or JSON.
 * @param from folder that relative paths start from
 * @throws InputError naming the key, its value and the choices
 */
export function parseGrid(written: unknown, from: string): Grid {
  const { success, data, error } = schema.safeParse(written);
  if (!success) throw new InputError(complaint(error.issues[0]!, written));
  const networks = data.networks.map((given) => networkOf(given, from));
  const labels = networks.map((network) => ({ name: networkLabel(network) }));
  unique('networks', labels);
  if (new Set(data.seeds).size < data.seeds.length)
    throw new InputError(`seeds is ${JSON.stringify(data.seeds)}; give each once`);
  return {
    ...data,
    datasets: unique(
      'datasets',
      data.datasets.map((given) => datasetOf(given, from)),
    ),
    networks,
    presets: unique(
      'presets',
      data.presets.map((given, i) => presetOf(given, `presets[${i}]`)),
    ),
  };
}

/**
 * Reads a grid from a YAML file; relative paths in it start from its folder.
 * @throws InputError naming the file, and the key, its value and the choices
 */
export async function readGrid(file: string): Promise<Grid> {
  const { parse } = await import('yaml');
  const written = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new InputError(`${file} cannot be read (${error.code}); name the YAML file of a grid`);
  });
  try {
    return parseGrid(parse(written), path.dirname(path.resolve(file)));
  } catch (error) {
    throw new InputError(`${file}: ${asError(error).message}`);
  }
}
