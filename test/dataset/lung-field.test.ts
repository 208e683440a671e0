import { describe, expect, it } from 'vitest';
import { InputError } from '../../lib/core/check';
import { seededRandom } from '../../lib/core/random';
import { lungField, lungFieldSize } from '../../lib/dataset/lung-field';
import { drawPhantom, phantomSize } from '../../lib/dataset/phantom';
import { drawAnatomy, outlinesOf } from '../../lib/dataset/phantom/anatomy';
import { planPhantoms } from '../../lib/dataset/phantom/plan';
import { bodyCoordinates, drawPose } from '../../lib/dataset/phantom/pose';
import { phantomClasses } from '../../lib/dataset/phantom-class';
import { greyThumbnail } from '../../lib/dataset/thumbnail';

const size = lungFieldSize;
const inColour = (data: Uint8Array) =>
  Uint8Array.from({ length: data.length * 3 }, (_, i) => data[(i / 3) | 0]!);
const sum = (values: ArrayLike<number>) => Array.from(values).reduce((a, b) => a + b, 0);
const thumbnailOf = (data: Uint8Array, width: number, height: number) =>
  greyThumbnail({ width, height, data: inColour(data) }, size);

describe('lungField', () => {
  it.each(phantomClasses)('lies on the lungs of phantoms (%s), whose outlines are known', (label) => {
    const fields = planPhantoms(label, 'training', 7, 12).map(({ patient, picture }) => {
      const { data } = drawPhantom(label, patient, picture);
      const field = lungField(thumbnailOf(data, phantomSize, phantomSize))!;
      expect(field.share).toBeCloseTo(sum(field.mask) / size ** 2, 12);
      const { depth } = outlinesOf(drawAnatomy(patient.fork('anatomy')));
      const places = bodyCoordinates(drawPose(picture.fork('pose')), size);
      const lungs = field.mask.map((_, i) => (depth(places.x[i]!, places.y[i]!) > 0 ? 1 : 0));
      const both = sum(lungs.map((isLung, i) => isLung & field.mask[i]!));
      return { ofField: both / sum(field.mask), ofLungs: both / sum(lungs) };
    });
    const mean = (key: 'ofField' | 'ofLungs') => sum(fields.map((field) => field[key])) / fields.length;
    // The behind-the-heart part of the lungs is not meant to be in it.
    expect(mean('ofField')).toBeGreaterThan(0.88);
    expect(mean('ofLungs')).toBeGreaterThan(0.6);
    expect(Math.min(...fields.map(({ ofField }) => ofField))).toBeGreaterThan(0.75);
  });

  it('is not found where there are no lungs: an even picture, noise, a ramp, a ring', () => {
    const random = seededRandom(3);
    const picture = (grey: (x: number, y: number) => number) =>
      Float32Array.from({ length: size * size }, (_, i) => grey(i % size, Math.floor(i / size)));
    expect(lungField(picture(() => 128))).toBeUndefined();
    for (let i = 0; i < 10; i++) expect(lungField(picture(() => 128 + 30 * random.normal()))).toBeUndefined();
    expect(lungField(picture((x) => 8 * x))).toBeUndefined();
    expect(lungField(picture((_, y) => 8 * y))).toBeUndefined();
    expect(lungField(picture((x, y) => (Math.hypot(x - 16, y - 16) > 10 ? 40 : 200)))).toBeUndefined();
  });

  it('refuses another size', () => {
    expect(() => lungField(new Float32Array(100))).toThrow(InputError);
  });
});
