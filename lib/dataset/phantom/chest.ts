import type { Anatomy, Outlines } from './anatomy';
import { smoothStep } from './field';
import { tabulate } from './tabulate';

/** Attenuation at a place of the body; one part of a chest, or all of it. */
type Part = (x: number, y: number) => number;

/** An ellipse with a soft edge. @param soft width of the edge as a share of the radius */
function disc(x: number, y: number, halfWidth: number, halfHeight: number, soft: number): number {
  const squared = (x / halfWidth) ** 2 + (y / halfHeight) ** 2;
  if (squared >= (1 + soft) ** 2) return 0;
  return squared <= (1 - soft) ** 2 ? 1 : 1 - smoothStep(1 - soft, 1 + soft, Math.sqrt(squared));
}

/** Half width of the body's outline at height y: neck, shoulders and arms, trunk. */
const bodyWidth = ({ shoulder, torso }: Anatomy) =>
  tabulate(-0.3, 1.3, (y) => {
    const slope = smoothStep(-0.06, shoulder + 0.12, y) ** 1.5;
    return 0.125 + (torso + 0.13 - 0.125) * slope - 0.13 * smoothStep(0.28, 0.5, y);
  });

function body(anatomy: Anatomy): Part {
  const width = bodyWidth(anatomy);
  return (x, y) => {
    const across = Math.abs(x) / width(y);
    if (across >= 1) return 0;
    const squared = across * across;
    return 0.5 * Math.sqrt(1 - squared * squared * across) + 0.2 * (1 - squared);
  };
}

/** Share of the chest's depth that the heart fills, 0 to 1. */
function heart({ heart: { x: cx, y: cy, long, short, tilt, atrium } }: Anatomy): Part {
  const cos = Math.cos(tilt);
  const sin = Math.sin(tilt);
  return (x, y) => {
    const [dx, dy] = [x - cx, y - cy];
    if (Math.abs(dx) > 0.3 || Math.abs(dy) > 0.25) return 0;
    const along = cos * dx + sin * dy;
    const across = cos * dy - sin * dx;
    const ventricle = disc(along, across, long, short, 0.07);
    const rightAtrium = disc(x + 0.042, dy + 0.002, 0.07, atrium, 0.09);
    const outflow = disc(x - 0.05, y - 0.5, 0.052, 0.085, 0.22);
    const deep = Math.max(0, 1 - (along / long) ** 2 - (across / short) ** 2);
    return Math.max(ventricle, 0.93 * rightAtrium, 0.85 * outflow) * (0.8 + 0.2 * Math.sqrt(deep));
  };
}

/** The column between the lungs with the aortic arch and its descent, and the hila. */
function mediastinum(anatomy: Anatomy): Part {
  const half = tabulate(
    -0.3,
    1.3,
    (y) => anatomy.mediastinum + 0.016 * smoothStep(0.2, 0.32, y) - 0.012 * smoothStep(0.35, 0.45, y),
  );
  const { aorta } = anatomy;
  return (x, y) => {
    if (Math.abs(x) > 0.17) return 0;
    const column = 1 - smoothStep(half(y) - 0.02, half(y) + 0.012, Math.abs(x - 0.004));
    const arch = disc(x - 0.042, y - 0.335, aorta, aorta * 1.15, 0.22);
    const right = disc(x + 0.082, y - 0.475, 0.034, 0.075, 0.75);
    const left = disc(x - 0.088, y - 0.45, 0.034, 0.065, 0.75);
    return Math.max(column, 0.85 * arch) + 0.3 * (right + left) * (1 - column);
  };
}

/** The air of the trachea and the main bronchi. */
function airways({ trachea }: Anatomy): Part {
  return (x, y) => {
    if (Math.abs(x) > 0.12 || y > 0.5) return 0;
    const from = Math.abs(x - trachea * smoothStep(0, 0.35, y));
    const tube = (1 - smoothStep(0.011, 0.024, from)) * (1 - smoothStep(0.35, 0.41, y));
    const below = y - 0.38;
    const open = smoothStep(0, 0.012, below) * (1 - smoothStep(0.06, 0.085, below));
    return tube + 0.6 * open * (1 - smoothStep(0.006, 0.017, Math.abs(from - below * 0.9)));
  };
}

/** Vertebrae with the discs between them, pedicles and spinous processes. */
const spine: Part = (x, y) => {
  const from = Math.abs(x);
  if (from > 0.06) return 0;
  const height = 0.054 + 0.014 * y;
  const phase = (((y / height) % 1) + 1) % 1;
  const waist = 0.004 * smoothStep(0.15, 0.45, 0.5 - Math.abs(phase - 0.5));
  const vertebra = 1 - smoothStep(0.034 - waist, 0.044 - waist, from);
  const gap = smoothStep(0.36, 0.47, Math.abs(phase - 0.5));
  const pedicle = disc(from - 0.026, (phase - 0.38) * height, 0.008, 0.012, 0.6);
  const process = disc(x, (phase - 0.7) * height, 0.007, 0.02, 0.6);
  return vertebra * (1 - 0.75 * gap) + 0.6 * pedicle + 0.6 * process;
};

function abdomen({ bubble, domes }: Anatomy, { diaphragm }: Outlines): Part {
  return (x, y) => {
    const inside = smoothStep(-0.004, 0.012, y - diaphragm(x));
    if (inside === 0) return 0;
    const air = bubble && disc(x - 0.19, y - domes[1] - 0.025 - bubble, bubble * 1.5, bubble, 0.25);
    return inside * (1 - 0.35 * smoothStep(-0.05, 0.15, x) - 1.1 * air);
  };
}

/** The breasts: a soft shadow over the lower lungs that ends in an arc. */
const breasts =
  ({ breast, chestWidth }: Anatomy): Part =>
  (x, y) =>
    breast && breast * disc(Math.abs(x) - chestWidth * 0.62, y - 0.64, 0.19, 0.2, 0.22);

/** Attenuation of everything but bones drawn as lines, vessels and findings; 0 in air, about 1 before the spine. */
export function softTissue(anatomy: Anatomy, outlines: Outlines): Part {
  const parts = {
    body: body(anatomy),
    heart: heart(anatomy),
    mediastinum: mediastinum(anatomy),
    airways: airways(anatomy),
    abdomen: abdomen(anatomy, outlines),
    breasts: breasts(anatomy),
  };
  return (x, y) => {
    const thickness = parts.body(x, y);
    if (thickness === 0) return 0;
    const depth = outlines.depth(x, y);
    const lung = smoothStep(-0.004, 0.012, depth) * (0.7 + 0.3 * smoothStep(0, 0.12, depth));
    const filled = parts.heart(x, y);
    const between = parts.mediastinum(x, y);
    const muscles = 0.04 * smoothStep(0.02, -0.05, outlines.cage(y) - Math.abs(x));
    const humerus = 0.09 * disc(Math.abs(x) - 0.5, y - 0.2, 0.065, 0.07, 0.15);
    return (
      thickness +
      muscles +
      humerus -
      0.48 * lung * (1 - 0.78 * filled) * (1 - 0.6 * Math.min(1, between)) +
      0.1 * filled +
      0.1 * between -
      0.13 * parts.airways(x, y) +
      0.085 * spine(x, y) +
      0.13 * parts.abdomen(x, y) +
      parts.breasts(x, y)
    );
  };
}
