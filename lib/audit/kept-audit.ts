import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { writeJson } from '../core/files';
import { picturesHash } from '../dataset/pictures-hash';
import type { Xray } from '../dataset/xray';
import { type AuditSummary, verdicts } from '../evaluation/audit-summary';
import type { Audit } from './audit';

const fileOf = (dataset: string): string => path.join(dataset, 'audit.json');

/** Keeps an audit beside the class folders, as audit.json, where training and report find it. */
export const keepAudit = (dataset: string, audit: Audit): Promise<void> => writeJson(fileOf(dataset), audit);

const keptSchema = z.object({
  data: z.object({ sha256: z.string() }),
  verdict: z.enum(verdicts),
  expectation: z.string(),
  tests: z.array(z.object({ title: z.string(), verdict: z.enum(verdicts), words: z.string() })),
});

/**
 * The audit kept beside class folders.
 * @param xrays the pictures it must be of. Default: whatever
 * @returns undefined where there is none, or it is of other pictures, or of another version
 */
export async function keptAudit(dataset: string, xrays?: readonly Xray[]): Promise<AuditSummary | undefined> {
  const text = await readFile(fileOf(dataset), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    const { data, ...summary } = keptSchema.parse(JSON.parse(text));
    return xrays && data.sha256 !== picturesHash(xrays) ? undefined : summary;
  } catch {
    return undefined;
  }
}
