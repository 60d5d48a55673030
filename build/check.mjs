/**
 * `npm run check [-- --only STEP]`: types, boundaries, lint, format, unused code, migrations without diff, no secrets, named tests that exist, a register of processing that knows all there is.
 * One line per step; every step runs even when an earlier one fails. `--fix` lets format and lint write.
 */
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { ROOT, bootstrap, fail, pinnedNode } from './bootstrap.mjs';

await bootstrap();

const fix = process.argv.includes('--fix');
const at = process.argv.indexOf('--only');
const only = at === -1 ? undefined : process.argv[at + 1];

/** Not ours to judge or to format: what is generated, what breaks rules on purpose, and prose. */
const UNLINTED = ['build/canary', 'db/migrations', 'dist', 'release', '.types'];
const UNFORMATTED = [
  ...UNLINTED,
  '*.md',
  '*.yml',
  'package.json',
  'package-lock.json',
  'db/reference/**/*.json',
  'sync-server/core/fhir/*.json',
  'docs/*.json',
];

/** name → undefined when well, else what to show */
const steps = {
  types: () => tool('typescript/bin/tsc', '-b'),
  boundaries: async () => {
    const { boundaryViolations } = await import('./boundaries-check.mjs');
    return (await boundaryViolations()).join('\n') || undefined;
  },
  lint: () =>
    tool(
      'oxlint/bin/oxlint',
      '--config',
      'build/oxlint.json',
      '--deny-warnings',
      ...(fix ? ['--fix'] : []),
      ...UNLINTED.map((one) => `--ignore-pattern=${one}`),
      '.',
    ),
  format: () =>
    tool(
      'oxfmt/bin/oxfmt',
      '--config',
      'build/oxfmt.json',
      ...(fix ? ['--write'] : ['--list-different']),
      '.',
      ...UNFORMATTED.map((one) => `!${one.includes('/') ? one : `**/${one}`}`),
    ),
  unused: () => tool('knip/bin/knip.js', '--config', 'build/knip.json', '--no-progress'),
  migrations: async () => {
    const { migrationsDiff } = await import('./migrations.mjs');
    return migrationsDiff();
  },
  secrets: async () => {
    const { secretsComplaint } = await import('./secrets.mjs');
    return secretsComplaint();
  },
  compliance: async () => {
    const { complianceComplaint } = await import('./compliance.mjs');
    return complianceComplaint(fix);
  },
  processing: async () => {
    const { processingComplaint } = await import('./processing.mjs');
    return await processingComplaint(fix);
  },
};

if (only !== undefined && !Object.hasOwn(steps, only)) fail(`There is no step "${only}"; there are: ${Object.keys(steps).join(', ')}.`);

let failed = 0;
for (const [name, step] of Object.entries(steps)) {
  if (only !== undefined && only !== name) continue;
  const begun = performance.now();
  const complaint = await Promise.resolve()
    .then(step)
    .catch((error) => String(error.stack ?? error));
  const seconds = ((performance.now() - begun) / 1000).toFixed(1);
  if (complaint !== undefined) {
    failed += 1;
    process.stdout.write(`${complaint.trimEnd()}\n`);
  }
  process.stdout.write(`${name.padEnd(10)} ${complaint === undefined ? 'ok' : 'FAILED'}  ${seconds} s\n`);
}
process.exit(failed === 0 ? 0 : 1);

function tool(bin, ...args) {
  const done = spawnSync(pinnedNode(), [path.join(ROOT, 'node_modules', bin), ...args], {
    cwd: ROOT,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    env: { ...process.env, NO_COLOR: '1' },
  });
  if (done.status === 0) return undefined;
  return `${done.stdout}${done.stderr}` || `${bin} ended with ${done.status ?? done.signal}`;
}
