/** A clinic with its first laptop, and colleagues who join it by code: over the server's real routes. */
import { hash } from '@node-rs/argon2';
import { v7 } from 'uuid';
import { proofHeaders } from '#electron/core/clinic/proof.ts';
import type { Role } from '#db/model/clinic.ts';
import { createLaptop, until, type Laptop, type LaptopOptions } from './laptop.ts';

export const NOW = '2026-11-23T08:00:00.000Z';
type More = Pick<LaptopOptions, 'clock' | 'fetch' | 'timers' | 'kept' | 'onApplied'>;

export interface TestClinic {
  id: string;
  first: Laptop;
  credential: string;
  /** Another person, with a code for a laptop. */
  invite(serverUrl: string, roles: Role[]): Promise<Invited>;
  /** Another person on another laptop; connected, not yet caught up. */
  join(serverUrl: string, roles: Role[], more?: More): Promise<Laptop>;
}

/** Founds a clinic on a laptop, with everything in its queue as the app would leave it, and registers it. */
export async function foundClinic(serverUrl: string, more: More = {}): Promise<TestClinic> {
  const clinicId = v7();
  const person = { id: v7(), name: 'Anna Berg', email: `anna-${clinicId}@example.no`, roles: ['ADMIN', 'PRACTITIONER'] as Role[] };
  const first = createLaptop({ clinicId, person, ...more });
  const keyId = v7();
  const rows = {
    clinic: { name: 'Ryggen', demo: false },
    user: { name: person.name, email: person.email, roles: person.roles, profession: 'KI' },
    device: { name: 'Kjeller', userId: person.id, audience: 'clinical' as const, enrolledAt: NOW },
    signingKey: { userId: person.id, deviceId: first.deviceId, publicKey: first.publicKey },
  };
  first.write('clinic.create', (ctx) => {
    ctx.insert('signing_key', rows.signingKey, keyId);
    ctx.insert('clinic', rows.clinic, clinicId);
    ctx.insert('user', rows.user, person.id);
    ctx.insert('device', rows.device, first.deviceId);
  });
  const verifier = await hash('riktig hest batteri stift', {
    memoryCost: 19_456,
    timeCost: 2,
    parallelism: 1,
  });
  const born = await call(serverUrl, 'POST', '/v1/clinics', undefined, {
    clinic: { id: clinicId, ...rows.clinic },
    user: { id: person.id, ...rows.user },
    device: { id: first.deviceId, ...rows.device },
    signingKey: { id: keyId, ...rows.signingKey },
    accountVerifier: verifier,
  });
  const credential = String(born['deviceCredential']);
  first.connect(serverUrl, credential);

  const clinic: TestClinic = {
    id: clinicId,
    first,
    credential,
    async invite(url, roles) {
      const id = v7();
      const name = `Kollega ${id.slice(-4)}`;
      const email = `${id}@example.no`;
      first.write('user.add', (ctx) => ctx.insert('user', { name, email, roles }, id));
      await drained(first);
      const invite = { method: 'POST', path: '/v1/devices/invitations', body: { userId: id } };
      const invitation = await call(url, 'POST', invite.path, credential, invite.body, proofHeaders(first.actor, invite));
      return { clinicId, person: { id, name, email, roles }, code: String(invitation['code']) };
    },
    async join(url, roles, joinMore = {}) {
      return await enter(url, await clinic.invite(url, roles), joinMore);
    },
  };
  return clinic;
}

/** What a person brings to a new laptop. */
export interface Invited {
  clinicId: string;
  person: LaptopOptions['person'];
  code: string;
}

/** A new laptop of an invited person; connected, not yet caught up. */
export async function enter(url: string, { clinicId, person, code }: Invited, more: More = {}): Promise<Laptop> {
  const laptop = createLaptop({ clinicId, person, ...more });
  const enrolled = await call(url, 'POST', '/v1/devices', undefined, { code, device: { id: laptop.deviceId, name: 'Loft' } });
  laptop.write('device.join', (ctx) =>
    ctx.insert('signing_key', { userId: person.id, deviceId: laptop.deviceId, publicKey: laptop.publicKey }),
  );
  laptop.connect(url, String(enrolled['deviceCredential']));
  return laptop;
}

export async function call(
  serverUrl: string,
  method: string,
  path: string,
  bearer?: string,
  body?: unknown,
  more: Record<string, string> = {},
): Promise<Record<string, unknown>> {
  const response = await fetch(`${serverUrl}${path}`, {
    method,
    headers: {
      ...more,
      ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const answer: unknown = response.status === 204 ? {} : await response.json();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${JSON.stringify(answer)}`);
  return { ...(answer as object) };
}

/** Until everything this laptop wrote is answered, and its feed is live. */
export async function drained(laptop: Laptop): Promise<void> {
  await laptop.engine().syncNow();
  await until(
    () => laptop.engine().status(),
    (status) => status.pending === 0 && ['in_sync', 'attention'].includes(status.state),
    'the queue drains',
  );
}
