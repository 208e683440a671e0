import { z } from 'zod';
import { verdicts } from './audit-summary';

const figure = z.union([
  z.object({ value: z.number(), low: z.number(), high: z.number() }),
  z.object({ value: z.null(), low: z.null(), high: z.null() }),
]);

/** An `AuditSummary` as files keep it; what else an audit says is left out. */
export const auditSummarySchema = z.object({
  verdict: z.enum(verdicts),
  expectation: z.string(),
  tests: z.array(
    z.object({
      title: z.string(),
      measure: z.string(),
      figure,
      verdict: z.enum(verdicts),
      rule: z.string(),
      words: z.string(),
    }),
  ),
});
