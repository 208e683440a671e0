import type { ExportDescription } from '../../transfer/export-description';
import type { Judgement } from './judge';

/** Offers what the model said of a picture as a file, which the browser puts where its user keeps files. */
export function saveResult(
  file: string,
  { classes, title, notice, synthetic, backbone }: ExportDescription,
  { probabilities, maps }: Judgement,
  computedBy: string,
): void {
  const byClass = <T>(values: readonly T[]) =>
    Object.fromEntries(values.map((value, i) => [classes[i]!, value]));
  const result = {
    notice,
    file,
    model: title,
    weightsHash: backbone.weightsHash,
    synthetic,
    computedBy,
    probabilities: byClass(probabilities),
    gradCam: byClass(maps.map(({ width, height, data }) => ({ width, height, data: Array.from(data) }))),
  };
  const address = URL.createObjectURL(
    new Blob([`${JSON.stringify(result, null, 1)}\n`], { type: 'application/json' }),
  );
  const link = document.createElement('a');
  link.href = address;
  link.download = `${file}.json`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
