import { sign } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { v7 } from 'uuid';
import { PROOF_HEADER } from '#db/sync/proof.ts';
import { createLaptop, type Laptop } from '#tests/sync/laptop.ts';
import { proofHeaders } from './proof.ts';
import { isOrderToErase } from './revocation.ts';

const CLINIC = v7();
let laptop: Laptop;
let other: Laptop;
const lost = v7();
const person = (roles: ('ADMIN' | 'PRACTITIONER' | 'ASSISTANT')[]) => ({ id: v7(), name: 'N', email: `${v7()}@example.no`, roles });

beforeEach(() => {
  laptop = createLaptop({ clinicId: CLINIC, person: person(['ADMIN']) });
  other = createLaptop({ clinicId: CLINIC, person: person(['PRACTITIONER']) });
  laptop.write('test', (ctx) => {
    for (const { actor, deviceId, publicKey } of [laptop, other]) {
      const { name, email, roles, userId } = actor;
      ctx.insert('user', { name, email, roles: [...roles] }, userId);
      ctx.insert('signing_key', { userId, deviceId, publicKey });
    }
  });
});
afterEach(async () => {
  await laptop.close();
  await other.close();
});

const order = (who: Laptop, deviceId = lost) =>
  proofHeaders(who.actor, { method: 'POST', path: `/v1/devices/${deviceId}/revoke` })[PROOF_HEADER] ?? '';

test('counts with the signature of an administrator over this very device, and only then', () => {
  const { db } = laptop;
  expect(isOrderToErase(db, lost, order(laptop))).toBe(true);
  expect(isOrderToErase(db, lost, order(laptop, v7()))).toBe(false);
  const forged = sign(null, Buffer.from('something else'), laptop.actor.signingKey).toString('base64url');
  expect(isOrderToErase(db, lost, `${laptop.actor.userId}.${forged}`)).toBe(false);
  expect(isOrderToErase(db, lost, `${laptop.actor.userId}.${order(other).split('.')[1]}`)).toBe(false);
  for (const nothing of ['', '.', 'a.b.c', v7()]) expect(isOrderToErase(db, lost, nothing)).toBe(false);
});

test('one who is no administrator orders it for their own device alone; one who has left, for none', () => {
  const { db } = laptop;
  expect(isOrderToErase(db, lost, order(other))).toBe(false);
  laptop.write('test', (ctx) =>
    ctx.insert('device', { name: 'Min', userId: other.actor.userId, audience: 'clinical', enrolledAt: ctx.now }, lost),
  );
  expect(isOrderToErase(db, lost, order(other))).toBe(true);
  laptop.write('test', (ctx) => ctx.patch('user', other.actor.userId, { active: false }));
  expect(isOrderToErase(db, lost, order(other))).toBe(false);
});
