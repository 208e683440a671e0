import { checkWhole } from '../core/check';
import type { Pixels, Xray } from '../dataset/xray';
import type { TransferModel } from '../transfer/model';
import { type GradCamOptions, gradCam } from './grad-cam';
import { type Judgement, topLosses } from './top-losses';

/** A picture with its map, as `collage` takes it. */
export interface GalleryPicture {
  readonly picture: Pixels;
  /** Under it: "covid 0.98", or "covid, called normal 0.87". */
  readonly caption: string;
  /** True class. */
  readonly label: string;
}

export interface Gallery {
  /** Rightly called, the most certain first. */
  readonly hits: readonly GalleryPicture[];
  /** Wrongly called, the most certain first. */
  readonly misses: readonly GalleryPicture[];
}

export interface GalleryOptions extends Omit<GradCamOptions, 'label'> {
  /** Of hits and of misses each, at most; 1 to 200. Default 6. */
  readonly count?: number;
}

const captionOf = ({ xray: { label }, predicted, confidence }: Judgement): string =>
  `${label === predicted ? label : `${label}, called ${predicted}`} ${confidence.toFixed(2)}`;

/**
 * What a model is most certainly right and wrong about, with what spoke for the class that it called:
 * `show(await collage((await hitsAndMisses(model, split.test)).misses))`.
 * @throws InputError as `topLosses` and `gradCam` do
 */
export async function hitsAndMisses(
  model: TransferModel,
  xrays: readonly Xray[],
  { count = 6, ...options }: GalleryOptions = {},
): Promise<Gallery> {
  checkWhole('count', count, 1, 200);
  const judged = (await topLosses(model, xrays, options)).sort((a, b) => b.confidence - a.confidence);
  const draw = async (chosen: readonly Judgement[]): Promise<GalleryPicture[]> => {
    const explanations = await gradCam(
      model,
      chosen.map(({ xray }) => xray),
      options,
    );
    return chosen.map((judgement, i) => ({
      picture: explanations[i]!.overlay,
      caption: captionOf(judgement),
      label: judgement.xray.label,
    }));
  };
  const called = (right: boolean) =>
    judged.filter(({ xray, predicted }) => (xray.label === predicted) === right).slice(0, count);
  return { hits: await draw(called(true)), misses: await draw(called(false)) };
}
