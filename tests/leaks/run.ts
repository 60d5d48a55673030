/** `npm run leaks`: a whole run with a canary patient, then everything it left on disk is searched for them. */
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { wholeRun } from './whole-run.ts';

const folder = await mkdtemp(join(tmpdir(), 'ryggrad-leaks-'));
await chmod(folder, 0o755);
const report = await wholeRun(folder);
for (const leak of report.leaks) process.stdout.write(`${leak.file}: ${leak.needle} (${leak.how})\n`);
process.stdout.write(`files=${report.files} bytes=${report.bytes} inflated=${report.inflated} leaks=${report.leaks.length}\n`);
await rm(folder, { recursive: true, force: true });
process.exit(report.leaks.length === 0 ? 0 : 1);
