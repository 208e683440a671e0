import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../lib/core/random';
import { fastRandom } from '../../lib/pretrain/fast-random';
import { fractalClasses, pictureSize, pointCount } from '../../lib/pretrain/fractal-classes';
import { coverage, drawDensity, plain } from '../../lib/pretrain/fractal-density';
import { fractalPictures } from '../../lib/pretrain/fractal-pictures';
import { playChaosGame } from '../../lib/pretrain/iterated-function-system';

const classCount = 40;
const classes = fractalClasses(classCount, seededRandom('classes'));
const source = (seed = 'pictures') => fractalPictures(classes, seededRandom(seed));
const draw = (index: number, pictures = source()) => {
  const target = new Float32Array(pictureSize ** 2);
  return { label: pictures.draw(index, target), picture: target };
};

describe('classes', () => {
  test('follow from their stream and number alone', () => {
    expect(fractalClasses(3, seededRandom('classes'))).toEqual(classes.slice(0, 3));
    expect(fractalClasses(3, seededRandom('others'))).not.toEqual(classes.slice(0, 3));
  });

  test('cover their pictures', () => {
    const points = new Float64Array(2 * pointCount);
    const density = new Float32Array(pictureSize ** 2);
    for (const [label, system] of classes.entries()) {
      playChaosGame(system, fastRandom(label, 0, 0), points);
      drawDensity(points, plain, pictureSize, density);
      // 12 % at the draw that was accepted; other points of the same system fall into a few pixels less or more.
      expect(coverage(density)).toBeGreaterThan(0.11);
      expect(Math.max(...density)).toBe(1);
      expect(Math.min(...density)).toBe(0);
    }
  });
});

describe('pictures', () => {
  test('follow from stream and index, in whatever order they are drawn', () => {
    const pictures = source();
    const backwards = [5, 4, 3, 2, 1, 0].map((index) => draw(index, pictures)).reverse();
    backwards.forEach((drawn, index) => {
      expect(drawn).toEqual(draw(index));
    });
    expect(draw(0).picture).not.toEqual(draw(1).picture);
    expect(draw(0, source('fresh')).picture).not.toEqual(draw(0).picture);
  });

  test('have mean 0 and standard deviation 1, and nothing that is no number', () => {
    for (let i = 0; i < 300; i++) {
      const { picture } = draw(i);
      const mean = picture.reduce((sum, value) => sum + value, 0) / picture.length;
      const variance = picture.reduce((sum, value) => sum + (value - mean) ** 2, 0) / picture.length;
      expect(Math.abs(mean)).toBeLessThan(1e-4);
      expect(Math.abs(variance - 1)).toBeLessThan(1e-3);
    }
  });

  test('are of every class alike', () => {
    const counts = new Array<number>(classCount).fill(0);
    const pictures = source();
    for (let i = 0; i < 2000; i++) counts[draw(i, pictures).label]!++;
    // Chi-squared with 39 degrees of freedom, 99.9 % quantile.
    expect(counts.reduce((sum, count) => sum + (count - 50) ** 2 / 50, 0)).toBeLessThan(72.1);
  });

  test('of a class are alike: the nearest of 1,500 others is of the same class far more often than by chance', () => {
    const pictures = source();
    // What neither polarity nor small shifts change: the absolute values, averaged over 8×8 pixels.
    const thumbnail = (picture: Float32Array) => {
      const side = pictureSize / 8;
      const cells = new Float32Array(side * side);
      picture.forEach((value, i) => {
        cells[Math.floor(i / pictureSize / 8) * side + Math.floor((i % pictureSize) / 8)]! +=
          Math.abs(value) / 64;
      });
      return cells;
    };
    const known = Array.from({ length: 1500 }, (_, i) => draw(i, pictures)).map(({ label, picture }) => ({
      label,
      cells: thumbnail(picture),
    }));
    const tried = 300;
    let right = 0;
    for (let i = 0; i < tried; i++) {
      const { label, picture } = draw(10_000 + i, pictures);
      const cells = thumbnail(picture);
      let [best, nearest] = [Infinity, -1];
      for (const other of known) {
        let distance = 0;
        for (let k = 0; k < cells.length; k++) distance += (cells[k]! - other.cells[k]!) ** 2;
        if (distance < best) [best, nearest] = [distance, other.label];
      }
      if (nearest === label) right++;
    }
    expect(right / tried).toBeGreaterThan(4 / classCount);
  });
});
