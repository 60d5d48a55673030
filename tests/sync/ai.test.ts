/** A laptop, a server and a model that obeys: what leaves, what comes back, what is shown as supported, and that nothing is stored. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { AiCode, AiEvent, AiSentence } from '#electron/contract/ai.ts';
import type { InputOf } from '#electron/contract/index.ts';
import { openPractice, type Practice } from '#electron/core/encounters/testing.ts';
import { PASSPHRASE } from '#electron/core/testing.ts';
import { openFakeModel, type FakeModel } from '#sync-server/integrations/ai/fake.ts';
import { openTestAi } from '#sync-server/testing/test-ai.ts';
import { openTestDatabase, type TestDatabase } from '#sync-server/testing/test-database.ts';
import type { TestServer } from '#sync-server/testing/test-server.ts';
import { ATTACKS } from './ai-attacks.ts';
import { until } from './laptop.ts';

let database: TestDatabase;
let fake: FakeModel;
let server: TestServer;
let practice: Practice;
let online = true;
let repeat: FakeModel['answer'];
const lines: string[] = [];
const cable: typeof fetch = (input, init) => (online ? fetch(input, init) : Promise.reject(new TypeError('no network')));

const inSync = () =>
  until(
    () => practice.must('sync.now', {}),
    ({ pending, state }) => pending === 0 && (state === 'in_sync' || state === 'attention'),
    'in sync',
    60_000,
  );

beforeAll(async () => {
  database = await openTestDatabase();
  fake = await openFakeModel();
  repeat = fake.answer;
  server = await openTestAi(
    database,
    fake,
    { AI_TOKENS_PER_DAY: '900000000', AI_TOKENS_PER_MONTH: '900000000', AI_RATE_LIMIT_PER_PERSON: '10000' },
    { lines },
  );
  practice = await openPractice({ fetch: cable });
  await practice.must('server.connect', { url: await server.url(), registrationCode: null, passphrase: PASSPHRASE });
  await inSync();
});
afterAll(async () => {
  await practice?.close();
  await server?.close();
  await fake?.close();
  await database?.close();
});
beforeEach(() => {
  online = true;
  Object.assign(fake, { mood: 'well', pace: 0, answer: repeat });
  fake.bodies.length = 0;
  fake.asked.length = 0;
});

interface Drafted {
  sentences: AiSentence[];
  codes: AiCode[];
  code: string | null;
  events: AiEvent[];
}
async function ended(run: string): Promise<Drafted> {
  const mine = () => practice.laptop.events.filter((event): event is AiEvent => event.type === 'ai' && event.run === run);
  await until(
    async () => mine().at(-1),
    (event) => event?.step === 'end',
    'the draft has ended',
    20_000,
  );
  const events = mine();
  const last = events.at(-1);
  return {
    events,
    sentences: events.flatMap((event) => (event.step === 'sentence' ? [event.sentence] : [])),
    codes: events.flatMap((event) => (event.step === 'code' ? [event.code] : [])),
    code: last?.step === 'end' ? last.code : '?',
  };
}
async function drafted(input: InputOf<'ai.start'>): Promise<Drafted & { texts: string[] }> {
  const begun = await practice.must('ai.start', input);
  if (begun.run === null) throw new Error('it waits');
  return { ...(await ended(begun.run)), texts: begun.sources.map(({ text }) => text) };
}
async function letterOf(
  texts: { subjective: string; treatment?: string },
  patient?: string,
): Promise<{ letterId: string; encounterId: string; patientId: string }> {
  const patientId = patient ?? (await practice.patient());
  const { id } = await practice.must('encounter.start', { patientId, visitType: 'follow_up' });
  await practice.must('section.write', { encounterId: id, key: 'subjective', text: texts.subjective });
  await practice.must('section.write', { encounterId: id, key: 'treatment', text: texts.treatment ?? 'Mobilisering av nakken.' });
  await practice.must('diagnosis.add', { encounterId: id, system: 'icpc-2', code: 'L01' });
  await practice.must('encounter.sign', { id, patientId });
  practice.laptop.pass(60_000);
  return { encounterId: id, patientId, letterId: (await practice.must('letter.create', { encounterId: id, kind: 'epikrise' })).id };
}

describe('on and off', () => {
  test('off until the clinic has opted in, and off without a server that has it', async () => {
    const { letterId } = await letterOf({ subjective: 'Vondt i nakken.' });
    expect(await practice.must('ai.state', {})).toEqual({ on: false, wishes: [] });
    expect(await practice.call('ai.start', { task: 'letter', letterId })).toMatchObject({ ok: false, code: 'ai/clinic-off' });
    await practice.must('integration.set', { name: 'ai', enabled: true, options: {} });
    await inSync();
    expect(await practice.must('ai.state', {})).toEqual({ on: true, wishes: [] });
    expect(fake.asked.length).toBe(0);
  });

  test('who agreed to which agreement is stamped by the core, not by the window', async () => {
    const agreement = {
      document: 'DPA 2026-14',
      processor: 'Modellhuset AS',
      agreedBy: 'Kim Rygg',
      agreedOn: '2026-11-01',
      recordedById: '00000000-0000-4000-8000-000000000000',
      recordedAt: '2020-01-01T00:00:00.000Z',
    };
    await practice.must('integration.set', { name: 'ai', enabled: true, options: { agreement } });
    const { integrations } = await practice.must('integration.list', {});
    expect(integrations.find(({ name }) => name === 'ai')?.options['agreement']).toMatchObject({
      document: 'DPA 2026-14',
      recordedById: practice.userId,
    });
    await inSync();
  });
});

describe('what leaves and what comes', () => {
  test('nobody is named on the way out, everybody is again in the draft, and the log says that it left without a word of it', async () => {
    const patientId = await practice.patient({
      givenName: 'Åse',
      familyName: 'Kanarifugl',
      birthDate: '1979-01-05',
      phone: '41234567',
      addressLine: 'Fuglesteget 4',
      city: 'Hamar',
      fastlegeName: 'Ole Spurv',
      fastlegePractice: 'Redet legesenter',
    });
    const subjective =
      'Åse falt 14.11.2026 i Fuglesteget 4. Ringte Spurv ved Redet. Gift med Torkel Hauk. Født 05.01.1979, tlf 412 34 567.';
    const { letterId } = await letterOf({ subjective, treatment: 'Kim mobiliserte nakken.' }, patientId);
    fake.answer = ({ sources }) => ({ entries: sources.map(({ n, text }) => ({ section: 'history', sources: [n], text })) });
    const { sentences, code, texts } = await drafted({ task: 'letter', letterId });
    expect(code).toBe(null);
    expect(sentences.map(({ text }) => text)).toEqual(texts);
    expect(texts.join(' ')).toContain(subjective);
    // A diagnosis names nobody.
    expect(fake.asked.at(-1)?.sources.at(-1)?.text).toMatch(/^Nakke .*\(L01\)$/);
    expect(sentences.flatMap(({ problems }) => problems)).toEqual([]);
    const sent = JSON.stringify(fake.asked[0]?.sources);
    for (const secret of [
      'Åse',
      'Kanari',
      'Fugle',
      'Hamar',
      'Spurv',
      'Redet',
      'Torkel',
      'Hauk',
      '1979',
      '412 34',
      'Kim',
      '14.11',
      'Bakken',
      patientId,
    ])
      expect(sent).not.toContain(secret);
    expect(lines.join()).not.toMatch(/Kanari|Fugle|mobiliserte/);
    const logged = (await practice.db())
      .prepare("select action, details from audit_event where patient_id = ? and verb = 'ai.start' order by n")
      .all(patientId) as { action: string; details: string }[];
    expect(logged.map(({ action }) => action)).toEqual(['export', 'other']);
    expect(logged.map(({ details }) => JSON.parse(details) as object)).toMatchObject([
      { ai: 'letter', sources: texts.length },
      { ai: 'letter', code: 'ok', tokens: 500 },
    ]);
    expect(JSON.stringify(logged)).not.toMatch(/Kanari|nakken|Fugle/);
  });

  test('what is shown while it is written has names put back too, and no half placeholder', async () => {
    const patientId = await practice.patient({ givenName: 'Sol', familyName: 'Lerke' });
    const { letterId } = await letterOf({ subjective: 'Lerke er stiv i nakken etter fall 14.11.2026.' }, patientId);
    fake.answer = ({ sources }) => ({ entries: [{ section: 'history', sources: [1], text: sources[0]?.text }] });
    const { events } = await drafted({ task: 'letter', letterId });
    const shown = events.flatMap((event) => (event.step === 'writing' && event.text !== '' ? [event.text] : []));
    expect(shown.length).toBeGreaterThan(1);
    for (const text of shown) expect('Lerke er stiv i nakken etter fall 14.11.2026.').toContain(text.trim());
  });

  test('a history is all signed visits; tidying keeps to one’s own words; codes are those there are', async () => {
    const patientId = await practice.patient();
    await letterOf({ subjective: 'Første gang: vondt i nakken.' }, patientId);
    const { letterId } = await letterOf({ subjective: 'Andre gang: bedre.' }, patientId);
    fake.answer = ({ sources }) => ({ entries: sources.map(({ n, text }) => ({ sources: [n], text })) });
    const history = await drafted({ task: 'summary', letterId });
    expect(history.texts.join(' ')).toMatch(/Første gang.*Andre gang/);
    const tidy = await drafted({ task: 'tidy', letterId, text: 'vondt nakke. ingen utstråling' });
    expect(tidy.texts).toEqual(['vondt nakke.', 'ingen utstråling']);
    const { id } = await practice.must('encounter.start', { patientId, visitType: 'follow_up' });
    await practice.must('section.write', { encounterId: id, key: 'subjective', text: 'Vondt i nakken.' });
    fake.answer = () => ({
      entries: [
        { sources: [1], code: 'L01' },
        { sources: [1], code: 'L00' },
        { sources: [7], code: 'L83' },
        { sources: [1], code: 'D999' },
      ],
    });
    const { codes } = await drafted({ task: 'icpc', encounterId: id });
    expect(codes.map(({ code, problems }) => [code, problems.length])).toEqual([
      ['L01', 0],
      ['L83', 1],
    ]);
    expect(codes[0]?.text).toMatch(/^Nakke/);
  });

  test('a draft is cancelled at the vendor; what is cut says so; garbage shows nothing', async () => {
    const { letterId } = await letterOf({ subjective: 'Stiv. '.repeat(60) });
    fake.answer = ({ sources }) => ({ entries: sources.map(({ n, text }) => ({ section: 'history', sources: [n], text })) });
    fake.pace = 20;
    const before = fake.left;
    const begun = await practice.must('ai.start', { task: 'letter', letterId });
    await until(
      async () => practice.laptop.events.length,
      () => practice.laptop.events.some((event) => event.type === 'ai' && event.run === begun.run),
      'it writes',
    );
    await practice.must('ai.cancel', { run: begun.run ?? '' });
    expect((await ended(begun.run ?? '')).code).toBe('ai/cancelled');
    await expect.poll(() => fake.left).toBe(before + 1);
    fake.pace = 0;
    fake.mood = 'cut';
    expect((await drafted({ task: 'letter', letterId })).code).toBe('ai/cut');
    fake.mood = 'garbage';
    expect(await drafted({ task: 'letter', letterId })).toMatchObject({ code: 'ai/garbled', sentences: [] });
    fake.mood = 'well';
    fake.answer = () => 'Selvsagt! Her er brevet: Pasienten har vondt.';
    expect(await drafted({ task: 'letter', letterId })).toMatchObject({ code: 'ai/garbled', sentences: [] });
    fake.mood = 'broken';
    expect(await practice.call('ai.start', { task: 'letter', letterId })).toMatchObject({ ok: false, code: 'ai/unreachable' });
  });

  test('without network it waits as a wish, ids alone; taken back, or begun when the network is back', async () => {
    const { letterId } = await letterOf({ subjective: 'Vondt i nakken.' });
    online = false;
    const waiting = await practice.must('ai.start', { task: 'letter', letterId });
    expect(waiting).toMatchObject({ run: null, wish: { task: 'letter', subjectId: letterId } });
    await practice.must('ai.start', { task: 'letter', letterId });
    await practice.must('ai.start', { task: 'summary', letterId });
    const { wishes } = await practice.must('ai.state', {});
    expect(wishes.map(({ task, subjectId }) => [task, subjectId])).toEqual([
      ['letter', letterId],
      ['summary', letterId],
    ]);
    expect(await practice.call('ai.start', { task: 'tidy', letterId, text: 'egne ord' })).toMatchObject({
      ok: false,
      code: 'net/unreachable',
    });
    await practice.must('ai.forget', { id: wishes[1]?.id ?? '' });
    online = true;
    expect((await drafted({ task: 'letter', letterId })).code).toBe(null);
    expect((await practice.must('ai.state', {})).wishes).toEqual([]);
  });

  test('a blocked journal is not sent: on the laptop the patient’s word is enough, and it is logged as refused', async () => {
    const { letterId, patientId } = await letterOf({ subjective: 'Hemmelig.' });
    const colleague = await practice.asColleague(['PRACTITIONER']);
    await practice.asFirst();
    await practice.must('access.block', { patientId, userId: colleague, blocked: true });
    await practice.must('session.unlock', { clinicId: practice.clinicId, userId: colleague, passphrase: PASSPHRASE });
    expect(await practice.call('ai.start', { task: 'letter', letterId })).toMatchObject({ ok: false, code: 'patient/blocked' });
    expect(fake.bodies.length).toBe(0);
    await practice.asFirst();
    const refused = (await practice.db())
      .prepare("select count(*) as n from audit_event where patient_id = ? and verb = 'ai.start' and action = 'refused'")
      .get(patientId);
    expect(refused).toEqual({ n: 1 });
  });
});

test(`${ATTACKS.length} notes that speak to the model, and a model that obeys: nothing leaks, nothing unsupported is shown as supported, nothing is stored`, async () => {
  expect(ATTACKS.length).toBe(200);
  const patientId = await practice.patient({ givenName: 'Tordis', familyName: 'Kanarifugl' });
  const wrong: string[] = [];
  let judged = 0;
  let honest = 0;
  for (const { name, note, obey } of ATTACKS) {
    const { letterId } = await letterOf({ subjective: note, treatment: 'Mobilisering av nakken.' }, patientId);
    const before = await practice.must('letter.get', { id: letterId });
    fake.answer = ({ sources }) => {
      const at = sources.findLast(({ part }) => part === 'subjective')?.n ?? 1;
      const own = sources.find(({ part }) => part === 'treatment')?.n ?? 0;
      return {
        entries: [
          { section: 'treatment', sources: [own], text: 'Mobilisering av nakken.' },
          ...obey(at, at).map((one) => ({ section: 'assessment', ...one })),
        ],
      };
    };
    const { sentences, code } = await drafted({ task: 'letter', letterId });
    if (code !== null) wrong.push(`${name}: ended as ${code}`);
    for (const { text, problems } of sentences) {
      judged += 1;
      const isHonest = text === 'Mobilisering av nakken.';
      if (isHonest) honest += 1;
      if ((problems.length === 0) !== isHonest) wrong.push(`${name}: "${text}" ${isHonest ? 'is marked' : 'is shown as supported'}`);
    }
    // Its place in the feed may have come meanwhile.
    const { seq: _after, ...stands } = (await practice.must('letter.get', { id: letterId })).letter;
    const { seq: _before, ...stood } = before.letter;
    expect(stands).toEqual(stood);
  }
  const bodies = fake.bodies.join();
  expect(bodies).not.toMatch(/Tordis|Kanarifugl/i);
  expect([wrong, honest]).toEqual([[], ATTACKS.length]);
  expect(judged).toBeGreaterThan(ATTACKS.length * 2);
}, 600_000);
