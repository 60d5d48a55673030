/** Runs the cruiser and the check of types over the tree, and over the canary, where both must find what was put there. */
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { ROOT, pinnedNode } from './bootstrap.mjs';
import { typeViolations } from './type-boundaries.mjs';

const CRUISER = path.join(ROOT, 'node_modules', 'dependency-cruiser', 'bin', 'dependency-cruiser.mjs');
const CANARY = path.join(ROOT, 'build', 'canary');
const FOLDERS = ['db', 'electron', 'renderer', 'sync-server', 'tests'];

/** What the canary holds: [file, rule]. */
const canary = [
  ['db/rules/reaches-a-store.ts', 'layer db/rules'],
  ['electron/core/uses-a-vendor.ts', 'door better-sqlite3'],
  ['renderer/knows-the-store.ts', 'layer renderer'],
  ['sync-server/integrations/one/reaches-the-record.ts', 'layer sync-server/integrations'],
  ['sync-server/integrations/one/knows-another.ts', 'apart, sync-server/integrations'],
];

/** @returns {Promise<string[]>} one sentence per violation; none: all is well */
export async function boundaryViolations() {
  const found = await violations(CANARY, ['db', 'electron', 'renderer', 'sync-server']);
  const sleeping = canary.filter(([file, rule]) => !found.some((one) => one.from === file && one.rule === rule));
  if (sleeping.length > 0) {
    return sleeping.map(([file, rule]) => `the canary is not found: ${file} should break "${rule}"; the check cannot be trusted`);
  }
  return (await violations(ROOT, FOLDERS)).map((one) => `${one.from} → ${one.to} (${one.rule})`);
}

async function violations(base, folders) {
  return [...cruise(base, folders), ...(await typeViolations(base, folders))];
}

function cruise(base, folders) {
  const args = [CRUISER, '--config', path.join(ROOT, 'build', 'boundaries.cjs'), '--output-type', 'json', ...folders];
  const options = { cwd: base, encoding: 'utf8', maxBuffer: 256 * 1024 * 1024, stdio: ['ignore', 'pipe', 'inherit'] };
  const { stdout } = spawnSync(pinnedNode(), args, options);
  if (!stdout.startsWith('{')) throw new Error(`dependency-cruiser gave no report over ${base}`);
  const report = JSON.parse(stdout);
  if (report.summary.totalCruised === 0) throw new Error(`dependency-cruiser read no file under ${base}`);
  return report.summary.violations.map(({ from, to, rule }) => ({ from, to, rule: rule.name }));
}
