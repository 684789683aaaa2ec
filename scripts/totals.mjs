// totals.mjs REPORT [VITEST-STATUS [CHECKS-THAT-FAILED]]: prints `N passed, N failed, N skipped` from vitest's JSON
// report, with the failed checks added. Fails when something failed or nothing ran.
import { readFileSync } from 'node:fs';

const [file, status = '0', failedChecks = '0'] = process.argv.slice(2);
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
// Vitest fails without a failed test when an error escaped: that is one failure too.
const failedTests = report.numFailedTests + broken.length || (status === '0' && report.success ? 0 : 1);
const failed = failedTests + Number(failedChecks);

console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
process.exit(failed > 0 || passed === 0 ? 1 : 0);
