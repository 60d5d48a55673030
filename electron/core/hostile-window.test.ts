/**
 * A window that was taken over and asks everything of every verb: nothing but a code comes back, the core lives, nothing of a prototype is touched,
 * and what it cannot parse never reaches a use-case. Seeded; what it found is named below.
 */
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { z } from 'zod';
import { contract } from '#electron/contract/index.ts';
import type { VerbName } from '#electron/contract/index.ts';
import { openPractice, type Practice } from './encounters/testing.ts';

const SEED = Number(process.env['RYGGRAD_FUZZ_SEED'] ?? 20261124);
const RUNS = Number(process.env['RYGGRAD_FUZZ_RUNS'] ?? 300);
/** They end the session, or take the time of Argon2id or of a file each time: asked by tests of their own. */
const APART: ReadonlySet<string> = new Set([
  'session.close',
  'session.lock',
  'key.rotate',
  'clinic.setAside',
  'backup.restore',
  'backup.drill',
  'clinic.create',
]);
const verbs = (Object.keys(contract) as VerbName[]).filter((verb) => !APART.has(verb));

let practice: Practice;
let known: string[];
beforeAll(async () => {
  practice = await openPractice();
  const patientId = await practice.patient();
  const visit = await practice.signed(patientId, 'initial');
  const { id: draft } = await practice.must('encounter.start', { patientId, visitType: 'follow_up' });
  known = [patientId, visit, draft, practice.userId, practice.clinicId];
});
afterAll(() => practice.close());

/** What a hostile page would put where something is expected. */
const nasty = () =>
  fc.oneof(
    fc.constantFrom<unknown>(
      null,
      undefined,
      '',
      '\0',
      '\ud800',
      "' or 1=1 --",
      '"; drop table patient; --',
      '../../etc/passwd',
      '<img src=x onerror=alert(1)>',
      '%s%n',
      'x'.repeat(20_000),
      Number.NaN,
      Number.POSITIVE_INFINITY,
      -1,
      2 ** 53,
      1e308,
      true,
      [],
      {},
      JSON.parse('{"__proto__":{"polluted":true}}'),
      JSON.parse('{"constructor":{"prototype":{"polluted":true}}}'),
      '2026-13-45',
      '9999-12-31T23:59:59.999Z',
    ),
    fc.constantFrom(...known),
    fc.anything({ maxDepth: 2 }),
  );

/** An input with the verb's own names and anything in them, or anything at all. */
function inputFor(verb: VerbName): fc.Arbitrary<unknown> {
  const shape = (contract[verb].input as z.ZodObject).shape as Record<string, unknown> | undefined;
  const fields = Object.fromEntries(Object.keys(shape ?? {}).map((name) => [name, nasty()]));
  return fc.oneof({ weight: 5, arbitrary: fc.record(fields, { requiredKeys: [] }) }, { weight: 1, arbitrary: nasty() });
}

test('every verb, asked everything, answers with a value or a code, and no bug is met', async () => {
  const bugs: string[] = [];
  for (const verb of verbs) {
    await fc.assert(
      fc.asyncProperty(inputFor(verb), async (input) => {
        const reply = (await practice.laptop.core.call(verb, input)) as { ok: boolean; code?: string };
        if (!reply.ok && (typeof reply.code !== 'string' || reply.code === 'core/bug'))
          bugs.push(`${verb} ${practice.laptop.logged.at(-1) ?? ''}`);
      }),
      { seed: SEED, numRuns: RUNS },
    );
  }
  expect([...new Set(bugs)]).toEqual([]);
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  // It is the same core, and what was signed stands.
  expect((await practice.call('encounter.get', { id: known[1] ?? '' })).ok).toBe(true);
});

test('names that are no verbs answer nothing', async () => {
  for (const name of ['__proto__', 'constructor', 'toString', 'hasOwnProperty', '', 'patient', 'patient.get.', 'PATIENT.GET'])
    expect(await practice.laptop.core.call(name, {})).toEqual({ ok: false, code: 'verb/unknown' });
});
