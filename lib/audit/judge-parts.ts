import { type Audit, testNames } from './audit';
import type { AuditPart } from './audit-part';
import { expectationOf, verdictOf } from './expectation';
import { toTest } from './rules';

/** What all parts together say: their results under the rules, the verdict, and what to expect. */
export function judgeParts(
  parts: readonly AuditPart[],
): Pick<Audit, 'whole' | 'tests' | 'verdict' | 'expectation' | 'duplicates'> {
  const whole = parts.find((part) => part.whole)!.whole!;
  const results = new Map(parts.flatMap((part) => part.results.map((result) => [result.name, result])));
  const tests = testNames.map((name) => toTest(results.get(name)!, whole));
  return {
    whole,
    tests,
    verdict: verdictOf(tests, whole),
    expectation: expectationOf(tests, whole),
    duplicates: parts.flatMap(({ duplicates }) => duplicates ?? []),
  };
}
