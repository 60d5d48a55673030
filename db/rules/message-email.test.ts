import { describe, expect, it } from 'vitest';
import { messageOptions } from './message-options.ts';
import { addressOf } from './message-recipient.ts';
import { MESSAGE_TEMPLATES } from './message-templates.ts';
import { renderMessage } from './message-wording.ts';

const CLINIC = { name: 'Åsen klinikk', place: 'Storgata 12', phone: '22 33 44 55' };
const OPTIONS = messageOptions('email', {});
const FOR_EMAIL = MESSAGE_TEMPLATES.filter(({ channels }) => (channels as readonly string[]).includes('email'));
const said = (id: string, options: Partial<typeof OPTIONS> = {}, clinic = CLINIC) => {
  const template = FOR_EMAIL.find((one) => one.id === id)!;
  const booked = { startsAt: '2026-12-02T09:30:00.000Z', practitionerName: 'Ada Sjef', body: null };
  return renderMessage(template, { channel: 'email', options: { ...OPTIONS, ...options }, clinic, ...booked });
};

describe('an e-mail', () => {
  it.each(FOR_EMAIL.flatMap(({ id }) => [[id, 'nb'] as const, [id, 'en'] as const]))('%s in %s is fit to be sent', (id, language) => {
    const worded = said(id, { language, firstName: true });
    expect(worded).toMatchObject({ ok: true, from: 'Åsen klinikk' });
    const text = worded.ok ? worded.text : '';
    expect(text).toContain('22 33 44 55');
    // Nobody reads what is answered.
    expect(text).not.toMatch(/svar ja|reply|stopp|stop:/i);
  });

  it('is never the letter: the notice names nothing but the clinic and its number', () => {
    const worded = said('notice', { firstName: true });
    expect(worded.ok && worded.text).toBe(
      'Hei.\n\nDu har en melding fra Åsen klinikk. Ring 22 33 44 55 eller kom innom, så får du den.\n\nDenne e-posten kan ikke besvares. Vil du ikke ha e-post fra oss, si fra på 22 33 44 55.',
    );
  });

  it('is judged as an SMS is, whoever worded it, and a neutral name stands for the clinic everywhere', () => {
    for (const [text, code] of [
      ['Rapporten om nakken din er klar.', 'text/health'],
      ['Faktura L84', 'text/code'],
      ['Se https://klinikk.example.no', 'text/link'],
      ['{diagnosis}', 'text/unknown-field'],
      ['x'.repeat(2001), 'text/too-long'],
    ] as const)
      expect(said('notice', { texts: { notice: text } })).toMatchObject({ ok: false, code });
    const neutral = said('recall', { neutralName: 'Torget' }, { ...CLINIC, name: 'Kiropraktoren' });
    expect(JSON.stringify(neutral)).not.toContain('Kiropraktor');
  });

  it('has a name that cannot be a header of its own', () => {
    expect(said('notice', {}, { ...CLINIC, name: 'Åsen\r\nBcc: alle@example.no' })).toMatchObject({
      subject: 'Melding fra Åsen Bcc: alle@example.no',
      from: 'Åsen Bcc: alle@example.no',
    });
  });
});

it.each([
  ['kari@post.example.no', true],
  [' Kari.Nordmann+time@post.example.no ', true],
  ['kåre@blåbær.example.no', true],
  ['a@b.no,c@d.no', false],
  ['x,kari@b.no', false],
  ['gruppe:kari@b.no;', false],
  ['kari@b.no\r\nBcc: x@y.no', false],
  ['"kari"@b.no', false],
  ['<kari@b.no>', false],
  ['kari@b', false],
  ['kari', false],
  [`${'a'.repeat(250)}@b.no`, false],
])('the address %j is one: %s', (email, good) => {
  const wanted = { channel: 'email', consent: 'contact', today: '2026-11-30', foreign: false } as const;
  const found = addressOf({ birthDate: null, status: 'active', phone: null, email }, [], { contact: 'yes', recall: null }, wanted);
  expect(found).toEqual(good ? { ok: true, to: email.trim(), sentTo: 'patient' } : { ok: false, code: 'email/invalid' });
});
