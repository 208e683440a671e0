import { checkChoice, InputError } from '../core/check';
import type { WorkOptions } from '../core/progress';
import type { Pixels } from '../dataset/xray';
import { forward } from '../transfer/forward';
import type { TransferModel } from '../transfer/model';
import { type CamMethod, camMethods } from './class-activation';
import { classMapOf } from './class-map';
import {
  type ClassChoice,
  type ClassMap,
  classChoice,
  type Explained,
  type Explanation,
  explanationOf,
} from './explanation';
import { type Explainable, seenPictures } from './seen-pictures';

export interface GradCamOptions extends WorkOptions {
  /** `grad-cam` (default), `grad-cam++` or `hirescam`; see `CamMethod`. */
  readonly method?: CamMethod;
  /** The class to explain. Default: the one that the model finds likeliest, picture by picture. */
  readonly label?: string;
}

/** Pictures a forward pass, whose feature maps are in memory at once. */
const batchSize = 8;

/**
 * Maps of pictures in the network's size.
 * @param classOf which class to explain of the picture of that number
 * @throws InputError for a base whose feature map is one place
 */
export async function classMaps(
  explained: Explained,
  pictures: readonly Pixels[],
  method: CamMethod,
  classOf: (picture: number) => ClassChoice,
  { onProgress, signal }: WorkOptions = {},
): Promise<ClassMap[]> {
  const { backbone, settings } = explained;
  const [height, width] = backbone.featureShape;
  if (height * width === 1)
    throw new InputError(
      `${backbone.title} gives one place for the whole picture, so there is no map to draw; occlusion finds out what it looks at`,
    );
  const length = backbone.featureShape.reduce((product, n) => product * n, 1);
  const maps: ClassMap[] = [];
  for (let start = 0; start < pictures.length; start += batchSize) {
    signal?.throwIfAborted();
    const batch = pictures.slice(start, start + batchSize);
    const features = await forward(batch, backbone, { ...settings, pooling: 'none' }, signal);
    for (let i = 0; i < batch.length; i++)
      maps.push(
        classMapOf(features.subarray(i * length, (i + 1) * length), explained, method, classOf(start + i)),
      );
    onProgress?.({ stage: method, done: maps.length, total: pictures.length });
  }
  return maps;
}

/**
 * Where in each picture a model found what speaks for a class: class activation maps from the gradient of the class's
 * logit at the base's feature map, through pooling and head. The map has the feature map's size, its values no unit.
 * @param inputs records, files or pixels, which are resized as in training
 * @throws InputError for an unknown method or class, a file that cannot be read, or a base without a map
 */
export async function gradCam(
  model: TransferModel,
  inputs: readonly Explainable[],
  { method = 'grad-cam', label, ...work }: GradCamOptions = {},
): Promise<Explanation[]> {
  checkChoice('method', method, camMethods);
  const classOf = classChoice(model.classes, label);
  return model.withBackbone(async (backbone) => {
    const explained = { backbone, head: model.head, settings: model.parameters };
    const pictures = await seenPictures(inputs, backbone, model.parameters);
    const maps = await classMaps(explained, pictures, method, () => classOf, work);
    return maps.map((map, i) => explanationOf(model.classes, inputs[i]!, pictures[i]!, map));
  });
}
