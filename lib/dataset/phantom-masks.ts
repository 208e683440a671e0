import path from 'node:path';
import { InputError } from '../core/check';
import type { Mask } from './mask';
import { phantomSize } from './phantom';
import { drawAnatomy, outlinesOf } from './phantom/anatomy';
import { findingsShape } from './phantom/findings';
import { drawnFrom } from './phantom/plan';
import { bodyCoordinates, drawPose } from './phantom/pose';
import type { Xray } from './xray';

/** What is known of a phantom, because it was drawn; nobody knows it of an X-ray. */
export interface PhantomMasks {
  /** Both lungs from the mediastinum to the chest wall, what the heart covers included: where findings can be. */
  readonly lungs: Mask;
  /** The findings, or a normal picture's benign overlay; empty where there are none. */
  readonly findings: Mask;
}

const maskOf = (inside: (i: number) => boolean): Mask => ({
  width: phantomSize,
  height: phantomSize,
  data: Uint8Array.from({ length: phantomSize ** 2 }, (_, i) => (inside(i) ? 1 : 0)),
});

/**
 * Where a phantom's lungs and findings are, in its own 224×224 pixels.
 * @throws InputError for a picture that is no phantom of this version
 */
export function phantomMasks({ path: file, patientId }: Pick<Xray, 'path' | 'patientId'>): PhantomMasks {
  const drawn = drawnFrom(path.basename(file), patientId);
  if (!drawn)
    throw new InputError(
      `${file} is no phantom of this version; where its lungs are is not known. Draw the phantoms anew, or leave it out`,
    );
  const { label, patient, picture } = drawn;
  const anatomy = drawAnatomy(patient.fork('anatomy'));
  const outlines = outlinesOf(anatomy);
  const places = bodyCoordinates(drawPose(picture.fork('pose')), phantomSize);
  const chest = { anatomy, outlines };
  const shape = findingsShape(label, chest, places, phantomSize, picture.fork('findings'));
  return {
    lungs: maskOf((i) => outlines.depth(places.x[i]!, places.y[i]!) > 0),
    findings: maskOf((i) => shape.data[i]! >= 0.5),
  };
}
