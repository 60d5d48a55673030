import { expect, test } from 'vitest';
import { emergencyEnd, EMERGENCY_MINUTES, isShut, needsOpenJournal } from './access.ts';

const NOW = '2026-11-24T10:00:00.000Z';
const opened = (openedAt: string) => ({ openedAt, until: emergencyEnd(openedAt) });

test('a block shuts until it is lifted; an emergency opens it for its minutes and not before', () => {
  expect(isShut([], [], NOW)).toBe(false);
  expect(isShut([{ blocked: false }], [], NOW)).toBe(false);
  expect(isShut([{ blocked: true }], [], NOW)).toBe(true);
  expect(isShut([{ blocked: true }], [opened(NOW)], NOW)).toBe(false);
  const end = new Date(Date.parse(NOW) + EMERGENCY_MINUTES * 60_000).toISOString();
  expect(isShut([{ blocked: true }], [opened(NOW)], end)).toBe(true);
  // A clock set back does not make it last.
  expect(isShut([{ blocked: true }], [opened(NOW)], '2026-11-24T09:59:59.999Z')).toBe(true);
});

test('what shows the journal needs it open; bookings do not, and a text being written is taken', () => {
  expect(needsOpenJournal('encounter.get', 'read')).toBe(true);
  expect(needsOpenJournal('letter.pdf', 'print')).toBe(true);
  expect(needsOpenJournal('patient.revealNationalId', 'reveal')).toBe(true);
  expect(needsOpenJournal('encounter.start', 'create')).toBe(true);
  expect(needsOpenJournal('section.write', 'change')).toBe(false);
  expect(needsOpenJournal('appointment.create', 'create')).toBe(false);
  expect(needsOpenJournal('day.get', 'read')).toBe(false);
});
