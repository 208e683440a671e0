import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { projectFolder } from '../../lib/core/settings';
import { runReport } from '../../lib/report/run-report';

it('is refused where executed notebooks would replace the notebooks themselves', async () => {
  const project = mkdtempSync(path.join(tmpdir(), 'xray-report-'));
  const chosen = { files: [], variables: {} };
  for (const options of [
    { project, out: project },
    { project, out: `${project}/x/..` },
    { out: projectFolder },
  ])
    await expect(runReport({ ...options, chosen })).rejects.toThrow(
      /notebooks holds the notebooks themselves, .* name another folder for the report$/,
    );
  expect(readdirSync(project)).toEqual([]);
  rmSync(project, { recursive: true });
});
