/** What a pretraining is; one that goes on must be the same. */
export interface PretrainSettings {
  readonly pictures: number;
  readonly seed: number;
  readonly classes: number;
  readonly batchSize: number;
  readonly learningRate: number;
  readonly weightDecay: number;
}

/** How far it had come when so many pictures had been seen. */
export interface CurvePoint {
  readonly pictures: number;
  readonly loss: number;
  readonly top1: number;
}

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
