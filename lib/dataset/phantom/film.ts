import type { Random } from '../../core/random';
import { blur, type Field, smoothNoise, sumOf } from './field';
import { tabulate } from './tabulate';

/** How the film was exposed and developed; drawn from one distribution for all classes. */
export interface Exposure {
  readonly offset: number;
  readonly gain: number;
  readonly gamma: number;
  /** Standard deviation of the quantum noise where the film is darkest to rays, as a share of full scale. */
  readonly noise: number;
  /** Width of the system's blur, in pixels. */
  readonly focus: number;
  /** Share of scattered radiation. */
  readonly scatter: number;
}

export const drawExposure = (random: Random): Exposure => ({
  offset: 0.035 * random.normal(),
  gain: 1 + 0.07 * random.normal(),
  gamma: Math.exp(random.between(Math.log(0.8), Math.log(1.25))),
  noise: random.between(0.008, 0.022),
  focus: random.between(0.45, 0.75),
  scatter: random.between(0.05, 0.15),
});

/** Film blackening with its toe and shoulder, from attenuation to 0 to 1. */
const development = ({ offset, gain, gamma }: Exposure) =>
  tabulate(-0.5, 2, (attenuation) => {
    const linear = Math.max(0, attenuation * gain + offset);
    return (linear / (linear ** 4 + 1) ** 0.25) ** (1.15 * gamma);
  });

/** From attenuation to grey levels. @returns 8 bits a pixel, row by row */
export function expose(attenuation: Field, exposure: Exposure, random: Random): Uint8Array {
  const { size } = attenuation;
  const sharp = blur(attenuation, exposure.focus);
  const mean = sumOf(attenuation) / attenuation.data.length;
  const tissue = smoothNoise(random, size, 3).data;
  const uneven = smoothNoise(random, size, 14).data;
  const quantum = smoothNoise(random, size, 0.5).data;
  const develop = development(exposure);
  const grey = new Uint8Array(size * size);
  for (let i = 0; i < grey.length; i++) {
    const value = sharp.data[i]!;
    const inBody = Math.min(1, Math.max(0, value * 4));
    const scattered = value + exposure.scatter * inBody * (mean - value) * 0.5;
    const body = scattered + inBody * (0.012 * tissue[i]! + 0.018 * uneven[i]!);
    const grain = exposure.noise * (0.35 + 0.65 * inBody) * quantum[i]!;
    grey[i] = Math.min(255, Math.max(0, Math.round(6 + 245 * (develop(body) + grain))));
  }
  return grey;
}
