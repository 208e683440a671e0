import type { Tensor4D } from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { type TensorFlow, tensorflow } from '../../lib/compute/tensorflow';
import { pooledShape, poolingFor, poolingNames } from '../../lib/transfer/pooling';

const sides = Array.from({ length: 20 }, (_, i) => i + 1);
let tf: TensorFlow;
beforeAll(async () => {
  tf = await tensorflow();
});

describe.each(poolingNames)('%s', (name) => {
  test('the shape is that of tf.avgPool and of tf.layers.averagePooling2d', () => {
    for (const height of sides) {
      for (const width of [1, 3, 4, 7, 20]) {
        const map = [height, width, 2] as const;
        const pooling = poolingFor(name, map);
        const { window, stride } = pooling;
        const pool = (x: Tensor4D) =>
          tf.avgPool(x, window as [number, number], stride as [number, number], 'valid');
        const shape = tf.tidy(() => pool(tf.zeros([1, ...map])).shape);
        const layer = tf.layers.averagePooling2d({
          poolSize: window as [number, number],
          strides: stride as [number, number],
        });
        expect(shape.slice(1)).toEqual(pooledShape(pooling, map));
        expect((layer.computeOutputShape([null, ...map]) as number[]).slice(1)).toEqual(
          pooledShape(pooling, map),
        );
      }
    }
  });
});

/** Which of the positions 0 … side − 1 some window sees. */
function covered({ window, stride }: ReturnType<typeof poolingFor>, side: number): boolean[] {
  const seen = new Array<boolean>(side).fill(false);
  for (let start = 0; start + window[0] <= side; start += stride[0])
    seen.fill(true, start, start + window[0]);
  return seen;
}

test('the grid covers the whole map, in three rows where there are three', () => {
  for (const side of sides) {
    const pooling = poolingFor('grid', [side, side]);
    expect(covered(pooling, side), `side ${side}`).toEqual(new Array(side).fill(true));
    expect(pooledShape(pooling, [side, side, 1])).toEqual([Math.min(side, 3), Math.min(side, 3), 1]);
  }
});

test('mean covers the whole map once', () => {
  for (const side of sides) {
    const pooling = poolingFor('mean', [side, side]);
    expect(covered(pooling, side)).toEqual(new Array(side).fill(true));
    expect(pooledShape(pooling, [side, side, 3])).toEqual([1, 1, 3]);
  }
});

test("the article's: of 7×7 the top left 4×4 only; sides below 4 are taken whole", () => {
  const pooling = poolingFor('article', [7, 7]);
  expect(pooling).toEqual({ window: [4, 4], stride: [4, 4] });
  expect(pooledShape(pooling, [7, 7, 512])).toEqual([1, 1, 512]);
  expect(covered(pooling, 7)).toEqual([true, true, true, true, false, false, false]);
  expect(pooledShape(poolingFor('article', [14, 14]), [14, 14, 8])).toEqual([3, 3, 8]);
  expect(pooledShape(poolingFor('article', [3, 2]), [3, 2, 8])).toEqual([1, 1, 8]);
});

test('none leaves the map as it is', () => {
  expect(pooledShape(poolingFor('none', [5, 9]), [5, 9, 2])).toEqual([5, 9, 2]);
});
