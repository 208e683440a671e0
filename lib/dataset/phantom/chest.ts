import { type Anatomy, cageWidth, diaphragm, lungDepth } from './anatomy';
import { smoothStep } from './field';

/** Half width of the body's outline at height y: neck, shoulders, trunk. */
function outline({ shoulder, torso }: Anatomy, y: number): number {
  const slope = smoothStep(-0.05, shoulder + 0.1, y);
  return 0.13 + (torso + 0.06 - 0.13) * slope ** 1.4 - 0.06 * smoothStep(0.3, 0.55, y);
}

/** Thickness of an ellipsoid seen from the front, 1 in its middle, 0 outside. */
function ellipsoid(x: number, y: number, halfWidth: number, halfHeight: number): number {
  const left = 1 - (x / halfWidth) ** 2 - (y / halfHeight) ** 2;
  return left <= 0 ? 0 : Math.sqrt(left);
}

/** An ellipse with a soft edge. @param soft width of the edge as a share of the radius */
function disc(x: number, y: number, halfWidth: number, halfHeight: number, soft: number): number {
  return 1 - smoothStep(1 - soft, 1 + soft, Math.hypot(x / halfWidth, y / halfHeight));
}

function heart({ heart }: Anatomy, x: number, y: number): number {
  const dx = x - heart.x;
  const dy = y - heart.y;
  const cos = Math.cos(heart.tilt);
  const sin = Math.sin(heart.tilt);
  const along = cos * dx + sin * dy;
  const across = cos * dy - sin * dx;
  const ventricle = disc(along, across, heart.long, heart.short, 0.1);
  const atrium = disc(x + 0.045, dy + 0.005, 0.07, heart.atrium, 0.12);
  const depth = ellipsoid(along, across, heart.long * 1.15, heart.short * 1.2);
  return Math.max(ventricle, 0.85 * atrium) * (0.72 + 0.28 * depth);
}

/** The column between the lungs with the aortic arch, the hila, and the air of the trachea and main bronchi. */
function middle(anatomy: Anatomy, x: number, y: number): number {
  const half = anatomy.mediastinum + 0.012 * smoothStep(0.25, 0.5, y) - 0.006 * smoothStep(0.05, 0.2, y);
  const column = 1 - smoothStep(half - 0.012, half + 0.014, Math.abs(x - 0.006));
  const arch = disc(x - 0.042, y - 0.335, anatomy.aorta, anatomy.aorta * 1.1, 0.14);
  const trunk = disc(x - 0.055, y - 0.43, 0.042, 0.06, 0.3);
  const hila =
    0.45 * disc(x + 0.08, y - 0.46, 0.034, 0.065, 0.7) + 0.4 * disc(x - 0.085, y - 0.44, 0.032, 0.06, 0.7);
  const windpipe = x - anatomy.trachea * smoothStep(0, 0.35, y);
  const trachea = (1 - smoothStep(0.014, 0.026, Math.abs(windpipe))) * (1 - smoothStep(0.34, 0.4, y));
  const below = y - 0.375;
  const bronchus =
    below > 0 && below < 0.075
      ? 1 - smoothStep(0.007, 0.019, Math.abs(Math.abs(windpipe) - below * 0.85))
      : 0;
  return Math.max(column, 0.95 * arch, 0.75 * trunk) + hila * (1 - column) - 0.42 * trachea - 0.22 * bronchus;
}

/** Vertebrae with the discs between them, pedicles and spinous processes. */
function spine(x: number, y: number): number {
  const from = Math.abs(x);
  const phase = (y / (0.052 + 0.016 * y)) % 1;
  const body = 1 - smoothStep(0.034, 0.048, from);
  const gap = smoothStep(0.36, 0.5, Math.abs(phase - 0.5));
  const pedicle = disc(from - 0.026, (phase - 0.4) * 0.06, 0.009, 0.013, 0.5);
  const process = disc(x, (phase - 0.65) * 0.06, 0.008, 0.018, 0.5);
  return body * (1 - 0.55 * gap) + 0.5 * pedicle + 0.55 * process;
}

function abdomen(anatomy: Anatomy, x: number, y: number): number {
  const inside = smoothStep(-0.004, 0.012, y - diaphragm(anatomy, x));
  const bubble = anatomy.bubble
    ? disc(
        x - 0.17,
        y - anatomy.domes[1] - 0.03 - anatomy.bubble * 0.7,
        anatomy.bubble * 1.5,
        anatomy.bubble,
        0.25,
      )
    : 0;
  return inside * (1 - 0.12 * smoothStep(0, 0.25, x) - 0.45 * bubble);
}

/** The breasts: a soft shadow over the lower lungs that ends in an arc. */
function breasts({ breast, chestWidth }: Anatomy, x: number, y: number): number {
  if (!breast) return 0;
  return breast * disc(Math.abs(x) - chestWidth * 0.62, y - 0.63, 0.18, 0.19, 0.2);
}

/** Attenuation of everything but bones drawn as lines, vessels and findings; 0 in air, about 1 behind the heart. */
export function softTissue(anatomy: Anatomy, x: number, y: number): number {
  const half = outline(anatomy, y);
  const across = Math.abs(x) / half;
  if (across >= 1) return 0;
  const body = 0.74 * Math.sqrt(1 - across ** 5) * (1 - 0.1 * smoothStep(0.1, -0.05, y));
  const depth = lungDepth(anatomy, x, y);
  const air = smoothStep(-0.003, 0.012, depth) * (0.74 + 0.26 * smoothStep(0, 0.11, depth));
  const wall = cageWidth(anatomy, y) - Math.abs(x);
  const muscles = 0.05 * smoothStep(0.02, -0.05, wall);
  return (
    body +
    muscles -
    0.5 * air +
    0.34 * heart(anatomy, x, y) * (1 - 0.6 * smoothStep(0, 0.03, y - diaphragm(anatomy, x))) +
    0.2 * middle(anatomy, x, y) +
    0.1 * spine(x, y) +
    0.12 * abdomen(anatomy, x, y) +
    breasts(anatomy, x, y) +
    0.1 * disc(Math.abs(x) - 0.47, y - 0.19, 0.065, 0.07, 0.15)
  );
}
