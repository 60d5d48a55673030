import { expect, test } from 'vitest';
import { authorise, type Actor } from './authorise.ts';

const actor = (id: string, roles: Actor['roles']): Actor => ({ id, roles, everHeld: roles, active: true, lastDay: null });
const row = (fields: Record<string, unknown>) => ({ id: 'r', clinicId: 'c', seq: 1, deleted: false, fieldSeq: {}, extra: null, ...fields });
const allowed = (
  who: Actor,
  { set }: { set: Record<string, unknown> },
  ...rest: [Parameters<typeof authorise>[2], Parameters<typeof authorise>[3]]
) => authorise(who, { set: set as Parameters<typeof authorise>[1]['set'], at: '2026-11-23T08:00:00.000Z' }, ...rest).ok;

test('a block is taken down and lifted by anybody at the desk but the one it is about', () => {
  const set = { patientId: 'p', userId: 'bent', blocked: true };
  expect(allowed(actor('anna', ['ASSISTANT']), { set }, 'access_block', undefined)).toBe(true);
  expect(allowed(actor('bent', ['PRACTITIONER']), { set }, 'access_block', undefined)).toBe(false);
  expect(allowed(actor('bent', ['PRACTITIONER', 'ADMIN']), { set: { blocked: false } }, 'access_block', row(set))).toBe(false);
  expect(allowed(actor('anna', ['PRACTITIONER']), { set: { blocked: false } }, 'access_block', row(set))).toBe(true);
});

test('a journal is opened in an emergency in one’s own name, and seen by an administrator who is another', () => {
  const set = { patientId: 'p', userId: 'bent', reason: 'akutt', openedAt: 'x', until: 'y' };
  expect(allowed(actor('bent', ['PRACTITIONER']), { set }, 'emergency_access', undefined)).toBe(true);
  expect(allowed(actor('bent', ['ASSISTANT']), { set }, 'emergency_access', undefined)).toBe(false);
  expect(allowed(actor('anna', ['PRACTITIONER']), { set }, 'emergency_access', undefined)).toBe(false);
  const seen = { seenById: 'anna', seenAt: 'z' };
  expect(allowed(actor('anna', ['ADMIN']), { set: seen }, 'emergency_access', row(set))).toBe(true);
  expect(allowed(actor('anna', ['ADMIN']), { set: { ...seen, reason: 'noe annet' } }, 'emergency_access', row(set))).toBe(false);
  expect(allowed(actor('bent', ['ADMIN', 'PRACTITIONER']), { set: seen }, 'emergency_access', row(set))).toBe(false);
});

test('an administrator lets an assistant in and ends it, never themselves, and changes nothing of what was granted', () => {
  const set = { userId: 'siv', grantedById: 'anna', reason: 'skanner brev', validFrom: 'x', validUntil: 'y' };
  expect(allowed(actor('anna', ['ADMIN']), { set }, 'access_grant', undefined)).toBe(true);
  expect(allowed(actor('siv', ['ADMIN', 'ASSISTANT']), { set }, 'access_grant', undefined)).toBe(false);
  expect(allowed(actor('anna', ['PRACTITIONER']), { set }, 'access_grant', undefined)).toBe(false);
  expect(allowed(actor('anna', ['ADMIN']), { set: { endedAt: 'z', endedById: 'anna' } }, 'access_grant', row(set))).toBe(true);
  expect(allowed(actor('anna', ['ADMIN']), { set: { validUntil: 'z' } }, 'access_grant', row(set))).toBe(false);
  // Lost since: what governs is not covered by a role of yesterday.
  expect(allowed({ id: 'anna', roles: [], everHeld: ['ADMIN'], active: true, lastDay: null }, { set }, 'access_grant', undefined)).toBe(
    false,
  );
});

test('a locum’s change of the last day is taken, of the day after not: by Norwegian time', () => {
  const locum = { ...actor('vikar', ['PRACTITIONER']), lastDay: '2026-11-30' };
  const at = (instant: string) => authorise(locum, { set: { text: 'x' }, at: instant }, 'note_section', undefined).ok;
  expect(at('2026-11-30T22:59:59.999Z')).toBe(true);
  expect(at('2026-11-30T23:00:00.000Z')).toBe(false);
});
