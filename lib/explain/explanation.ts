import { InputError } from '../core/check';
import type { Pixels } from '../dataset/xray';
import { argmax } from '../evaluation/probabilities';
import type { FrozenBase } from '../networks/frozen-base';
import type { FeatureSettings } from '../transfer/feature-settings';
import type { Head } from '../transfer/head';
import type { Heatmap } from './heatmap';
import { overlay } from './overlay';
import { type Explainable, fileOf } from './seen-pictures';

/** A base and a head whose classes are to be explained. */
export interface Explained {
  readonly backbone: FrozenBase;
  readonly head: Head;
  readonly settings: Pick<FeatureSettings, 'preprocessing' | 'pooling'>;
}

/** The map of one picture and what the head says of it. */
export interface ClassMap {
  /** Number of the class that it is about. */
  readonly index: number;
  readonly probability: number;
  readonly map: Heatmap;
}

/** Where in a picture a model found what speaks for a class. */
export interface Explanation {
  /** The file, where one was given. */
  readonly file?: string;
  /** The class that the map is about. */
  readonly label: string;
  /** The model's probability of it. */
  readonly probability: number;
  readonly map: Heatmap;
  /** The map over the picture, in the size that the network sees. */
  readonly overlay: Pixels;
}

/** Which class to explain, given the head's probabilities. */
export type ClassChoice = (probabilities: readonly number[]) => number;

/**
 * The class of that name, or, without a name, the likeliest.
 * @throws InputError naming the classes if it is none of them
 */
export function classChoice(classes: readonly string[], label?: string): ClassChoice {
  if (label === undefined) return argmax;
  const index = classes.indexOf(label);
  if (index < 0) throw new InputError(`label is "${label}"; choose one of ${classes.join(', ')}`);
  return () => index;
}

/** A map with the class's name and its picture. @param picture in the network's size */
export function explanationOf(
  classes: readonly string[],
  input: Explainable,
  picture: Pixels,
  { index, probability, map }: ClassMap,
): Explanation {
  const file = fileOf(input);
  return {
    ...(file !== undefined && { file }),
    label: classes[index]!,
    probability,
    map,
    overlay: overlay(picture, map),
  };
}
