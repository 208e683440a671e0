// Counts what .ci/run ran: the tests, the benchmarks as one, each notebook, and the report, in which no remark may stand in
// the place of a picture or a chart.
import { readFileSync } from 'node:fs';
import path from 'node:path';

const [folder, tests, bench, report] = process.argv.slice(2);
const text = (name) => {
  try {
    return readFileSync(path.join(folder, name), 'utf8');
  } catch {
    return '';
  }
};
const read = (name) => {
  try {
    return JSON.parse(text(name));
  } catch {
    return undefined;
  }
};

const { numPassedTests = 0, numFailedTests = 0, numFailedTestSuites = 0 } = read('tests.json') ?? {};
const { notebooks = [] } = read('report.json') ?? {};
const bad = notebooks.filter(({ ok }) => !ok).length;
const benchFailed = Number(bench) === 0 ? 0 : 1;
const page = text('report/index.html');
const pageFailed = page && !page.includes('class="remark"') ? 0 : 1;
const passed = numPassedTests + (1 - benchFailed) + notebooks.length - bad + (1 - pageFailed);
let failed = numFailedTests + benchFailed + bad + pageFailed;
// A file that did not even load has no failed tests of its own; neither has a run that never began.
if (Number(tests) !== 0 && numFailedTests === 0) failed += Math.max(1, numFailedTestSuites);
if (Number(report) !== 0 && bad === 0) failed += 1;
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
