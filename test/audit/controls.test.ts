import { describe, expect, test } from 'vitest';
import { describeControls, usableControls } from '../../lib/audit/controls';
import { InputError } from '../../lib/core/check';
import type { Xray } from '../../lib/dataset/xray';

const xray = (label: string, source: string, patientId: string, sha256 = patientId): Xray => ({
  path: `/pictures/${label}/${patientId}.png`,
  label,
  patientId,
  source,
  view: '',
  width: 10,
  height: 10,
  sha256,
  license: '',
});
const classes = [xray('covid', 'here', 'a'), xray('normal', 'there', 'b')];

describe('controls', () => {
  test('named like a class are kept, since they are of another source', () => {
    const normal = xray('normal', 'here', 'c');
    expect(usableControls([normal], classes)).toEqual([normal]);
  });

  test('of a class from its own source are refused, by name', () => {
    expect(() => usableControls([xray('covid', 'here', 'c')], classes)).toThrow(InputError);
    expect(() => usableControls([xray('covid', 'here', 'c')], classes)).toThrow(
      '1 picture of class "covid" from here, and so have the classes',
    );
  });

  test('of patients and pictures among the classes are left out, and counted', () => {
    const given = [
      xray('ARDS', 'here', 'c'),
      xray('ARDS', 'here', 'd'),
      xray('ARDS', 'here', 'a', 'another'),
      xray('SARS', 'here', 'e', 'b'),
      xray('normal', 'here', 'f'),
    ];
    const used = usableControls(given, classes);
    expect(describeControls(given, used)).toEqual({
      given: 5,
      used: 3,
      findings: [
        { label: 'ARDS', pictures: 2, patients: 2, sources: ['here'] },
        { label: 'normal', pictures: 1, patients: 1, sources: ['here'] },
      ],
    });
  });
});
