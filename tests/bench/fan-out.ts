/** Many laptops of one clinic waiting at once: how soon all hear of a change, what they cost in memory, and all of them coming at once. */
import { v7 } from 'uuid';
import { proofHeaders } from '#electron/core/clinic/proof.ts';
import { call, drained, type TestClinic } from '#tests/sync/clinic.ts';
import { until } from '#tests/sync/laptop.ts';
import { figure, percentile } from './figures.ts';
import type { Figure } from './figures.ts';
import { park } from './parked.ts';
import { metric } from './server-process.ts';

/** Different devices among the readers: each is authorised for itself. */
const DEVICES = 40;
const ROUNDS = 5;

/** Parks `polls` readers of one clinic, changes a row, and again: how long until each has its answer, and the server's memory meanwhile. */
export async function fanOut(url: string, clinic: TestClinic, polls: number): Promise<Figure[]> {
  const devices = await enrol(url, clinic, Math.min(DEVICES, polls));
  const times: number[] = [];
  let memory = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    await drained(clinic.first);
    await clinic.first.engine().stop();
    const place = await endOfFeed(url, clinic.credential);
    const parked = Array.from({ length: polls }, (_, n) =>
      park(url, `/v1/shape?table=feed&${place}&live=true&cursor=${n}`, devices[n % devices.length] ?? ''),
    );
    await until(
      () => metric(url, 'ryggrad_long_polls'),
      (waiting) => waiting === polls,
      'all wait',
      60_000,
    );
    memory = Math.max(memory, await metric(url, 'ryggrad_process_resident_memory_bytes'));
    const began = performance.now();
    clinic.first.write('patient.create', (ctx) => ctx.insert('patient', { givenName: 'Til', familyName: 'Alle' }));
    clinic.first.engine().start();
    times.push(...(await Promise.all(parked.map(async ({ answered }) => (await answered) - began))));
    memory = Math.max(memory, await metric(url, 'ryggrad_process_resident_memory_bytes'));
    const codes = await Promise.all(parked.map(({ status }) => status));
    if (codes.some((code) => code !== 200)) throw new Error(`answers: ${[...new Set(codes)].join(', ')}`);
    for (const one of parked) one.end();
  }
  return [
    figure('fan-out', 'p50', percentile(times, 0.5), 'ms', 250),
    figure('fan-out', 'p95', percentile(times, 0.95), 'ms', 250),
    figure('fan-out', 'max', Math.max(...times), 'ms', 250),
    figure('fan-out', 'rss', memory / 1_048_576, 'MB', 400),
  ];
}

/** All connect and ask in the same moment. `rate` is the share that was answered; `max` when the last one was. */
export async function connectStorm(url: string, clinic: TestClinic, connects: number): Promise<Figure[]> {
  const devices = await enrol(url, clinic, Math.min(DEVICES, connects));
  const place = await endOfFeed(url, clinic.credential);
  const began = performance.now();
  const asked = Array.from({ length: connects }, (_, n) => park(url, `/v1/shape?table=feed&${place}`, devices[n % devices.length] ?? ''));
  const answers = await Promise.allSettled(
    asked.map(async ({ answered, status }) => ({ ms: (await answered) - began, code: await status })),
  );
  for (const one of asked) one.end();
  const well = answers.flatMap((answer) => (answer.status === 'fulfilled' && answer.value.code === 200 ? [answer.value.ms] : []));
  return [
    figure('connect-storm', 'rate', well.length, 'answers', connects),
    figure('connect-storm', 'p95', percentile(well, 0.95), 'ms', 10_000),
    figure('connect-storm', 'max', Math.max(...well), 'ms', 10_000),
  ];
}

/** Credentials of that many devices of the founder. */
async function enrol(url: string, clinic: TestClinic, count: number): Promise<string[]> {
  const credentials: string[] = [];
  for (let n = 0; n < count; n += 1) {
    const invite = { method: 'POST', path: '/v1/devices/invitations', body: { userId: clinic.first.actor.userId } };
    const { code } = await call(url, 'POST', invite.path, clinic.credential, invite.body, proofHeaders(clinic.first.actor, invite));
    const enrolled = await call(url, 'POST', '/v1/devices', undefined, { code, device: { id: v7(), name: `Nr. ${n}` } });
    credentials.push(String(enrolled['deviceCredential']));
  }
  return credentials;
}

/** Reads the feed to its end. Returns offset and handle for the next request. */
export async function endOfFeed(url: string, credential: string): Promise<string> {
  let place = 'offset=-1';
  for (;;) {
    const response = await fetch(`${url}/v1/shape?table=feed&${place}`, { headers: { authorization: `Bearer ${credential}` } });
    if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
    await response.arrayBuffer();
    place = `offset=${response.headers.get('electric-offset')}&handle=${response.headers.get('electric-handle')}`;
    if (response.headers.has('electric-up-to-date')) return place;
  }
}
