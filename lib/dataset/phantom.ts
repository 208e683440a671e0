import type { Random } from '../core/random';
import { drawAnatomy, outlinesOf } from './phantom/anatomy';
import { bones } from './phantom/bones';
import { softTissue } from './phantom/chest';
import { emptyField, type Field } from './phantom/field';
import { drawExposure, expose } from './phantom/film';
import { drawFindings } from './phantom/findings';
import { markSynthetic } from './phantom/mark';
import { bodyCoordinates, drawPose, type Pose } from './phantom/pose';
import { drawStrokes } from './phantom/strokes';
import { vessels } from './phantom/vessels';
import type { PhantomClass } from './phantom-class';

/** Pixels along one side of a phantom. */
export const phantomSize = 224;

/** Raised whenever the same seed would give other pixels: folders of an older version are drawn again. */
export const phantomVersion = 2;

/** One synthetic chest X-ray. */
export interface Phantom {
  /** `phantomSize`. */
  readonly width: number;
  readonly height: number;
  /** Grey levels, row by row from the top left; length width · height. */
  readonly data: Uint8Array;
}

function attenuation(patient: Random, picture: Random, pose: Pose, label: PhantomClass): Field {
  const anatomy = drawAnatomy(patient.fork('anatomy'));
  const outlines = outlinesOf(anatomy);
  const places = bodyCoordinates(pose, phantomSize);
  const field = drawFindings(label, { anatomy, outlines }, places, phantomSize, picture.fork('findings'));
  const lines = emptyField(phantomSize);
  drawStrokes(lines, pose, [
    ...vessels(anatomy, outlines, patient.fork('vessels')),
    ...bones(anatomy, outlines, patient.fork('bones')),
  ]);
  const tissueAt = softTissue(anatomy, outlines);
  for (let i = 0; i < field.data.length; i++) {
    const tissue = tissueAt(places.x[i]!, places.y[i]!);
    field.data[i]! += tissue + (tissue > 0 ? lines.data[i]! : 0);
  }
  return field;
}

/**
 * Draws a procedural chest X-ray: not a person, and nothing to learn medicine from. Position, exposure and noise
 * have the same distribution in every class; only the findings differ. Each says SYNTHETIC in its corner.
 * @param patient stream of the patient: the same stream gives the same anatomy
 * @param picture stream of this picture: position, exposure, noise, findings
 */
export function drawPhantom(label: PhantomClass, patient: Random, picture: Random): Phantom {
  const pose = drawPose(picture.fork('pose'));
  const field = attenuation(patient, picture, pose, label);
  const exposure = drawExposure(picture.fork('exposure'));
  const data = expose(field, exposure, picture.fork('noise'));
  const phantom = { width: phantomSize, height: phantomSize, data };
  markSynthetic(phantom);
  return phantom;
}
