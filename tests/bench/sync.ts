/** What laptops, server and Postgres are measured on together: first load, push, propagation, fan-out. */
import { call, drained, foundClinic } from '#tests/sync/clinic.ts';
import { until } from '#tests/sync/laptop.ts';
import type { Laptop } from '#tests/sync/laptop.ts';
import { startTestServer } from '#tests/sync/server.ts';
import { figure, percentile, spread } from './figures.ts';
import type { Figure } from './figures.ts';

export interface SyncSize {
  rows: number;
  pushes: number;
  writes: number;
  polls: number;
}

function writePatients(laptop: Laptop, from: number, count: number): void {
  for (let at = from; at < from + count; at += 500) {
    laptop.write('patient.create', (ctx) => {
      for (let index = at; index < Math.min(from + count, at + 500); index += 1) {
        ctx.insert('patient', {
          givenName: `Kari ${index}`,
          familyName: 'Nordmann',
          birthDate: '1980-01-01',
          phone: String(40_000_000 + index),
          addressLine: `Storgata ${index}`,
          city: 'Oslo',
        });
      }
    });
  }
}
const count = (laptop: Laptop): number => (laptop.db.prepare('select count(*) as n from patient').get() as { n: number }).n;

/** Pushes `rows` from one laptop, loads them into an empty one; then single changes there and back. */
export async function syncBenches(size: SyncSize): Promise<Figure[]> {
  const server = await startTestServer();
  const laptops: Laptop[] = [];
  try {
    const clinic = await foundClinic(server.url);
    laptops.push(clinic.first);
    clinic.first.engine().start();
    await drained(clinic.first);

    await clinic.first.engine().stop();
    writePatients(clinic.first, 0, size.pushes);
    const pushBegan = performance.now();
    clinic.first.engine().start();
    await drained(clinic.first);
    const pushSeconds = (performance.now() - pushBegan) / 1000;

    writePatients(clinic.first, size.pushes, size.rows - size.pushes);
    await until(
      () => count(clinic.first),
      (n) => n === size.rows,
      'written',
      600_000,
    );
    await clinic.first.engine().syncNow();
    await until(
      () => clinic.first.engine().status().pending,
      (n) => n === 0,
      'pushed',
      900_000,
    );

    const second = await clinic.join(server.url, ['PRACTITIONER']);
    laptops.push(second);
    const loadBegan = performance.now();
    second.engine().start();
    await until(
      () => count(second),
      (n) => n === size.rows,
      'loaded',
      120_000,
    );
    const loadMs = performance.now() - loadBegan;

    const times: number[] = [];
    for (let write = 0; write < size.writes; write += 1) {
      const phone = String(90_000_000 + write);
      const began = performance.now();
      const row = clinic.first.write('patient.create', (ctx) => ctx.insert('patient', { givenName: 'Ny', familyName: 'Endring', phone }));
      clinic.first.engine().nudge();
      await until(
        () => second.db.prepare('select 1 as here from patient where id = ?').get(row.id) !== undefined,
        (here) => here,
        'propagated',
      );
      times.push(performance.now() - began);
    }

    const fanOut = await fanOutTimes(server.url, clinic, size.polls);
    return [
      figure('push', 'rate', size.pushes / pushSeconds, 'changes/s', 1000),
      figure('first-load', 'max', loadMs, 'ms', 10_000),
      figure('first-load', 'rate', size.rows / (loadMs / 1000), 'rows/s', 10_000),
      figure('propagation', 'p50', percentile(times, 0.5), 'ms', 100),
      figure('propagation', 'p95', percentile(times, 0.95), 'ms', 100),
      ...spread('fan-out', fanOut, 250),
    ];
  } finally {
    for (const laptop of laptops) await laptop.close();
    await server.stop();
  }
}

/** How long after a change every parked long-poll has its answer. */
async function fanOutTimes(url: string, clinic: { credential: string; first: Laptop }, polls: number): Promise<number[]> {
  const headers = { authorization: `Bearer ${clinic.credential}` };
  let query = 'offset=-1';
  for (;;) {
    const response = await fetch(`${url}/v1/shape?table=feed&${query}`, { headers });
    const messages = (await response.json()) as { headers: { control?: string } }[];
    query = `offset=${response.headers.get('electric-offset')}&handle=${response.headers.get('electric-handle')}`;
    if (messages.some((message) => message.headers.control === 'up-to-date')) break;
  }
  const answered: Promise<number>[] = [];
  let began = 0;
  for (let poll = 0; poll < polls; poll += 1) {
    answered.push(
      fetch(`${url}/v1/shape?table=feed&${query}&live=true&cursor=${poll}`, { headers }).then(async (response) => {
        await response.text();
        return performance.now() - began;
      }),
    );
  }
  // All have been accepted when a later request has been answered on the same server.
  await call(url, 'GET', '/v1/devices', clinic.credential);
  await call(url, 'GET', '/v1/devices', clinic.credential);
  began = performance.now();
  clinic.first.write('patient.create', (ctx) => ctx.insert('patient', { givenName: 'Til', familyName: 'Alle' }));
  await clinic.first.engine().syncNow();
  return await Promise.all(answered);
}
