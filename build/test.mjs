/**
 * `npm test [-- PATH…]`: sets up all it needs, runs every test; last line `N passed, N failed, N skipped`.
 * A run that crashes, or finds no test at all, has failed.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { ROOT, bootstrap, pinnedNode } from './bootstrap.mjs';
import { debianPackages } from './debian.mjs';
import { virtualDisplay } from './display.mjs';

await bootstrap();
debianPackages();

const folder = mkdtempSync(path.join(os.tmpdir(), 'ryggrad-test-'));
const countsFile = path.join(folder, 'counts.json');
const display = await virtualDisplay();
const vitest = path.join(ROOT, 'node_modules', 'vitest', 'vitest.mjs');
const args = ['run', '--config', 'build/vitest.config.ts', '--reporter=default', '--reporter=./build/count-reporter.ts'];
const child = spawn(pinnedNode(), [vitest, ...args, ...process.argv.slice(2)], {
  cwd: ROOT,
  stdio: 'inherit',
  env: {
    ...process.env,
    RYGGRAD_TEST_COUNTS: countsFile,
    // Servers and cores are started hundreds of times: what Node has read once it need not read again (half a second of CPU each).
    NODE_COMPILE_CACHE: path.join(ROOT, 'node_modules', '.cache', 'compiled'),
    ...(display ? { DISPLAY: display.display } : {}),
  },
});
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
const code = await new Promise((resolve) => child.once('exit', (exit) => resolve(exit ?? 1)));
await display?.stop();

const counts = existsSync(countsFile) ? JSON.parse(readFileSync(countsFile, 'utf8')) : { passed: 0, failed: 1, skipped: 0 };
rmSync(folder, { recursive: true, force: true });
const nothingRan = counts.passed + counts.failed === 0;
if ((code !== 0 || nothingRan) && counts.failed === 0) counts.failed = 1;
process.stdout.write(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped\n`);
process.exit(counts.failed === 0 ? 0 : 1);
