import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { patientAnswer } from './message-answer.ts';
import { smsOptions } from './message-options.ts';
import { addressOf, isUnder } from './message-recipient.ts';
import { MESSAGE_TEMPLATES, messageTemplate } from './message-templates.ts';
import { renderText, textProblem } from './message-text.ts';
import { dueAt, isQuiet } from './message-time.ts';
import { renderMessage } from './message-wording.ts';
import { parseMobile } from './phone.ts';
import { smsLength } from './sms-segments.ts';

const QUIET = { quietFrom: '21:00', quietTo: '08:00' };
const EARLY = '2026-01-01T00:00:00.000Z';

describe('when a reminder goes out', () => {
  const due = (template: string, startsAt: string, now = EARLY) => dueAt(template, startsAt, now, QUIET);
  it('the day before it is the same time by the wall, also over a change of the clocks', () => {
    // Clocks go forward on 29 March 2026, back on 25 October 2026, at 01:00 UTC.
    expect(due('reminder-24h', '2026-03-29T08:30:00.000Z')).toEqual({ at: '2026-03-28T09:30:00.000Z' });
    expect(due('reminder-24h', '2026-03-30T08:30:00.000Z')).toEqual({ at: '2026-03-29T08:30:00.000Z' });
    expect(due('reminder-24h', '2026-10-25T09:30:00.000Z')).toEqual({ at: '2026-10-24T08:30:00.000Z' });
    expect(due('reminder-24h', '2026-06-10T09:00:00.000Z')).toEqual({ at: '2026-06-09T09:00:00.000Z' });
  });
  it('two hours are two hours', () => {
    expect(due('reminder-2h', '2026-06-10T12:00:00.000Z')).toEqual({ at: '2026-06-10T10:00:00.000Z' });
  });
  it('in the quiet hours it waits for the morning, and where that is too late it came the evening before', () => {
    // 09:00 in Oslo: two hours before is 07:00, and 08:00 is an hour before.
    expect(due('reminder-2h', '2026-06-10T07:00:00.000Z')).toEqual({ at: '2026-06-10T06:00:00.000Z' });
    // 08:15: a quarter of an hour before is no help; 20:59 the evening before.
    expect(due('reminder-2h', '2026-06-10T06:15:00.000Z')).toEqual({ at: '2026-06-09T18:59:00.000Z' });
    expect(due('reminder-2h', '2026-06-10T06:15:00.000Z', '2026-06-09T20:00:00.000Z')).toEqual({ late: true });
  });
  it('what is asked for late goes at once, and too late not at all', () => {
    expect(due('reminder-24h', '2026-06-10T12:00:00.000Z', '2026-06-10T08:00:00.000Z')).toEqual({ at: '2026-06-10T08:00:00.000Z' });
    expect(due('reminder-24h', '2026-06-10T12:00:00.000Z', '2026-06-10T11:45:00.000Z')).toEqual({ late: true });
    expect(dueAt('recall', null, '2026-06-10T21:30:00.000Z', QUIET)).toEqual({ at: '2026-06-11T06:00:00.000Z' });
  });
  test('whatever the time, it is never in the quiet hours, never before now, and never after the appointment', () => {
    const instant = fc
      .integer({ min: Date.parse('2026-01-01T00:00:00Z'), max: Date.parse('2027-12-31T00:00:00Z') })
      .map((ms) => new Date(ms).toISOString());
    const hour = fc.integer({ min: 0, max: 23 }).map((h) => `${String(h).padStart(2, '0')}:00`);
    fc.assert(
      fc.property(instant, instant, hour, hour, fc.constantFrom('reminder-24h', 'reminder-2h'), (startsAt, now, quietFrom, quietTo, id) => {
        const found = dueAt(id, startsAt, now, { quietFrom, quietTo });
        if ('late' in found) return;
        expect(found.at >= now).toBe(true);
        expect(found.at < startsAt).toBe(true);
        expect(isQuiet(found.at, { quietFrom, quietTo })).toBe(false);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('what may stand in a message', () => {
  it('every template of ours is fit to be sent, in both languages, and in one or two parts', () => {
    const clinic = { name: 'Åsen klinikk', place: 'Storgata 12', phone: '22 33 44 55' };
    for (const template of MESSAGE_TEMPLATES.filter(({ id }) => id !== 'answer'))
      for (const language of ['nb', 'en'] as const) {
        const options = smsOptions({ language, firstName: true });
        const said = renderMessage(template, {
          options,
          clinic,
          startsAt: '2026-12-02T09:30:00.000Z',
          practitionerName: 'Ada Sjef',
          body: null,
        });
        const text = said.ok ? said.text : said.code;
        expect(said, text).toMatchObject({ ok: true });
        expect(smsLength(text).segments, text).toBeLessThanOrEqual(2);
      }
  });
  it.each([
    ['Time for behandling av ryggen', 'text/health'],
    ['Your treatment is tomorrow', 'text/health'],
    ['Diagnosen L84 er satt', 'text/health'],
    ['Koden er L84.', 'text/code'],
    ['Ring om M54.5 i dag', 'text/code'],
    ['Er 01819012345 ditt nummer?', 'text/number'],
    ['Er 018190 12345 ditt nummer?', 'text/number'],
    ['Se https://example.test', 'text/link'],
    ['', 'text/empty'],
    ['   ', 'text/empty'],
    ['x'.repeat(613), 'text/too-long'],
  ])('%s: %s', (text, code) => expect(textProblem(text)).toMatchObject({ ok: false, code }));
  it.each(['Vi er forsinket en halv time.', 'Timen er flyttet til kl. 14.30, ring 22 33 44 55.', 'We are running late.'])(
    '%s is sent',
    (text) => expect(textProblem(text)).toMatchObject({ ok: true }),
  );
  it('a clinic’s own name may hold any word, a neutral one takes its place, and no other field is known', () => {
    const values = { clinic: 'Ryggen Kiropraktikk', day: 'onsdag', time: '10:30', place: '', phone: '', first: '' };
    expect(renderText('Time hos {clinic} {day} {first} {place}.', values)).toEqual({
      ok: true,
      text: 'Time hos Ryggen Kiropraktikk onsdag.',
    });
    expect(renderText('{diagnosis}', values)).toMatchObject({ code: 'text/unknown-field' });
    expect(renderText('{first} {place}', values)).toMatchObject({ code: 'text/empty' });
    const template = messageTemplate('recall')!;
    const neutral = renderMessage(template, {
      options: smsOptions({ neutralName: 'Storgata 12' }),
      clinic: { name: 'Kiropraktoren', place: '', phone: '1' },
      startsAt: null,
      practitionerName: '',
      body: null,
    });
    expect(JSON.stringify(neutral)).not.toContain('Kiropraktor');
  });
});

it('parts of an SMS are counted as the standard counts them', () => {
  expect(smsLength('')).toMatchObject({ segments: 0 });
  expect(smsLength('å'.repeat(160))).toMatchObject({ encoding: 'gsm-7', segments: 1 });
  expect(smsLength('a'.repeat(161))).toMatchObject({ segments: 2 });
  expect(smsLength('a'.repeat(306))).toMatchObject({ segments: 2 });
  expect(smsLength('a'.repeat(307))).toMatchObject({ segments: 3 });
  expect(smsLength('€'.repeat(80))).toMatchObject({ units: 160, segments: 1 });
  // An escape is not cut from its character: 152 and one of two septets are 153 + 1.
  expect(smsLength(`${'a'.repeat(152)}€${'a'.repeat(152)}`)).toMatchObject({ units: 306, segments: 3 });
  expect(smsLength('č'.repeat(70))).toMatchObject({ encoding: 'ucs-2', segments: 1 });
  expect(smsLength('č'.repeat(71))).toMatchObject({ segments: 2 });
  expect(smsLength('😀'.repeat(35))).toMatchObject({ units: 70, segments: 1 });
  expect(smsLength('😀'.repeat(67))).toMatchObject({ segments: 3 });
});

it.each([
  ['912 34 567', '+4791234567'],
  ['+47 412 34 567', '+4741234567'],
  ['0047 91234567', '+4791234567'],
  ['4791234567', '+4791234567'],
  ['+46 70-123 45 67', '+46701234567'],
  ['22334455', 'number/not-mobile'],
  ['1234', 'number/invalid'],
  ['+47 9123456', 'number/invalid'],
  ['ring mor', 'number/invalid'],
  ['+0123456789', 'number/invalid'],
  ['', 'number/missing'],
  [null, 'number/missing'],
])('the number %s is %s', (written, expected) => {
  const parsed = parseMobile(written);
  expect(parsed.ok ? parsed.e164 : parsed.code).toBe(expected);
});

describe('to whom', () => {
  const patient = { birthDate: '1980-01-01', status: 'active', phone: '91234567', email: 'a@b.no' };
  const wanted = { channel: 'sms' as const, consent: 'contact' as const, today: '2026-11-30', foreign: false };
  const yes = { contact: 'yes' as const, recall: null };
  it('consent is asked as it stands; to be asked to come again is another one', () => {
    expect(addressOf(patient, [], yes, wanted)).toEqual({ ok: true, to: '+4791234567', sentTo: 'patient' });
    expect(addressOf(patient, [], { contact: null, recall: null }, wanted)).toMatchObject({ code: 'consent/missing' });
    expect(addressOf(patient, [], { contact: 'no', recall: 'yes' }, wanted)).toMatchObject({ code: 'consent/withdrawn' });
    expect(addressOf(patient, [], yes, { ...wanted, consent: 'recall' })).toMatchObject({ code: 'consent/missing' });
  });
  it('under sixteen it is the guardian’s number, never the child’s', () => {
    const child = { ...patient, birthDate: '2010-12-01' };
    const guardian = { phone: '+4741234567', email: null };
    expect(addressOf(child, [], yes, wanted)).toMatchObject({ code: 'guardian/missing' });
    expect(addressOf(child, [{ phone: null, email: null }, guardian], yes, wanted)).toEqual({
      ok: true,
      to: '+4741234567',
      sentTo: 'guardian',
    });
    expect(addressOf(child, [guardian], yes, { ...wanted, today: '2026-12-01' })).toMatchObject({ sentTo: 'patient' });
    expect(isUnder('2008-02-29', 16, '2024-02-28')).toBe(true);
    expect(isUnder('2008-02-29', 16, '2024-02-29')).toBe(false);
  });
});

it.each([
  ['STOP', 'stop'],
  [' stopp. ', 'stop'],
  ['Stopp takk', 'stop'],
  ['Stoppested?', 'words'],
  ['Ja', 'confirm'],
  ['JA!', 'confirm'],
  ['Ja, men kan jeg komme senere?', 'words'],
  ['Avbestill', 'cancel'],
  ['Nei', 'words'],
  ['', 'words'],
])('%s means %s', (text, meaning) => expect(patientAnswer(text)).toBe(meaning));

it('odd options read as their defaults, each by itself', () => {
  expect(smsOptions(null)).toEqual(smsOptions({}));
  expect(smsOptions({ quietFrom: '25:00', keepDays: -1, providers: ['pigeon'], remind2: true })).toMatchObject({
    quietFrom: '21:00',
    keepDays: 90,
    providers: [],
    remind2: true,
  });
});
