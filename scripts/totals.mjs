// totals.mjs REPORT [CHECKS-THAT-FAILED]: prints `N passed, N failed, N skipped` from vitest's JSON report, with the failed checks added. Fails when something failed or nothing ran.
import { readFileSync } from 'node:fs';

const [file, failedChecks = '0'] = process.argv.slice(2);
let report;
try {
  report = JSON.parse(readFileSync(file, 'utf8'));
} catch (error) {
  console.error(`The test run left no report (${error.message}). Read its output above.`);
  console.log(`0 passed, ${1 + Number(failedChecks)} failed`);
  process.exit(1);
}

const passed = report.numPassedTests;
const skipped = report.numPendingTests + report.numTodoTests;
// A file that does not load has no tests to count; each counts as one failure.
const broken = report.testResults.filter(
  (result) => result.status === 'failed' && result.assertionResults.length === 0,
);
const failed = report.numFailedTests + broken.length + Number(failedChecks);

console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
process.exit(failed > 0 || passed === 0 || !report.success ? 1 : 0);
