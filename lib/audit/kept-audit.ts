import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { writeJson } from '../core/files';
import { picturesHash } from '../dataset/pictures-hash';
import type { Xray } from '../dataset/xray';
import { type AuditFound, otherPictures } from '../evaluation/audit-summary';
import { auditSummarySchema } from '../evaluation/audit-summary-schema';
import type { Audit } from './audit';

const fileOf = (dataset: string): string => path.join(dataset, 'audit.json');

/** Keeps an audit beside the class folders, as audit.json, where training and report find it. */
export const keepAudit = (dataset: string, audit: Audit): Promise<void> => writeJson(fileOf(dataset), audit);

const keptSchema = auditSummarySchema.extend({ data: z.object({ sha256: z.string() }) });

/**
 * The audit kept beside class folders.
 * @param xrays the pictures it must be of
 * @returns `otherPictures` where it is of other pictures or classes, undefined where there is none, or one of another
 * version
 */
export async function keptAudit(dataset: string, xrays: readonly Xray[]): Promise<AuditFound | undefined> {
  const text = await readFile(fileOf(dataset), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    const { data, ...summary } = keptSchema.parse(JSON.parse(text));
    return data.sha256 === picturesHash(xrays) ? summary : otherPictures;
  } catch {
    return undefined;
  }
}
