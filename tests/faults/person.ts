/** What people do at a laptop, through the core's own way of writing; every text carries a token that must be found again. */
import { createHash } from 'node:crypto';
import { derivedId } from '#db/model/ids.ts';
import { canonical } from '#db/sync/change.ts';
import { rowsWhere } from '#db/sqlite/store.ts';
import type { Context } from '#electron/core/context.ts';
import { eraseByLaw } from '#electron/core/requests/erase-by-law.ts';
import type { Random } from './random.ts';
import { id, START, type SimLaptop, type World } from './world.ts';

/** What was written, for the oracles. */
export interface Saved {
  /** Texts that may never be lost. */
  tokens: Set<string>;
  /** Values that somebody read and then wrote over: they may go. */
  replaced: Set<string>;
  writes: number;
  /** In which visit a text was written, for those that may be erased with it. */
  visitOf: Map<string, string>;
  /** Texts that stood in a visit when it was erased: they may stand nowhere. */
  gone: Set<string>;
}

const KEYS = ['subjective', 'objective', 'treatment'];
const AT = new Date(START).toISOString();
const PATIENTS = [1, 2, 3].map((n) => id('a', n));

export const visitsOf = ({ laptops }: World): string[] => laptops.slice(0, 4).flatMap((_, n) => [id('b', n * 2 + 1), id('b', n * 2 + 2)]);

/** The patients and visits are there, as after a normal morning together; each clinician has two. */
export function morning(world: World): void {
  const [first] = world.laptops;
  first?.write('start', (ctx) => {
    for (const patientId of PATIENTS) ctx.insert('patient', { givenName: 'Kari', familyName: 'Nordmann' }, patientId);
    for (const [n, visit] of visitsOf(world).entries()) {
      const practitionerId = world.laptops[Math.floor(n / 2)]?.actor.userId ?? ctx.actor.userId;
      ctx.insert(
        'encounter',
        { patientId: world.random.pick(PATIENTS), practitionerId, visitType: 'follow_up', visitAt: AT, recordedAt: AT },
        visit,
      );
    }
  });
}

/** One thing somebody does. Throws what the database throws, with nothing saved. */
export function writeSomething(world: World, laptop: SimLaptop, saved: Saved): void {
  const { random } = world;
  const dice = random.next();
  const token = `<${laptop.name}:${saved.writes}>`;
  const work = (ctx: Context): Done => {
    if (laptop.audience === 'desk') return deskWork(ctx, random, token, dice);
    if (dice < 0.5) return typing(ctx, world, token);
    if (dice < 0.53) return mergeOrUndo(ctx, random);
    if (dice < 0.64) return patientData(ctx, random, token);
    if (dice < 0.72) return safetyFact(ctx, random, token);
    if (dice < 0.82) return appointment(ctx, random, token);
    if (dice < 0.87) return removeOrRevive(ctx, random, token);
    if (dice < 0.91) return amend(ctx, world, token);
    if (dice < 0.95) return sign(ctx, world);
    if (dice < 0.98) return unknownToServer(ctx, world, token);
    return newPatient(ctx, token);
  };
  let done: Done;
  try {
    done = laptop.write('simulated', work);
  } catch (error) {
    // Erased by law a moment ago, and its visit not yet heard of as gone: the person is told (`row/erased`), and nothing was saved. (Seed 31020.)
    if (error instanceof Error && error.message === 'row/erased') return;
    throw error;
  }
  saved.writes += 1;
  for (const text of done.tokens) {
    saved.tokens.add(text);
    if (done.visit !== undefined) saved.visitOf.set(text, done.visit);
  }
  for (const text of done.replaced) saved.replaced.add(text);
}

interface Done {
  tokens: readonly string[];
  replaced: readonly string[];
  visit?: string;
}
const NOTHING: Done = { tokens: [], replaced: [] };
const wrote = (token: string, before?: unknown): Done => ({
  tokens: [token],
  replaced: typeof before === 'string' ? tokensIn(before) : [],
});
export const tokensIn = (text: string): string[] => text.match(/<[^<>]+>/g) ?? [];

/** People write on: what stood stays in the text, so that every token must be found at the end. */
function typing(ctx: Context, world: World, token: string): Done {
  const { random } = world;
  const visit = random.pick(visitsOf(world));
  if (ctx.get('encounter', visit)?.status !== 'draft') return NOTHING;
  const key = random.pick(KEYS);
  const section = derivedId(visit, key);
  const text = `${ctx.get('note_section', section)?.text ?? ''}${token}`;
  ctx.put('note_section', section, { encounterId: visit, key, text }, { autosave: random.chance(0.5) });
  if (random.chance(0.5)) ctx.releaseOutbox();
  return { ...wrote(token), visit };
}

/** One value in place of another: the one that was seen may go, another's that was not seen may not. */
function patientData(ctx: Context, random: Random, token: string): Done {
  const patientId = random.pick(PATIENTS);
  const field = random.pick(['phone', 'city', 'occupation'] as const);
  const before = ctx.get('patient', patientId);
  if (before === undefined) return NOTHING;
  ctx.patch('patient', patientId, { [field]: token });
  return wrote(token, before[field]);
}

/** Two of the three are said to be one person, in either direction, or one such saying is taken back. */
function mergeOrUndo(ctx: Context, random: Random): Done {
  const links = ctx.rows('patient_link', 'undone = 0 order by id');
  if (links.length > 0 && random.chance(0.5)) {
    ctx.patch('patient_link', random.pick(links).id, { undone: true, undoneById: ctx.actor.userId, undoneAt: AT });
    return NOTHING;
  }
  const [patientId, intoId] = [random.pick(PATIENTS), random.pick(PATIENTS)];
  if (patientId !== intoId) ctx.insert('patient_link', { patientId, intoId, replaced: {}, linkedById: ctx.actor.userId, linkedAt: AT });
  return NOTHING;
}

function safetyFact(ctx: Context, random: Random, token: string): Done {
  const patientId = random.pick(PATIENTS);
  const factId = derivedId(patientId, 'allergies');
  const before = ctx.get('safety_fact', factId);
  ctx.put('safety_fact', factId, {
    patientId,
    kind: 'allergies',
    state: random.pick(['not_asked', 'none', 'yes']),
    detail: token,
    recordedById: ctx.actor.userId,
    recordedAt: AT,
  });
  return wrote(token, before?.detail);
}

function appointment(ctx: Context, random: Random, token: string): Done {
  const appointmentId = id('c', random.below(4));
  const before = ctx.get('appointment', appointmentId);
  ctx.put('appointment', appointmentId, {
    patientId: random.pick(PATIENTS),
    practitionerId: ctx.actor.userId,
    startsAt: new Date(START + random.below(20) * 900_000).toISOString(),
    durationMinutes: 20,
    visitType: 'follow_up',
    reason: token,
  });
  return wrote(token, before?.reason);
}

function removeOrRevive(ctx: Context, random: Random, token: string): Done {
  const patientId = random.pick(PATIENTS);
  const before = ctx.get('patient', patientId);
  if (before === undefined) return NOTHING;
  if (random.chance(0.5)) {
    ctx.remove('patient', patientId);
    return NOTHING;
  }
  ctx.patch('patient', patientId, { addressLine: token });
  return wrote(token, before.addressLine);
}

function amend(ctx: Context, world: World, token: string): Done {
  const visit = world.random.pick(visitsOf(world));
  if (ctx.get('encounter', visit)?.status !== 'signed') return NOTHING;
  ctx.insert('amendment', { encounterId: visit, kind: 'addition', text: token, authorId: ctx.actor.userId });
  return { ...wrote(token), visit };
}

function sign(ctx: Context, world: World): Done {
  const visit = world.random.pick(visitsOf(world));
  const encounter = ctx.get('encounter', visit);
  if (encounter?.status !== 'draft' || encounter.practitionerId !== ctx.actor.userId) return NOTHING;
  const open = rowsWhere(ctx.db, 'note_section', "encounter_id = ? and sibling_state = 'open' and deleted = 0", [visit]);
  if (open.length > 0) return NOTHING;
  ctx.releaseOutbox();
  const sections = rowsWhere(ctx.db, 'note_section', 'encounter_id = ? and sibling_of_id is null and deleted = 0', [visit]);
  const content = {
    version: 1 as const,
    patientId: encounter.patientId,
    patientName: 'Kari Nordmann',
    visitType: 'follow_up' as const,
    visitAt: AT,
    sections: sections.map(({ key, text }) => ({ key, text, origin: 'typed' as const, originEncounterId: null })),
    observations: [],
    redFlags: [],
    treatmentConsent: null,
    diagnoses: [],
    treatmentLines: [],
    signedBy: { userId: ctx.actor.userId, name: ctx.actor.name, profession: null, hprNumber: null },
    signedAt: AT,
    clinicName: 'Ryggen',
  };
  ctx.patch('encounter', visit, {
    status: 'signed',
    signedAt: AT,
    signedById: ctx.actor.userId,
    contentHash: createHash('sha256').update(canonical(content)).digest('hex'),
    signedContent: content,
  });
  return NOTHING;
}

/** Text under a visit that the server does not have (a parent that was refused): it must be kept, whole. */
function unknownToServer(ctx: Context, world: World, token: string): Done {
  ctx.insert('note_section', { encounterId: id('9', world.random.below(1000)), key: 'subjective', text: token });
  return wrote(token);
}

function newPatient(ctx: Context, token: string): Done {
  ctx.insert('patient', { givenName: 'Ny', familyName: token });
  return wrote(token);
}

function deskWork(ctx: Context, random: Random, token: string, dice: number): Done {
  return dice < 0.5 ? appointment(ctx, random, token) : dice < 0.9 ? patientData(ctx, random, token) : newPatient(ctx, token);
}

/** Whoever is responsible for a visit has it erased by law (hpl § 43), signed or not. */
export function eraseVisit(world: World, laptop: SimLaptop, random: Random, saved: Saved): void {
  laptop.write('request.decide', (ctx) => {
    const visit = random.pick(visitsOf(world));
    const encounter = ctx.get('encounter', visit);
    if (encounter?.practitionerId !== ctx.actor.userId) return;
    const texts = rowsWhere(ctx.db, 'note_section', 'encounter_id = ?', [visit]).flatMap(({ text }) => tokensIn(text));
    eraseByLaw(ctx, encounter.patientId, { requestId: null, basis: 'hpl-43', targets: [{ entity: 'encounter', id: visit }] });
    for (const token of texts) saved.gone.add(token);
  });
}
