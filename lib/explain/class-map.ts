import type { FrozenBase } from '../networks/frozen-base';
import type { FeatureSettings } from '../transfer/feature-settings';
import { type Head, headProbabilities } from '../transfer/head';
import { poolingFor } from '../transfer/pooling';
import { averagePooling, averagePoolingGradient } from './average-pooling';
import { type CamMethod, classActivation } from './class-activation';
import type { ClassChoice, ClassMap } from './explanation';
import { logitGradient } from './logit-gradient';

/** What a class map depends on besides the feature map. */
interface Judged {
  readonly backbone: Pick<FrozenBase, 'featureShape'>;
  readonly head: Head;
  readonly settings: Pick<FeatureSettings, 'pooling'>;
}

/** The map of one picture from its feature map [h, w, c]. */
export function classMapOf(
  featureMap: Float32Array,
  { backbone: { featureShape: shape }, head, settings }: Judged,
  method: CamMethod,
  classOf: ClassChoice,
): ClassMap {
  const pooling = poolingFor(settings.pooling, shape);
  const row = averagePooling(featureMap, shape, pooling);
  const probabilities = headProbabilities(head, row);
  const index = classOf(probabilities);
  const gradient = averagePoolingGradient(logitGradient(head, row, index), shape, pooling);
  const map = classActivation(method, { map: featureMap, gradient, shape });
  return { index, probability: probabilities[index]!, map };
}
