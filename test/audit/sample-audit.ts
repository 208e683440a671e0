import type { Audit, AuditTest } from '../../lib/audit/audit';
import type { Figure } from '../../lib/evaluation/figure';

const about = (value: number, half = 0.04): Figure => ({
  value,
  low: value - half,
  high: Math.min(1, value + half),
});
const shortcut = (
  name: AuditTest['name'],
  title: string,
  figure: AuditTest['figure'],
  verdict: AuditTest['verdict'],
): AuditTest => ({
  name,
  part: 'shortcuts',
  title,
  measure: 'AUROC',
  figure,
  verdict,
  rule: 'flagged if 0.80 or more',
  words: `Words on ${title}.`,
});

/** An audit such as one of the article's pictures. */
export const sampleAudit: Audit = {
  data: {
    pictures: 137,
    patients: 110,
    classes: [
      { label: 'covid', pictures: 68, patients: 46, sampled: 68, sources: ['covid-chestxray-dataset'] },
      { label: 'normal', pictures: 69, patients: 64, sampled: 60, sources: ['kaggle-chest-xray'] },
    ],
    controls: {
      given: 20,
      used: 18,
      findings: [{ label: 'ARDS', pictures: 18, patients: 12, sources: ['covid-chestxray-dataset'] }],
    },
    synthetic: false,
    sha256: 'a'.repeat(64),
  },
  backbone: { title: 'MobileNet', weights: 'imagenet', weightsHash: 'b'.repeat(64) },
  seed: 42,
  whole: about(0.99, 0.01),
  tests: [
    {
      name: 'exact-duplicates',
      part: 'leakage',
      title: 'Identical files',
      measure: 'pictures too many',
      figure: { value: 2, low: 2, high: 2 },
      verdict: 'flagged',
      rule: 'flagged if there are any',
      words: '2 files of 137 are copies of another.',
    },
    shortcut('border', 'Border only', about(0.95), 'flagged'),
    shortcut('exposure', 'Brightness and contrast', about(0.7, 0.1), 'clear'),
    shortcut('view', 'The projection', { value: null, low: null, high: null }, 'not tested'),
  ],
  verdict: 'flagged',
  expectation: 'Expect a model to fail on pictures of another source.',
  duplicates: [
    {
      pictures: ['/data/a.png', '/data/b.png'],
      labels: ['covid', 'normal'],
      patients: ['p', 'q'],
      exact: false,
      hashDistance: 12,
    },
  ],
  seconds: 12,
  notice: 'For education only, never for diagnosis.',
};
