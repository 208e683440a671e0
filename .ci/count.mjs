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

const { numPassedTests = 0, numFailedTests = 0, testResults = [] } = read('tests.json') ?? {};
const { notebooks = [] } = read('report.json') ?? {};
const page = text('report/index.html');
const remarks = [...page.matchAll(/<(\w+) class="remark">(.*?)<\/\1>/gs)].map(([, , remark]) => remark);
const badNotebooks = notebooks.filter(({ ok }) => !ok);
const benchFailed = Number(bench) !== 0;
// A report with a failed notebook ends in a failure, which is the notebook's.
const reportFailed = page === '' || remarks.length > 0 || (Number(report) !== 0 && badNotebooks.length === 0);
// A file that did not even load has no failed tests of its own; neither has a run that never began.
const unloaded = testResults.filter(
  ({ status, assertionResults }) =>
    status === 'failed' && assertionResults.every((test) => test.status !== 'failed'),
);
const testsFailed = numFailedTests + unloaded.length || Number(Number(tests) !== 0);

for (const { name, assertionResults } of testResults)
  for (const { status, fullName, failureMessages } of assertionResults)
    if (status === 'failed') console.log(`FAILED ${name}: ${fullName}\n${failureMessages[0]}`);
for (const { name, message } of unloaded) console.log(`FAILED ${name}: did not load\n${message}`);
for (const { name } of badNotebooks) console.log(`FAILED notebook ${name}`);
if (benchFailed) console.log('FAILED the benchmarks');
if (reportFailed)
  console.log(
    `FAILED the report: ${remarks.join('; ') || (page ? 'it ended in a failure' : 'there is none')}`,
  );

const passed = numPassedTests + !benchFailed + (notebooks.length - badNotebooks.length) + !reportFailed;
const failed = testsFailed + benchFailed + badNotebooks.length + reportFailed;
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
