/** Classes told apart, each an iterated function system. */
export const classCount = 200;
/** Pictures a step. */
export const batchSize = 64;
/** AdamW's first rate. */
export const learningRate = 2e-3;
/** Of the kernels. */
export const weightDecay = 0.02;
