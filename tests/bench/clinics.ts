/** What one clinic's work costs when few and when many others share the server: a change saved, and the feed read after it. */
import { foundClinic, type TestClinic } from '#tests/sync/clinic.ts';
import { endOfFeed } from './fan-out.ts';
import { figure, percentile } from './figures.ts';
import type { Figure } from './figures.ts';

const SAVES = 120;
/** Rows each clinic has when it is measured. */
const ROWS = 20;

/** How many are founded at a time; each is a laptop with its own encrypted file, and a thousand take minutes. */
const TOGETHER = 8;

/** Founds clinics up to `few`, measures, up to `many`, measures again: the ratio says what the others cost. */
export async function clinicCost(url: string, { few, many }: { few: number; many: number }): Promise<Figure[]> {
  let founded = 0;
  const found = async (count: number) => {
    while (founded < count) {
      const now = Math.min(TOGETHER, count - founded);
      await Promise.all(Array.from({ length: now }, () => workingClinic(url)));
      founded += now;
    }
  };
  const measured = await foundClinic(url);
  try {
    await found(few);
    await saves(url, measured);
    const among = await saves(url, measured);
    await found(many);
    await saves(url, measured);
    const amongMany = await saves(url, measured);
    return [
      figure('clinics', 'p50', percentile(amongMany, 0.5), 'ms', percentile(among, 0.5)),
      figure('clinics', 'p95', percentile(amongMany, 0.95), 'ms', percentile(among, 0.95)),
    ];
  } finally {
    await measured.first.close();
  }
}

/** A clinic that has some patients, and whose laptop is shut again. */
async function workingClinic(url: string): Promise<void> {
  const { first } = await foundClinic(url);
  first.write('patient.create', (ctx) => {
    for (let n = 0; n < ROWS; n += 1) ctx.insert('patient', { givenName: `Kari ${n}`, familyName: 'Nordmann' });
  });
  await first.engine().syncNow();
  await first.close();
}

/** ms of a change pushed and answered, and the feed read to its end, each time anew. */
async function saves(url: string, { first, credential }: TestClinic): Promise<number[]> {
  let place = await endOfFeed(url, credential);
  const times: number[] = [];
  for (let n = 0; n < SAVES; n += 1) {
    first.write('patient.create', (ctx) => ctx.insert('patient', { givenName: 'En', familyName: 'Til' }));
    const began = performance.now();
    await first.engine().syncNow();
    const response = await fetch(`${url}/v1/shape?table=feed&${place}`, { headers: { authorization: `Bearer ${credential}` } });
    await response.arrayBuffer();
    times.push(performance.now() - began);
    place = `offset=${response.headers.get('electric-offset')}&handle=${response.headers.get('electric-handle')}`;
  }
  return times;
}
