/** The rows that our laptops and the peer's carry in one run: a patient of about 300 bytes of JSON, invented, the same for both. */
import type { Laptop } from '#tests/sync/laptop.ts';

/** Rows of one transaction when many are written at once, on either side. */
const AT_ONCE = 500;

/** The nth document's values. */
export function documentAt(n: number) {
  return {
    givenName: `Kari ${n}`,
    familyName: `Nordmann ${n % 977}`,
    birthDate: `19${String(40 + (n % 60)).padStart(2, '0')}-0${1 + (n % 9)}-1${n % 10}`,
    sex: 'female' as const,
    phone: String(40_000_000 + n),
    email: `kari.${n}@example.no`,
    addressLine: `Storgata ${n}`,
    postalCode: '0155',
    city: 'Oslo',
    occupation: 'Sykepleier',
    status: 'active' as const,
  };
}

/** Writes documents `from` up to `to` on a laptop: row, log and outbox entry, signed, as the app does; a new one per transaction or many. */
export function writeDocuments(laptop: Laptop, from: number, to: number, atOnce = AT_ONCE): void {
  for (let at = from; at < to; at += atOnce) {
    laptop.write('patient.create', (ctx) => {
      for (let n = at; n < Math.min(to, at + atOnce); n += 1) ctx.insert('patient', documentAt(n));
    });
  }
}
