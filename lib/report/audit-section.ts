import { type AuditSummary, auditFigure } from '../evaluation/audit-summary';
import { escapeHtml } from '../notebook/escape-html';
import { unbrokenIntervals } from '../notebook/table';

/** An audit, and what was audited: "dataset/demo". */
export interface ReportedAudit extends AuditSummary {
  readonly of: string;
}

const row = ({ title, measure, figure, verdict, words, rule }: AuditSummary['tests'][number]): string =>
  `<tr><th scope="row">${escapeHtml(title)}</th><td>${unbrokenIntervals(escapeHtml(auditFigure({ measure, figure })))}</td>` +
  `<td${verdict === 'flagged' ? ' class="caution"' : ''}>${verdict}</td><td>${unbrokenIntervals(escapeHtml(words))}</td><td>${escapeHtml(rule)}</td></tr>`;

const part = ({ of, expectation, tests }: ReportedAudit): string =>
  `<h3>${escapeHtml(of)}</h3><p>${escapeHtml(expectation)}</p>` +
  `<div class="table" role="region" tabindex="0" aria-label="Audit of ${escapeHtml(of)}"><table>` +
  '<thead><tr><th scope="col">Test</th><th scope="col">Figure</th><th scope="col">Verdict</th>' +
  '<th scope="col">What was found</th><th scope="col">Rule</th></tr></thead>' +
  `<tbody>${tests.map(row).join('')}</tbody></table></div>`;

/** The first of those that found the same. */
export const distinctAudits = (audits: readonly ReportedAudit[]): ReportedAudit[] =>
  audits.filter(
    (audit, i) =>
      audits.findIndex(({ tests }) => JSON.stringify(tests) === JSON.stringify(audit.tests)) === i,
  );

/** What audits said of the pictures, each once. Empty if there was none. */
export function auditSection(audits: readonly ReportedAudit[]): string {
  const distinct = distinctAudits(audits);
  if (!distinct.length) return '';
  return (
    '<section class="summary" aria-labelledby="audit"><h2 id="audit">What the pictures let a model learn</h2>' +
    `${distinct.map(part).join('')}</section>`
  );
}
