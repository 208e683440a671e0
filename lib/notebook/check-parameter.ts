import { existsSync } from 'node:fs';
import { checkChoice, checkNumber, checkWhole, InputError } from '../core/check';
import { networkNamed } from '../networks/table';
import { presetNames, type TrainingParameters, trainingParameters } from '../transfer/preset';

export type ParameterValue = string | number | boolean;
type Check = (name: string, value: ParameterValue) => unknown;

// A name of the notebooks may be something else in a user's own: only values of the kind that it has here are judged.
const ofNumber =
  (check: (name: string, value: number) => unknown): Check =>
  (name, value) =>
    typeof value === 'number' && check(name, value);
const ofText =
  (check: (name: string, value: string) => unknown): Check =>
  (name, value) =>
    typeof value === 'string' && check(name, value);

const whole = (min: number, max?: number): Check =>
  ofNumber((name, value) => checkWhole(name, value, min, max));
const share = (min: number, max: number): Check =>
  ofNumber((name, value) => checkNumber(name, value, min, max));

/** What training itself would say, before there is anything to train. */
const training: Check = (name, value) =>
  trainingParameters('sound', { [name]: value } as Partial<TrainingParameters>);

// Any folder may hold a layers-model; loading it says whether it does.
const network = ofText((_, value) => existsSync(value) || networkNamed(value));

const folder = ofText((name, value) => {
  if (value !== '' && !existsSync(value))
    throw new InputError(`${name} is "${value}"; there is no such folder. Name one that is there`);
});

/** A list in one text: "0,1,2". */
const list = (least: number, check: Check): Check =>
  ofText((name, value) => {
    const parts = value.split(',');
    if (parts.length < least || parts.some((part) => part === '' || part.trim() !== part))
      throw new InputError(
        `${name} is "${value}"; give ${least} or more, separated by commas without spaces`,
      );
    for (const part of parts) check(name, part);
  });
const numbers = (min: number): Check =>
  list(1, (name, part) => checkWhole(name, /^-?[\d.]+$/.test(`${part}`) ? Number(part) : part, min));
const anything: Check = () => undefined;

/** How each parameter of the notebooks is checked; one that is not here is of a user's own making. */
export const parameterChecks: Readonly<Record<string, Check>> = {
  backbone: network,
  backbones: list(1, network),
  threeClassBackbones: list(1, network),
  preset: (name, value) => checkChoice(name, value, presetNames),
  epochs: training,
  batchSize: training,
  learningRate: training,
  augment: training,
  seed: whole(0),
  seeds: numbers(0),
  folds: whole(2, 100),
  counts: numbers(1),
  count: whole(2, 10_000),
  testCount: whole(1, 10_000),
  phantoms: whole(4, 10_000),
  perClass: whole(1, 10_000),
  training: share(0.01, 0.69),
  test: share(0.01, 0.99),
  permutations: whole(1, 10_000),
  classes: list(2, anything),
  controls: folder,
  covidFrom: folder,
  kaggleFrom: folder,
  dataset: anything,
  runs: list(1, anything),
  explained: anything,
  picture: whole(0),
  pictures: whole(1, 100),
  channels: whole(1, 64),
  patch: whole(1, 224),
  steps: whole(1, 50),
  forgetting: whole(1, 1000),
};

/**
 * Checks one parameter of a notebook.
 * @throws InputError naming the parameter, its value and the choices or the range
 */
export function checkParameter(name: string, value: ParameterValue): void {
  if (Object.hasOwn(parameterChecks, name)) parameterChecks[name]!(name, value);
}
