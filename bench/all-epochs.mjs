/**
 * Seconds of a Keras run of `epochs` epochs of which only some were run: those that were not are added at the mean of
 * those that were, without the first, which compiles.
 * @param seconds of the whole process
 * @param measured seconds of each epoch that was run, one or more
 */
export function secondsOfAllEpochs(seconds, measured, epochs) {
  const typical = measured.length > 1 ? measured.slice(1) : measured;
  const mean = typical.reduce((a, b) => a + b) / typical.length;
  return seconds + (epochs - measured.length) * mean;
}
