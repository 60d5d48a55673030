import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { AuditEvent } from '#db/model/audit.ts';
import { hashOfEvent, verifyLog, type ChainedEvent } from './verify-log.ts';

const FIRST = '0'.repeat(64);
const id = (n: number): string => `00000000-0000-7000-8000-${String(n).padStart(12, '0')}`;

/** A clinic's log of so many events, by these devices in turn. */
function logOf(order: readonly number[]): ChainedEvent[] {
  const heads = new Map<number, { n: number; hash: string }>();
  let clinicHash = FIRST;
  return order.map((device, index) => {
    const head = heads.get(device) ?? { n: 0, hash: FIRST };
    const event: AuditEvent = {
      id: id(1000 + index),
      clinicId: id(1),
      deviceId: id(10 + device),
      n: head.n + 1,
      at: '2026-11-24T10:00:00.000Z',
      actorId: id(2),
      actorName: 'Kim Rygg',
      roles: ['PRACTITIONER'],
      action: 'read',
      verb: 'patient.get',
      subjectEntity: 'patient',
      subjectId: id(3),
      patientId: id(3 + (index % 4)),
      details: {},
      reason: null,
      previousHash: head.hash,
      hash: '',
    };
    event.hash = hashOfEvent(event);
    heads.set(device, { n: event.n, hash: event.hash });
    clinicHash = createHash('sha256').update(`${clinicHash}\n${event.deviceId}\n${event.n}\n${event.hash}`).digest('hex');
    return { ...event, clinicN: index + 1, clinicHash };
  });
}
const orders = fc.array(fc.nat(2), { minLength: 4, maxLength: 40 });
const anchorOf = ({ clinicN, clinicHash }: ChainedEvent) => ({ day: '2026-11-24', n: clinicN, hash: clinicHash });

test('a log that nobody touched is whole, and stands where it stood', () => {
  fc.assert(
    fc.property(orders, (order) => {
      const log = logOf(order);
      expect(verifyLog(log, log.map(anchorOf))).toEqual({ events: log.length, broken: [], rewritten: [] });
    }),
  );
});

test('altered, taken out, swapped, added, or cut at the end: each is found', () => {
  fc.assert(
    fc.property(orders, fc.nat(), fc.constantFrom('alter', 'hide', 'swap', 'add', 'cut'), (order, where, how) => {
      const log = logOf(order);
      const at = where % (log.length - 1);
      const [one, two] = [log[at], log[at + 1]];
      if (one === undefined || two === undefined) throw new Error('no such event');
      const forged = {
        alter: log.with(at, { ...one, actorName: 'En annen' }),
        hide: log.toSpliced(at, 1),
        swap: log.with(at, two).with(at + 1, one),
        add: log.toSpliced(at, 0, { ...one, id: id(9) }),
        cut: log.slice(0, at + 1),
      }[how];
      const { broken, rewritten } = verifyLog(forged, [anchorOf(log.at(-1) ?? one)]);
      expect(broken.length + rewritten.length).toBeGreaterThan(0);
    }),
  );
});

test('a server that makes the whole chain anew is found by what a laptop remembers', () => {
  const log = logOf([0, 1, 0, 1, 0]);
  const kept = log.slice(2, 3).map(anchorOf);
  // Somebody's look is made into another's, and every hash after it with it.
  const forged = logOf([0, 1, 1, 0, 0]);
  expect(verifyLog(log, kept)).toEqual({ events: 5, broken: [], rewritten: [] });
  expect(verifyLog(forged, kept)).toEqual({ events: 5, broken: [], rewritten: ['2026-11-24'] });
});
