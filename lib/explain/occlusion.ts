import { checkNumber, checkWhole } from '../core/check';
import type { WorkOptions } from '../core/progress';
import type { Pixels } from '../dataset/xray';
import { forward } from '../transfer/forward';
import { headLogits, softmax } from '../transfer/head';
import type { TransferModel } from '../transfer/model';
import {
  type ClassChoice,
  type ClassMap,
  classChoice,
  type Explained,
  type Explanation,
  explanationOf,
} from './explanation';
import { type Corner, hide, meanColor, squareStarts } from './hide';
import { type Explainable, seenPictures } from './seen-pictures';

export interface OcclusionOptions extends WorkOptions {
  /** Side of the square that is hidden, pixels of the network's input. Default a seventh of its side: 32 of 224. */
  readonly patch?: number;
  /** Pixels from one square to the next, 1 to `patch`, so that no place is left out. Default half of `patch`. */
  readonly stride?: number;
  /** What it is filled with: a grey level from 0 to 255, or the picture's own mean colour. Default `mean`. */
  readonly fill?: number | 'mean';
  /** The class to explain. Default: the one that the model finds likeliest, picture by picture. */
  readonly label?: string;
}

/** Hidden pictures a forward pass. */
const batchSize = 8;

/** Logarithm of the odds of each class against all others: it still moves where the probability is near 0 or 1. */
function logOdds(logits: Float32Array): number[] {
  return Array.from(logits, (own, c) => {
    const others = Array.from(logits).filter((_, i) => i !== c);
    const largest = Math.max(...others);
    return own - largest - Math.log(others.reduce((sum, other) => sum + Math.exp(other - largest), 0));
  });
}

/** How much the log odds of a class fall where a square is hidden, averaged at each pixel over the squares that hide it. */
async function occlusionMap(
  { backbone, head, settings }: Explained,
  picture: Pixels,
  classOf: ClassChoice,
  { patch, stride, fill }: Required<Pick<OcclusionOptions, 'patch' | 'stride' | 'fill'>>,
  signal?: AbortSignal,
): Promise<ClassMap> {
  const { width, height } = picture;
  const logitsOf = async (pictures: readonly Pixels[]) => {
    const rows = await forward(pictures, backbone, settings, signal);
    const length = rows.length / pictures.length;
    return pictures.map((_, i) => headLogits(head, rows.subarray(i * length, (i + 1) * length)));
  };
  const [whole] = await logitsOf([picture]);
  const probabilities = Array.from(softmax(whole!.slice()));
  const index = classOf(probabilities);
  const color = fill === 'mean' ? meanColor(picture) : [fill, fill, fill];
  const squares = squareStarts(height, patch, stride).flatMap((top) =>
    squareStarts(width, patch, stride).map((left): Corner => ({ left, top })),
  );
  const sums = new Float32Array(width * height);
  const counts = new Uint16Array(width * height);
  for (let start = 0; start < squares.length; start += batchSize) {
    signal?.throwIfAborted();
    const batch = squares.slice(start, start + batchSize);
    const logits = await logitsOf(batch.map((square) => hide(picture, square, patch, color)));
    batch.forEach(({ left, top }, i) => {
      const fall = logOdds(whole!)[index]! - logOdds(logits[i]!)[index]!;
      for (let y = top; y < top + patch; y++)
        for (let at = y * width + left; at < y * width + left + patch; at++) {
          sums[at]! += fall;
          counts[at]!++;
        }
    });
  }
  const data = sums.map((sum, i) => sum / counts[i]!);
  return { index, probability: probabilities[index]!, map: { width, height, data } };
}

/**
 * Occlusion sensitivity (Zeiler and Fergus 2014): what happens to a class when a square of the picture is hidden, square
 * by square. A value above 0 says that the class loses where the place is hidden: the place speaks for it. The map has
 * the size of the network's input; its values are log odds (natural logarithm). It needs no gradient, so it checks what
 * the class activation maps say; it costs a forward pass a square.
 * @param inputs records, files or pixels, which are resized as in training
 * @throws InputError for an unknown class, a number out of range, or a file that cannot be read
 */
export async function occlusion(
  model: TransferModel,
  inputs: readonly Explainable[],
  { patch: side, stride, fill = 'mean', label, onProgress, signal }: OcclusionOptions = {},
): Promise<Explanation[]> {
  const classOf = classChoice(model.classes, label);
  if (fill !== 'mean') checkNumber('fill', fill, 0, 255);
  return model.withBackbone(async (backbone) => {
    const { inputSize } = backbone;
    const patch = checkWhole('patch', side ?? Math.ceil(inputSize / 7), 1, inputSize);
    const squares = {
      patch,
      stride: checkWhole('stride', stride ?? Math.ceil(patch / 2), 1, patch),
      fill,
    };
    const explained = { backbone, head: model.head, settings: model.parameters };
    const pictures = await seenPictures(inputs, backbone, model.parameters);
    const explanations: Explanation[] = [];
    for (const [i, picture] of pictures.entries()) {
      const map = await occlusionMap(explained, picture, classOf, squares, signal);
      explanations.push(explanationOf(model.classes, inputs[i]!, picture, map));
      onProgress?.({ stage: 'occlusion', done: i + 1, total: pictures.length });
    }
    return explanations;
  });
}
