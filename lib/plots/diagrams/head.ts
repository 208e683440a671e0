import type { DrawnNetwork } from './stages';

/** The article's head: average pooling, a hidden layer, one output a class. */
export interface DrawnHead {
  /** Default covid and normal. */
  readonly classes?: readonly string[];
  /** Default 64. */
  readonly hiddenUnits?: number;
  /** Side of the pooling window. Default 4. */
  readonly pooling?: number;
}

/** How many numbers the head takes in, and how many it has to learn. */
export function headSize(
  { layers }: DrawnNetwork,
  { classes = ['covid', 'normal'], hiddenUnits = 64, pooling = 4 }: DrawnHead,
): { inputs: number; parameters: number } {
  const [height, width, channels] = layers.at(-1)!.outputShape as [number, number, number];
  const inputs = Math.floor(height / pooling) * Math.floor(width / pooling) * channels;
  return { inputs, parameters: (inputs + 1) * hiddenUnits + (hiddenUnits + 1) * classes.length };
}
