import type { ChartSpec } from './theme';

/** An axis of shares, from 0 to 1. */
export const shareAxis = (field: string, title: string): ChartSpec => ({
  field,
  type: 'quantitative',
  title,
  scale: { domain: [0, 1], nice: false },
  axis: { format: '.1f', tickCount: 6 },
});
