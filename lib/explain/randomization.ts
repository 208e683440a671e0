import { checkChoice, checkWhole, InputError } from '../core/check';
import type { WorkOptions } from '../core/progress';
import type { Pixels } from '../dataset/xray';
import type { Figure } from '../evaluation/figure';
import { meanWithInterval } from '../evaluation/mean-with-interval';
import type { FrozenBase } from '../networks/frozen-base';
import type { Head } from '../transfer/head';
import type { TransferModel } from '../transfer/model';
import { type CamMethod, camMethods } from './class-activation';
import { classChoice, type Explanation, explanationOf } from './explanation';
import { classMaps } from './grad-cam';
import { mapSimilarity } from './map-similarity';
import { type Explainable, seenPictures } from './seen-pictures';

export interface RandomizationOptions extends WorkOptions {
  /** Default `grad-cam`. */
  readonly method?: CamMethod;
  /** The class to explain. Default: the one that the trained model finds likeliest, picture by picture. */
  readonly label?: string;
  /** Of what is drawn; whole, 0 or more. Default 0. */
  readonly seed?: number;
}

/** Maps of a model that has lost what it learnt, or part of it, beside those of the trained one. */
export interface RandomizationStep {
  /** What was lost: "head", the layer from which everything up to the head was drawn anew, or "labels". */
  readonly randomized: string;
  /** Rank correlation with the trained model's maps: mean over the pictures with its 95 % interval. */
  readonly spearman: Figure;
  /** Structural similarity with them, likewise. */
  readonly ssim: Figure;
  /** Its maps, of the classes that the trained model's maps are of. */
  readonly explanations: readonly Explanation[];
}

/** What a trained model's maps are compared with. */
export interface Comparison {
  readonly pictures: readonly Pixels[];
  /** The maps of another head, or on another base, beside the trained ones. */
  step(
    randomized: string,
    lost: { readonly backbone: FrozenBase; readonly head: Head },
  ): Promise<RandomizationStep>;
}

/**
 * Computes the trained model's maps, ready to be compared with others'.
 * @throws InputError for fewer than two pictures, or an option out of range
 */
export async function comparison(
  model: TransferModel,
  backbone: FrozenBase,
  inputs: readonly Explainable[],
  { method = 'grad-cam', label, seed = 0, signal }: RandomizationOptions,
): Promise<Comparison> {
  checkChoice('method', method, camMethods);
  checkWhole('seed', seed, 0);
  const choice = classChoice(model.classes, label);
  if (inputs.length < 2) throw new InputError('A comparison of maps needs two pictures or more');
  const settings = model.parameters;
  const pictures = await seenPictures(inputs, backbone, settings);
  const explained = { backbone, head: model.head, settings };
  const trained = await classMaps(explained, pictures, method, () => choice, { signal });
  return {
    pictures,
    step: async (randomized, lost) => {
      const same = (i: number) => () => trained[i]!.index;
      const maps = await classMaps({ ...lost, settings }, pictures, method, same, { signal });
      const alike = maps.map(({ map }, i) => mapSimilarity(trained[i]!.map, map, backbone.inputSize));
      return {
        randomized,
        spearman: meanWithInterval(alike.map((pair) => pair.spearman)),
        ssim: meanWithInterval(alike.map((pair) => pair.ssim)),
        explanations: maps.map((map, i) => explanationOf(model.classes, inputs[i]!, pictures[i]!, map)),
      };
    },
  };
}
