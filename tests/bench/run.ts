/**
 * `npm run bench [-- NAME …] [--json] [--quick] [--size NAME=N …]`: measures, one JSON object a line (design: bench, metric, value, unit,
 * baseline, ratio). `baseline` is the limit, or for `cipher` the same work unencrypted in the same run.
 * `--size` takes another number of `SyncSize` (tests/bench/sync.ts) than the full one, for a shorter run: `import --size imported=20000`.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { bigClinic } from './big-clinic.ts';
import { fhirBench } from './fhir.ts';
import type { Figure } from './figures.ts';
import { keyEcho } from './key-echo.ts';
import { chartOpen, icpcSearch, memory, openBig, patientSearch, unlock } from './laptop.ts';
import { messagesBench } from './messages.ts';
import { audit, authorise, cipher } from './safety.ts';
import { SYNC_NAMES, syncBenches } from './sync.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'boolean' }, quick: { type: 'boolean', default: false }, size: { type: 'string', multiple: true, default: [] } },
});
const LAPTOP = { 'patient-search': patientSearch, 'icpc-search': icpcSearch, 'chart-open': chartOpen };
const QUICK = { rows: 600, pushes: 300, writes: 5, polls: 40, connects: 100, clinics: { few: 2, many: 6 }, imported: 1000 };
const FULL = {
  rows: 100_000,
  pushes: 10_000,
  writes: 60,
  polls: 2000,
  connects: 5000,
  clinics: { few: 10, many: 1000 },
  imported: 200_000,
};
const FHIR_NAMES = [
  ...['fhir', 'fhir-read', 'fhir-search', 'fhir-search-cold', 'fhir-everything', 'fhir-everything-size', 'fhir-bulk'],
  ...['fhir-read-medplum', 'fhir-search-medplum'],
];
const base = values.quick ? QUICK : FULL;
const sizes = new Map(values.size.map((one): [string, number] => [one.split('=')[0] ?? '', Number(one.split('=')[1])]));
for (const [name, size] of sizes) {
  const known = name in base.clinics || typeof base[name as keyof typeof base] === 'number';
  if (!known || !Number.isSafeInteger(size) || size < 1) throw new Error(`--size ${name}: one of SyncSize, and a number above 0`);
}
const sized = <T extends Record<string, unknown>>(from: T): T =>
  Object.fromEntries(Object.entries(from).map(([name, value]) => [name, sizes.get(name) ?? value])) as T;
const syncSize = { ...sized(base), clinics: sized(base.clinics) };
const wanted = (name: string): boolean =>
  positionals.length === 0 ||
  positionals.includes(name) ||
  (positionals.includes('sync') && SYNC_NAMES.includes(name)) ||
  (positionals.includes('fhir') && name.startsWith('fhir-'));
const say = (figures: readonly Figure[]): void => {
  for (const one of figures) if (wanted(one.bench)) process.stdout.write(`${JSON.stringify(one)}\n`);
};

if ([...Object.keys(LAPTOP), 'memory', 'unlock', 'cipher', 'audit'].some(wanted)) {
  const home = await mkdtemp(join(tmpdir(), 'ryggrad-bench-'));
  const size = values.quick ? { patients: 500, visits: 2000, seed: 1 } : { patients: 50_000, visits: 300_000, seed: 1 };
  const began = performance.now();
  const big = await bigClinic(home, size);
  process.stderr.write(
    `${size.patients} patients, ${size.visits} visits, ${big.rows} rows written in ${Math.round((performance.now() - began) / 1000)} s\n`,
  );
  const core = await openBig(big);
  for (const [name, run] of Object.entries(LAPTOP)) if (wanted(name)) say(await run(core));
  await core.close();
  if (wanted('memory')) say(await memory(big));
  if (wanted('unlock')) say(await unlock(big));
  if (wanted('cipher')) say(await cipher(big));
  if (wanted('audit')) say(await audit(big));
  await rm(home, { recursive: true, force: true });
}
if (wanted('authorise')) say(await authorise(values.quick ? 200 : 2000));
if (wanted('key-echo')) say(await keyEcho(values.quick ? 60 : 400));
if (['messages', 'push-beside', 'webhooks'].some(wanted))
  say(await messagesBench(values.quick ? { reminders: 60, webhooks: 60, saves: 20 } : { reminders: 1000, webhooks: 1000, saves: 1000 }));
if (FHIR_NAMES.some(wanted))
  say(await fhirBench(values.quick ? { patients: 2000, visits: 200, reads: 50 } : { patients: 50_000, visits: 3000, reads: 300 }));
await syncBenches(wanted, syncSize, values.quick, say);
process.exit(0);
