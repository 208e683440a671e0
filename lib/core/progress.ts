/** One message of long work: how much of what is done. */
export interface Progress {
  /** What is being done, in two or three words: "features vgg16". */
  readonly stage: string;
  readonly done: number;
  /** Undefined where the end is not known (a download without a length). */
  readonly total?: number;
  /** A short remark beside the bar, such as the last loss. */
  readonly note?: string;
  /** The numbers of this step for whoever draws them: those of an `Epoch`, when one of a training is over. */
  readonly figures?: Readonly<Record<string, number>>;
}

/** Told of progress; called often, so it must be cheap. What it throws ends the work at that point. */
export type OnProgress = (progress: Progress) => void;

/** What every long work accepts. */
export interface WorkOptions {
  /** Told of progress. Default: nobody. */
  readonly onProgress?: OnProgress;
  /** Stops the work at the next safe point; it then throws the signal's reason and keeps what was computed. */
  readonly signal?: AbortSignal;
}
