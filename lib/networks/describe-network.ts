import type { LayersModel, layers } from '@tensorflow/tfjs';
import { tensorflow } from '../compute/tensorflow';
import { networkNamed } from './table';

/** A layer as a notebook's table shows it. */
export interface LayerDescription {
  readonly name: string;
  /** Keras' class: "Conv2D". */
  readonly type: string;
  /** Without the batch: [h, w, c]. */
  readonly outputShape: readonly number[];
  /** Count of its numbers, trained and running. */
  readonly parameters: number;
}

/** What a network is, without its weights. */
export interface NetworkDescription {
  readonly title: string;
  /** From the input to the end of the convolutional base. */
  readonly layers: readonly LayerDescription[];
  /** Of the convolutional base alone, as Keras counts them with `include_top=False`. */
  readonly parameters: number;
  /** Convolutions on the longest path from input to output. */
  readonly depth: number;
  /** Side of the square input, pixels. */
  readonly inputSize: number;
  readonly citation: string;
}

const isConvolution = (layer: layers.Layer): boolean =>
  ['Conv2D', 'DepthwiseConv2D'].includes(layer.getClassName());

function depthOf(model: LayersModel): number {
  const depths = new Map<string, number>();
  for (const layer of model.layers) {
    const before = layer.inboundNodes[0]!.inboundLayers.map(({ name }) => depths.get(name)!);
    depths.set(layer.name, Math.max(0, ...before) + (isConvolution(layer) ? 1 : 0));
  }
  return Math.max(...depths.values());
}

/**
 * Layers, sizes and origin of a network of the table.
 * @throws InputError for an unknown name
 */
export async function describeNetwork(name: string): Promise<NetworkDescription> {
  const { title, build, inputSize, citation } = networkNamed(name);
  const model = build(await tensorflow(), inputSize);
  try {
    return {
      title,
      layers: model.layers.map((layer) => ({
        name: layer.name,
        type: layer.getClassName(),
        outputShape: (layer.outputShape as number[]).slice(1),
        parameters: layer.countParams(),
      })),
      parameters: model.countParams(),
      depth: depthOf(model),
      inputSize,
      citation,
    };
  } finally {
    model.dispose();
  }
}
