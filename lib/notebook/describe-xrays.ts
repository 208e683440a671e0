import { plural } from '../core/plural';
import { classesOf } from '../dataset/classes-of';
import { countPatients } from '../dataset/count-patients';
import { isSynthetic, type Split, type Xray } from '../dataset/xray';
import { syntheticNotice } from '../plots/theme';
import { card } from './card';
import { shortPath } from './short-path';
import { type Table, table } from './table';

/** Whether a value is a record of a picture. */
export const isXray = (value: unknown): value is Xray =>
  typeof value === 'object' &&
  value !== null &&
  ['path', 'label', 'patientId', 'sha256'].every((key) => key in value);

/** Whether a value is a list of records. */
export const isXrays = (value: unknown): value is readonly Xray[] =>
  Array.isArray(value) && value.length > 0 && value.every(isXray);

/** Whether a value is a split. */
export const isSplit = (value: object): value is Split =>
  ['train', 'validation', 'test', 'classes', 'grouping'].every((key) => key in value);

const patients = (xrays: readonly Xray[]): Set<string> => new Set(xrays.map(({ patientId }) => patientId));
const distinct = (values: readonly string[]): string =>
  [...new Set(values.filter(Boolean))].sort().join(', ') || '–';
const notice = (xrays: readonly Xray[]) => (isSynthetic(xrays) ? { note: syntheticNotice } : {});

function range(values: readonly number[]): string {
  // As arguments, hundreds of thousands would be too many.
  const low = values.reduce((a, b) => Math.min(a, b));
  const high = values.reduce((a, b) => Math.max(a, b));
  return low === high ? `${low}` : `${low}–${high}`;
}

/** Records as a table, a row a class: pictures, patients, sources, views, sizes in pixels, licences. */
export function describeXrays(xrays: readonly Xray[]): Table {
  const labels = classesOf(xrays);
  const rows = labels.map((label) => {
    const own = xrays.filter((xray) => xray.label === label);
    return {
      class: label,
      pictures: own.length,
      patients: countPatients(own),
      source: distinct(own.map(({ source }) => source)),
      view: distinct(own.map(({ view }) => view)),
      width: range(own.map(({ width }) => width)),
      height: range(own.map(({ height }) => height)),
      license: distinct(own.map(({ license }) => license)),
    };
  });
  return table(rows, {
    caption: `${xrays.length} pictures of ${countPatients(xrays)} patients`,
    columns: [
      'class',
      'pictures',
      'patients',
      'source',
      'view',
      { key: 'width', title: 'width (px)' },
      { key: 'height', title: 'height (px)' },
      'license',
    ],
    ...notice(xrays),
  });
}

/** A record as a card; of its place the file and its folder. */
export const describeXray = (xray: Xray): Table =>
  card(
    shortPath(xray.path),
    [
      ['class', xray.label],
      ['patient', xray.patientId],
      ['source', xray.source],
      ['view', xray.view],
      ['size', `${xray.width} × ${xray.height} px`],
      ['license', xray.license],
    ],
    isSynthetic([xray]) ? [syntheticNotice] : [],
  );

/** A split as a table, a row a class: pictures on each side; the caption says whether a patient is on two sides. */
export function describeSplit(split: Split): Table {
  const { train, validation, test, classes, seed, grouping } = split;
  const sides = [train, validation, test].map(patients);
  const all = [...train, ...validation, ...test];
  const everybody = patients(all);
  const twice = [...everybody].filter(
    (patient) => sides.filter((side) => side.has(patient)).length > 1,
  ).length;
  const count = (xrays: readonly Xray[], label: string) =>
    xrays.filter((xray) => xray.label === label).length;
  const rows = classes.map((label) => ({
    class: label,
    train: count(train, label),
    validation: count(validation, label),
    test: count(test, label),
    patients: countPatients(all.filter((xray) => xray.label === label)),
  }));
  const total = {
    class: 'all',
    train: train.length,
    validation: validation.length,
    test: test.length,
    patients: everybody.size,
  };
  const shared = `${twice ? plural(twice, 'patient') : 'no patients'} on two sides`;
  return table([...rows, total], {
    caption: `Split by ${grouping}, seed ${seed}: ${shared}`,
    ...notice(all),
  });
}
