import type { CurvePoint, PretrainSettings } from './checkpoint';

/** What came of a pretraining. */
export interface Pretrained {
  /** Folder with model.json, weights.bin and training.json. */
  readonly folder: string;
  readonly settings: PretrainSettings;
  /** Loss on the pictures seen, and share of fresh pictures classified rightly, by pictures seen. */
  readonly curve: readonly CurvePoint[];
  /** Share of fresh pictures classified rightly at the end. */
  readonly top1: number;
  /** Of all runs together. */
  readonly seconds: number;
}
