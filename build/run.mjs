/** `node build/run.mjs FILE.ts ARGS…`: runs one of our TypeScript entries on the pinned Node, whatever the shell's Node is. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { ROOT, bootstrap, fail, pinnedNode } from './bootstrap.mjs';

await bootstrap();
const [entry, ...rest] = process.argv.slice(2);
if (entry === undefined) fail('Usage: node build/run.mjs FILE.ts ARGS…');
if (!existsSync(path.join(ROOT, entry))) fail(`There is no ${entry} here yet.`);
const child = spawn(pinnedNode(), [path.join(ROOT, entry), ...rest], { cwd: ROOT, stdio: 'inherit' });
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
child.once('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 143)));
