/** One seeded schedule: people write, the network and machines do what they do, then it is quiet; and what must hold then. */
import { createHash } from 'node:crypto';
import { SCHEMA_VERSION } from '#db/model/entities.ts';
import type { RowKey } from '#db/model/erasure.ts';
import { rowsWhere } from '#db/sqlite/store.ts';
import { samePersons } from '#db/rules/same-person.ts';
import { digestLine, digestOf } from '#db/sync/digest.ts';
import { audienceOf, entitiesFor, mayReceive } from '#db/sync/audience.ts';
import { readCursor } from '#electron/sync/cursor.ts';
import { queueState } from '#electron/sync/outbox.ts';
import { replicaDigests } from '#tests/tools/digest-of.ts';
import { eraseVisit, morning, tokensIn, writeSomething, type Saved } from './person.ts';
import { NO_PLANT, type Plants } from './planted.ts';
import { asOldVersion, knowOldVersion } from './old-version.ts';
import { seeded, type Random } from './random.ts';
import { createWorld, type SimLaptop, type Weather, type World } from './world.ts';

export interface Outcome {
  writes: number;
  faults: number;
  conflicts: number;
  /** Texts that a person saved and nobody can find. */
  lost: string[];
  /** Changes with more than one effect, and texts that stand twice in one place. */
  duplicated: string[];
  /** Replicas that differ from the server when all is quiet, queues that did not drain, overlays that were not shown. */
  diverged: string[];
}

const STEPS = 150;
const DAY = 86_400_000;
const BAD: readonly Weather[] = [
  'request lost',
  'answer lost',
  'answer lost',
  'answer cut',
  'twice',
  'storage fails',
  '401',
  '409',
  '413',
  '429',
  '500',
  '503',
];

/** The same seed gives the same schedule. */
export async function runSchedule(seed: number, plants: Plants = NO_PLANT): Promise<Outcome> {
  const random = seeded(seed);
  const world = createWorld({ random, laptops: 3 + random.below(random.chance(0.3) ? 6 : 3), plants });
  const saved: Saved = { tokens: new Set(), replaced: new Set(), writes: 0, visitOf: new Map(), gone: new Set() };
  const outcome: Outcome = { writes: 0, faults: 0, conflicts: 0, lost: [], duplicated: [], diverged: [] };
  try {
    morning(world);
    for (const laptop of world.laptops) await world.settle(laptop);
    // A stream of its own: what is added here later leaves the schedules of earlier seeds as they were.
    await trouble(world, saved, outcome, seeded(seed ^ 0x5eed), seeded(seed ^ 0xe4a5e));
    await quiet(world, outcome);
    judge(world, saved, outcome);
    outcome.writes = saved.writes;
    return outcome;
  } finally {
    await world.close();
  }
}

async function trouble(world: World, saved: Saved, outcome: Outcome, more: Random, law: Random): Promise<void> {
  const { random, laptops, store, time } = world;
  knowOldVersion();
  /** Laptops that have not been upgraded yet. */
  const old = new Set(laptops.filter(() => more.chance(0.4)));
  /** Until when a laptop is cut off. */
  const away = new Map<SimLaptop, number>();
  let backup: { at: number; data: unknown } | undefined;
  for (let step = 0; step < STEPS; step += 1) {
    time.now += random.below(60_000);
    const laptop = random.pick(laptops);
    const cutOff = (away.get(laptop) ?? 0) > step;
    const weather = random.chance(0.2) ? random.pick(BAD) : 'fair';
    if (law.chance(0.01) && laptop.audience === 'clinical') eraseVisit(world, laptop, law, saved);
    const dice = random.next();
    if (dice < 0.53) {
      if (!withDiskFull(laptop, random.chance(0.02), () => writeSomething(world, laptop, saved))) outcome.faults += 1;
      if (old.has(laptop)) asOldVersion(laptop, SCHEMA_VERSION);
      if (more.chance(0.02) && old.delete(laptop)) outcome.faults += 1;
    } else if (dice < 0.71) {
      if (cutOff) continue;
      if (weather !== 'fair') outcome.faults += 1;
      await world.push(laptop, weather);
    } else if (dice < 0.89) {
      if (cutOff) continue;
      const full = random.chance(0.03);
      const late = more.chance(0.1);
      if (weather !== 'fair' || full || late) outcome.faults += 1;
      await whileDiskFull(laptop, full, () => world.pull(laptop, weather, late));
      noteUncovered(laptop, outcome);
    } else if (dice < 0.93) {
      if (!cutOff) await world.settle(laptop);
    } else {
      outcome.faults += 1;
      if (dice < 0.95) {
        laptop.held = undefined;
        await laptop.restart();
      } else if (dice < 0.965) await world.echo(laptop);
      else if (dice < 0.975) laptop.skew = Math.round((random.next() - 0.5) * 20 * 365 * DAY);
      else if (dice < 0.985) {
        away.set(laptop, step + 10 + random.below(50));
        time.now += random.below(30 * DAY);
      } else if (dice < 0.99) store.compact();
      else if (backup === undefined || time.now - backup.at > 30 * DAY || random.chance(0.3))
        backup = { at: time.now, data: store.backup() };
      else {
        // The server comes back from its backup, under a new epoch.
        store.restore(backup.data);
        world.epoch = `e${step}`;
        backup = undefined;
      }
    }
  }
}

/** Runs with a disk that has no page left; false when that was felt (nothing may then have been saved). */
function withDiskFull(laptop: SimLaptop, full: boolean, run: () => void): boolean {
  if (!full) {
    run();
    return true;
  }
  const { db } = laptop;
  db.pragma(`max_page_count = ${String(db.pragma('page_count', { simple: true }))}`);
  try {
    run();
    return true;
  } catch (error) {
    if (!isDiskFull(error)) throw error;
    return false;
  } finally {
    db.pragma('max_page_count = 1073741823');
  }
}

async function whileDiskFull(laptop: SimLaptop, full: boolean, run: () => Promise<unknown>): Promise<void> {
  const { db } = laptop;
  if (full) db.pragma(`max_page_count = ${String(db.pragma('page_count', { simple: true }))}`);
  try {
    await run();
  } catch (error) {
    if (!full || !isDiskFull(error)) throw error;
  } finally {
    if (full) db.pragma('max_page_count = 1073741823');
  }
}

const isDiskFull = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'SQLITE_FULL';

/** What somebody has just typed must stand before them, whatever the server said meanwhile. */
function noteUncovered({ db, name }: SimLaptop, outcome: Outcome): void {
  const rows = db
    .prepare(
      `select s.text as shown, o."set" as wanted from outbox o join note_section s on s.id = o.row_id
       where o.entity = 'note_section' and o.state in ('open', 'ready', 'sent') and o.outcome is null and s.deleted = 0
       and not exists (select 1 from outbox later where later.row_id = o.row_id and later.born > o.born)`,
    )
    .all() as { shown: string; wanted: string }[];
  for (const { shown, wanted } of rows) {
    const { text } = JSON.parse(wanted) as { text?: string };
    if (text !== undefined && text !== shown) outcome.diverged.push(`${name} shows ${shown} over its own ${text}`);
  }
}

/** The network heals: the real engines run, and everything must be everywhere within 60 s without another write. */
async function quiet(world: World, outcome: Outcome): Promise<void> {
  const { laptops, time, timers, store } = world;
  for (const laptop of laptops) {
    laptop.weather = 'fair';
    laptop.held = undefined;
    laptop.connect('http://server.invalid', '');
  }
  const newest = ({ audience }: SimLaptop) =>
    Math.max(0, ...[...store.rows()].flatMap(({ entity, row }) => (mayReceive(audience, audienceOf(entity, row)) ? row.seq : [])));
  const behind = () =>
    laptops.filter(
      (laptop) => queueState(laptop.db).pending > 0 || readCursor(laptop.db).passedSeq < newest(laptop) || readCursor(laptop.db).refetching,
    );
  for (let second = 0; second <= 60; second += 1) {
    // The engines, their client and the signatures' threads go on meanwhile; looking costs more than waiting.
    for (let turn = 0; turn < 40 && behind().length > 0; turn += 1) await turns(10);
    if (behind().length === 0) break;
    time.now += 1000;
    timers.ring();
  }
  for (const { name, db } of behind()) {
    const { pending } = queueState(db);
    outcome.diverged.push(`${name} has ${pending} changes waiting and stands at ${readCursor(db).passedSeq} of ${store.seq}`);
  }
  for (const laptop of laptops) await laptop.engine().stop();
}

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

function judge({ store, laptops }: World, saved: Saved, outcome: Outcome): void {
  const rows = [...store.rows()];
  const places = [
    ...rows.map(({ row }) => JSON.stringify(row)),
    ...store.quarantined(),
    ...laptops.map(({ db }) => JSON.stringify(db.prepare('select "set" from outbox where state = \'quarantined\'').all())),
  ].join('\n');
  outcome.conflicts = rows.filter(({ entity, row }) => entity === 'conflict' || (entity === 'note_section' && row['siblingOfId'])).length;
  const found = new Set(tokensIn(places));
  const erased = new Set(rows.flatMap(({ entity, row }) => (entity === 'erasure' ? (row['targets'] as RowKey[]).map(({ id }) => id) : [])));
  const byLaw = (token: string): boolean => erased.has(saved.visitOf.get(token) ?? '');
  outcome.lost = [...saved.tokens].filter((token) => !found.has(token) && !saved.replaced.has(token) && !byLaw(token));
  // What was erased by law stands nowhere: in no row of the server, and in no cell of any laptop.
  const everywhere = [
    ...rows.map(({ row }) => JSON.stringify(row)),
    ...laptops.flatMap(({ db }) =>
      ['encounter', 'note_section', 'amendment', 'conflict', 'outbox', 'server_row', 'refetch_row'].map((table) =>
        JSON.stringify(db.prepare(`select * from ${table}`).all()),
      ),
    ),
  ].join('\n');
  const standing = new Set(tokensIn(everywhere));
  for (const token of saved.gone) if (standing.has(token)) outcome.diverged.push(`${token} was erased by law and stands`);

  for (const [changeId, times] of store.effects()) if (times > 1) outcome.duplicated.push(`change ${changeId}: ${times} times`);
  for (const { entity, row } of rows) {
    if (entity !== 'note_section') continue;
    const tokens = tokensIn(String(row['text']));
    if (new Set(tokens).size < tokens.length) outcome.duplicated.push(String(row['text']));
  }

  for (const { name, db, audience } of laptops) {
    const have = new Map(replicaDigests(db, audience).map((one) => [one.entity, one.digest]));
    for (const entity of entitiesFor(audience)) {
      const lines = rows.flatMap((one) =>
        one.entity === entity && mayReceive(audience, audienceOf(entity, one.row)) ? (digestLine(entity, one.row, sha256) ?? []) : [],
      );
      if (digestOf(lines, sha256).digest !== have.get(entity)) outcome.diverged.push(`${name} differs in ${entity}`);
    }
    // Who is one person is kept beside the links, and must be what they say, on every laptop.
    const living = new Set(rowsWhere(db, 'patient', '1 = 1').map((row) => row.id));
    const links = rowsWhere(db, 'patient_link', 'undone = 0').filter((link) => living.has(link.patientId) && living.has(link.intoId));
    const said = [...samePersons(links)].toSorted();
    const kept = db.prepare('select id, stays_id from same_person order by id').raw().all();
    if (JSON.stringify(said) !== JSON.stringify(kept)) outcome.diverged.push(`${name} takes others for one person`);
  }
}

const sha256 = (text: string) => createHash('sha256').update(text, 'utf8').digest('hex');
