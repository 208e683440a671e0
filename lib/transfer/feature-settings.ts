import { type Region, regionVersion } from '../dataset/region';
import type { BackboneDescription } from '../networks/backbone-description';
import type { FeatureDescription } from './feature-folder';
import { type PoolingName, pooledShape, poolingFor } from './pooling';
import type { TrainingParameters } from './preset';

/** How pictures become features. */
export type FeatureSettings = Pick<TrainingParameters, 'preprocessing' | 'resize' | 'pooling'> & {
  /** What of each picture the network sees; the rest is black. Default `whole`. */
  readonly region?: Region;
};

/** What the features of a picture depend on, besides the picture. */
export function describeFeatures(
  backbone: BackboneDescription,
  settings: FeatureSettings,
): FeatureDescription {
  const { region = 'whole' } = settings;
  const preprocessing = settings.preprocessing === 'own' ? backbone.preprocessing : settings.preprocessing;
  return {
    // 2: computed by the inference engine, whose last bits differ from the network's of layers. 3: with manifests.
    version: 3,
    backbone: backbone.name,
    weights: backbone.weightsHash,
    cut: backbone.cut,
    inputSize: backbone.inputSize,
    preprocessing,
    resize: settings.resize,
    pooling: settings.pooling,
    // Absent for whole pictures, whose features have no region in their description.
    ...(region !== 'whole' && { region, regionVersion }),
  };
}

/** Shape [h, w, c] of a row of features. */
export const featureRowShape = (
  backbone: BackboneDescription,
  pooling: PoolingName,
): [number, number, number] => pooledShape(poolingFor(pooling, backbone.featureShape), backbone.featureShape);
