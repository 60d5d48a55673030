/**
 * Seeded schedules: three laptops write, send, lose answers, receive in parts and restart in any order, through
 * the real queue, apply and merge. Deterministic by seed; the beginning of `npm run faults`.
 */
import { createHash } from 'node:crypto';
import { derivedId } from '#db/model/ids.ts';
import { digestLine, digestOf } from '#db/sync/digest.ts';
import { rowsWhere } from '#db/sqlite/store.ts';
import { applyFeed, endOverlays, inApplying } from '#electron/sync/apply.ts';
import { readCursor } from '#electron/sync/cursor.ts';
import { freezeNext, queueState, settle } from '#electron/sync/outbox.ts';
import { entityNames } from '#db/model/entities.ts';
import { replicaDigests } from '#tests/tools/digest-of.ts';
import { createLaptop, type Laptop } from './laptop.ts';
import { createMemoryServer, type MemoryServer } from './memory-server.ts';

export interface Outcome {
  writes: number;
  faults: number;
  conflicts: number;
  /** Texts that a person saved and nobody can find. */
  lost: string[];
  /** Replicas that differ from the server after everything was quiet. */
  diverged: string[];
  /** Changes with more than one effect. */
  duplicated: number;
}

const CLINIC = '018f0000-0000-7000-8000-00000000000c';
const AT = '2026-11-23T08:00:00.000Z';
const PATIENTS = ['1', '2'].map((n) => `018f0000-0000-7000-8000-00000000000${n}`);
const VISITS = ['a', 'b', 'c'].map((n) => `018f0000-0000-7000-8000-0000000000${n}0`);
const KEYS = ['subjective', 'objective'];

/** One schedule. The same seed gives the same one. */
export async function simulate(seed: number, steps = 80): Promise<Outcome> {
  const random = generator(seed);
  const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)] as T;
  const server = createMemoryServer(CLINIC);
  const laptops = [1, 2, 3].map((n) =>
    createLaptop({
      clinicId: CLINIC,
      fast: true,
      deviceId: `018f0000-0000-7000-8000-0000000000d${n}`,
      person: { id: `018f0000-0000-7000-8000-0000000000e${n}`, name: `P${n}`, email: `${n}@example.no`, roles: ['PRACTITIONER'] },
    }),
  );
  const saved: string[] = [];
  let writes = 0;
  let faults = 0;
  try {
    // The patients and visits are there, as after a normal morning together.
    laptops[0]?.write('start', (ctx) => {
      for (const id of PATIENTS) ctx.insert('patient', { givenName: 'Kari', familyName: 'Nordmann' }, id);
      for (const id of VISITS)
        ctx.insert(
          'encounter',
          { patientId: pick(PATIENTS), practitionerId: ctx.actor.userId, visitType: 'follow_up', visitAt: AT, recordedAt: AT },
          id,
        );
    });
    for (const laptop of laptops) settleAll(server, laptop);
    for (let step = 0; step < steps; step += 1) {
      const laptop = pick(laptops);
      const dice = random();
      if (dice < 0.55) {
        write(laptop, step, pick, random, saved);
        writes += 1;
      } else if (dice < 0.65) push(server, laptop, 1 + Math.floor(random() * 5));
      else if (dice < 0.75) {
        faults += 1;
        // The server took it, the answer was lost; or it went twice.
        const changes = freezeNext(laptop.db, laptop.deviceId, 1 + Math.floor(random() * 5), 1e9);
        server.push(laptop.deviceId, changes);
        if (random() < 0.5) push(server, laptop, 5);
      } else if (dice < 0.9) pull(server, laptop, 1 + Math.floor(random() * 6));
      else if (dice < 0.97) settleAll(server, laptop);
      else {
        faults += 1;
        await laptop.restart();
      }
    }
    // Quiet: everybody sends everything, then everybody reads everything, twice.
    for (let round = 0; round < 2; round += 1) for (const laptop of laptops) settleAll(server, laptop);
    for (const laptop of laptops) settleAll(server, laptop);
    const haystack = [...server.rows()].map(({ row }) => JSON.stringify(row)).join('\n');
    const kept = laptops
      .map(({ db }) => JSON.stringify(db.prepare('select "set" from outbox where state = \'quarantined\'').all()))
      .join('\n');
    return {
      writes,
      faults,
      conflicts: [...server.rows()].filter(({ entity }) => entity === 'conflict').length,
      lost: saved.filter((token) => !haystack.includes(token) && !kept.includes(token)),
      diverged: laptops.flatMap((laptop) => differencesFrom(server, laptop)),
      duplicated: duplicates(server),
    };
  } finally {
    for (const laptop of laptops) await laptop.close();
  }
}

function write(laptop: Laptop, step: number, pick: <T>(values: readonly T[]) => T, random: () => number, saved: string[]): void {
  const visit = pick(VISITS);
  const patientId = pick(PATIENTS);
  const dice = random();
  laptop.write('simulated', (ctx) => {
    const encounter = ctx.get('encounter', visit);
    if (dice < 0.6) {
      if (encounter?.status !== 'draft') return;
      const key = pick(KEYS);
      const id = derivedId(visit, key);
      const token = `<${laptop.deviceId.slice(-2)}:${step}>`;
      saved.push(token);
      // People write on: what stood stays in the text, so that every token must be found somewhere at the end.
      const text = `${ctx.get('note_section', id)?.text ?? ''}${token}`;
      ctx.put('note_section', id, { encounterId: visit, key, text }, { autosave: random() < 0.5 });
      if (random() < 0.5) ctx.releaseOutbox();
    } else if (dice < 0.75)
      ctx.patch('patient', patientId, { [pick(['phone', 'city', 'occupation'])]: `${laptop.deviceId.slice(-2)}${step}` });
    else if (dice < 0.85) {
      const id = derivedId(patientId, 'allergies');
      ctx.put('safety_fact', id, {
        patientId,
        kind: 'allergies',
        state: pick(['not_asked', 'none', 'yes']),
        recordedById: ctx.actor.userId,
        recordedAt: AT,
      });
    } else if (dice < 0.9) {
      if (ctx.get('patient', patientId) !== undefined) ctx.remove('patient', patientId);
    } else if (dice < 0.95) ctx.patch('patient', patientId, { language: `${step}` });
    else if (encounter?.status === 'draft') {
      ctx.releaseOutbox();
      const sections = rowsWhere(ctx.db, 'note_section', 'encounter_id = ? and sibling_of_id is null', [visit]);
      ctx.patch('encounter', visit, {
        status: 'signed',
        signedAt: AT,
        signedById: ctx.actor.userId,
        contentHash: 'f'.repeat(64),
        signedContent: signedContent(ctx.actor, visit, patientId, sections),
      });
    }
  });
}

function signedContent(
  actor: { userId: string; name: string },
  _visit: string,
  patientId: string,
  sections: readonly { key: string; text: string }[],
) {
  return {
    version: 1 as const,
    patientId,
    patientName: 'Kari Nordmann',
    visitType: 'follow_up' as const,
    visitAt: AT,
    sections: sections.map(({ key, text }) => ({ key, text, origin: 'typed' as const, originEncounterId: null })),
    observations: [],
    redFlags: [],
    treatmentConsent: null,
    diagnoses: [],
    treatmentLines: [],
    signedBy: { userId: actor.userId, name: actor.name, profession: null, hprNumber: null },
    signedAt: AT,
    clinicName: 'Ryggen',
  };
}

function push(server: MemoryServer, laptop: Laptop, limit: number): number {
  const changes = freezeNext(laptop.db, laptop.deviceId, limit, 1e9);
  const outcomes = server.push(laptop.deviceId, changes);
  inApplying(laptop.db, () => {
    settle(laptop.db, laptop.deviceId, outcomes, AT);
    endOverlays(laptop.db, readCursor(laptop.db).passedSeq, new Map());
  });
  return changes.length;
}

function pull(server: MemoryServer, laptop: Laptop, limit: number): boolean {
  const cursor = readCursor(laptop.db);
  const { entries, complete } = server.feed(cursor.seenSeq, limit);
  const seenSeq = entries.at(-1)?.seq ?? cursor.seenSeq;
  const passedSeq = complete ? seenSeq : cursor.passedSeq;
  applyFeed(laptop.db, entries, { cursor: { ...cursor, handle: 'h', offset: `${seenSeq}_0`, seenSeq, passedSeq, complete } });
  return complete;
}

/** Sends everything and reads everything. */
function settleAll(server: MemoryServer, laptop: Laptop): void {
  laptop.db.prepare("update outbox set state = 'ready' where state = 'open'").run();
  while (queueState(laptop.db).sendable > 0) push(server, laptop, 500);
  while (!pull(server, laptop, 500));
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

function differencesFrom(server: MemoryServer, laptop: Laptop): string[] {
  const have = new Map(replicaDigests(laptop.db).map((one) => [one.entity, one.digest]));
  return entityNames
    .filter((entity) => {
      const lines = [...server.rows()].flatMap((one) => (one.entity === entity ? [digestLine(entity, one.row, sha256) ?? []].flat() : []));
      return digestOf(lines, sha256).digest !== have.get(entity);
    })
    .map((entity) => `${laptop.deviceId.slice(-2)} ${entity}`);
}

/** A text that stands twice in one row was applied twice. */
function duplicates(server: MemoryServer): number {
  let found = 0;
  for (const { entity, row } of server.rows()) {
    if (entity !== 'note_section') continue;
    const tokens = String(row['text']).match(/<[^>]+>/g) ?? [];
    found += tokens.length - new Set(tokens).size;
  }
  return found;
}

/** mulberry32: small, and the same everywhere. */
export function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}
