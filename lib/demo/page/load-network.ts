import type { io, LayersModel, layers, Tensor } from '@tensorflow/tfjs';
import type { TensorFlow } from '../../compute/tensorflow';
import { type InferenceEngine, inferenceEngine } from '../../networks/inference/engine';
import type { ExportDescription } from '../../transfer/export-description';
import { descriptionFile } from '../../transfer/export-names';
import type { Dense, Head } from '../../transfer/head';

/** A model ready to compute: its base in fused steps, its head as plain numbers. */
export interface LoadedNetwork {
  readonly description: ExportDescription;
  readonly base: InferenceEngine;
  readonly head: Head;
}

/** Where the model lies beside the page. */
const at = (name: string): string => `model/${name}`;

async function fetchFile(name: string): Promise<Response> {
  const answer = await fetch(at(name));
  if (!answer.ok) throw new Error(`${name} is missing (${answer.status})`);
  return answer;
}

/** SHA-256 in lower-case hexadecimal; undefined on pages without HTTPS from elsewhere, to which browsers do not lend it. */
async function sha256(bytes: ArrayBuffer): Promise<string | undefined> {
  if (!globalThis.isSecureContext) return undefined;
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** A file of the model, as it was when it was exported. */
async function fetchChecked(name: string, { files }: ExportDescription): Promise<ArrayBuffer> {
  const bytes = await (await fetchFile(name)).arrayBuffer();
  const found = await sha256(bytes);
  if (bytes.byteLength !== files[name]?.bytes || (found !== undefined && found !== files[name].sha256))
    throw new Error(`${name} was changed after the model was exported`);
  return bytes;
}

async function layersModel(tf: TensorFlow, description: ExportDescription): Promise<LayersModel> {
  const json = JSON.parse(new TextDecoder().decode(await fetchChecked('model.json', description)));
  const { paths, weights } = (json.weightsManifest as io.WeightsManifestConfig)[0]!;
  const weightData = await Promise.all(paths.map((name) => fetchChecked(name, description)));
  return tf.loadLayersModel({
    load: async () => ({ modelTopology: json.modelTopology, weightSpecs: weights, weightData }),
  });
}

/** The dense layers head_1, head_2 … of a network. */
async function headOf(model: LayersModel): Promise<Head> {
  const dense = async (layer: layers.Layer): Promise<Dense> => {
    const [kernel, bias] = layer.getWeights() as [Tensor, Tensor];
    const [inputs, units] = kernel.shape as [number, number];
    const numbers = (tensor: Tensor) => tensor.data() as Promise<Float32Array>;
    return { inputs, units, kernel: await numbers(kernel), bias: await numbers(bias) };
  };
  const own = model.layers.filter(({ name }) => /^head_\d+$/.test(name));
  return { layers: await Promise.all(own.map(dense)) };
}

/** What lies beside the page. */
export const readDescription = async (): Promise<ExportDescription> =>
  (await fetchFile(descriptionFile)).json();

/** Loads the network that a description is of; everything that is needed later is in memory then. */
export async function loadNetwork(tf: TensorFlow, description: ExportDescription): Promise<LoadedNetwork> {
  const model = await layersModel(tf, description);
  const map = model.getLayer(description.backbone.cut).output;
  const base = inferenceEngine(
    tf,
    tf.model({ inputs: model.inputs, outputs: map as LayersModel['outputs'][number] }),
  );
  return { description, base, head: await headOf(model) };
}
