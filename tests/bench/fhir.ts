/**
 * The FHIR API over a port, with real Postgres in the same process: reading, searching by name among all patients, one journal of some five hundred resources,
 * and all of a clinic.
 */
import { v7 } from 'uuid';
import { withClinic } from '#db/postgres/open.ts';
import type { RowWrite } from '#db/sync/row.ts';
import { serverWrite } from '#sync-server/core/server-write.ts';
import { foundClinic, PASSPHRASE, request, type Laptop } from '#sync-server/testing/test-clinic.ts';
import { openTestDatabase } from '#sync-server/testing/test-database.ts';
import { openTestServer, type TestServer } from '#sync-server/testing/test-server.ts';
import { figure, percentile, spread, type Figure } from './figures.ts';
import { measureMedplum } from './medplum.ts';

const FAMILIES = [
  'Hansen',
  'Johansen',
  'Olsen',
  'Larsen',
  'Andersen',
  'Pedersen',
  'Nilsen',
  'Kristiansen',
  'Jensen',
  'Karlsen',
  'Ødegård',
  'Bakke',
  'Moen',
  'Lie',
];
const GIVEN = ['Kari', 'Ola', 'Anne', 'Per', 'Ingrid', 'Lars', 'Liv', 'Jan', 'Bjørg', 'Åse', 'Nils', 'Eva'];

export async function fhirBench({ patients, visits, reads }: { patients: number; visits: number; reads: number }): Promise<Figure[]> {
  const database = await openTestDatabase();
  const server = await openTestServer(database);
  try {
    const laptop = await foundClinic(server.app);
    const ids = await filled(server, laptop, patients, visits);
    const signIn = await request(server.app, undefined, 'POST', '/v1/sessions', { email: laptop.email, passphrase: PASSPHRASE });
    const headers = { authorization: `Bearer ${signIn.json<{ accessToken: string }>().accessToken}` };
    const base = `${await server.url()}/fhir/R4`;
    const get = async (path: string): Promise<{ ms: number; text: string }> => {
      const began = performance.now();
      const answer = await fetch(`${base}${path}`, { headers });
      const text = await answer.text();
      if (answer.status >= 300) throw new Error(`${path}: ${answer.status} ${text}`);
      return { ms: performance.now() - began, text };
    };
    const times = async (paths: readonly string[]): Promise<number[]> => {
      const all: number[] = [];
      for (const path of paths) all.push((await get(path)).ms);
      return all;
    };
    const pick = <T>(from: readonly T[], n: number): T => from[(n * 7919) % from.length] as T;
    const onePatient = Array.from({ length: reads }, (_, n) => `/Patient/${pick(ids, n)}`);
    await times(onePatient.slice(0, 20));
    const read = await times(onePatient);
    const cold = (await get('/Patient?family=hansen')).ms;
    const found = await times(
      Array.from(
        { length: reads },
        (_, n) => `/Patient?name=${encodeURIComponent(`${pick(GIVEN, n)} ${pick(FAMILIES, n).slice(0, 3)}`)}&_sort=family`,
      ),
    );
    // Words that the peer understands as we do: the beginning of a family name.
    const byFamily = Array.from({ length: 10 }, (_, n) => `/Patient?family=${pick(FAMILIES.slice(0, 10), n)}${n + 1}&_sort=family`);
    const family = await times(byFamily);
    const journal = await get(`/Patient/${ids[0]}/$everything`);
    const resources = (JSON.parse(journal.text) as { total: number }).total;
    const everything = await times(Array.from({ length: Math.max(5, Math.round(reads / 10)) }, () => `/Patient/${ids[0]}/$everything`));
    const bulk = await bulkExport(base, headers);
    const [peerRead = [], peerFamily = []] = await measureMedplum(bulk.patients, [onePatient, byFamily]);
    return [
      ...spread('fhir-read', read, 20),
      ...spread('fhir-search', found, 60),
      figure('fhir-search-cold', 'max', cold, 'ms', 5000),
      ...spread('fhir-everything', everything, 300),
      figure('fhir-everything-size', 'max', resources, 'resources', 500),
      figure('fhir-bulk', 'rate', bulk.rate, '1/s', 2000),
      figure('fhir-read-medplum', 'p50', percentile(read, 0.5), 'ms', percentile(peerRead, 0.5)),
      figure('fhir-search-medplum', 'p50', percentile(family, 0.5), 'ms', percentile(peerFamily, 0.5)),
    ];
  } finally {
    await server.close();
    await database.close();
  }
}

/** How fast all of the clinic goes out, and its patients, one a line. */
async function bulkExport(base: string, headers: Record<string, string>): Promise<{ rate: number; patients: string }> {
  const began = performance.now();
  const start = await fetch(`${base}/$export`, { headers: { ...headers, prefer: 'respond-async' } });
  const manifest = (await (await fetch(start.headers.get('content-location') ?? '', { headers })).json()) as {
    output: { type: string; url: string }[];
  };
  let lines = 0;
  let patients = '';
  for (const { type, url } of manifest.output) {
    const text = await (await fetch(url, { headers })).text();
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lines += 1;
    if (type === 'Patient') patients += text;
  }
  return { rate: lines / ((performance.now() - began) / 1000), patients };
}

/** All have a name; the first has a journal of some five hundred resources, some others a visit. */
async function filled(server: TestServer, { clinicId, deviceId, userId }: Laptop, patients: number, visits: number): Promise<string[]> {
  const ids = Array.from({ length: patients }, () => v7());
  const put = (writes: readonly RowWrite[]) => withClinic(server.pool, clinicId, (tx) => serverWrite(tx, clinicId, deviceId, writes));
  const born = (entity: RowWrite['entity'], set: Record<string, unknown>, id = v7()): RowWrite => ({
    entity,
    id,
    birth: true,
    set,
    extra: {},
  });
  for (let at = 0; at < patients; at += 1000)
    await put(
      ids.slice(at, at + 1000).map((id, i) =>
        born(
          'patient',
          {
            givenName: GIVEN[(at + i) % GIVEN.length],
            familyName: `${FAMILIES[Math.floor((at + i) / GIVEN.length) % FAMILIES.length]}${Math.floor((at + i) / 168)}`,
            birthDate: `${1930 + ((at + i) % 90)}-05-17`,
            phone: String(40_000_000 + at + i),
          },
          id,
        ),
      ),
    );
  const visit = (patientId: string, n: number): RowWrite[] => {
    const encounterId = v7();
    const at = new Date(Date.UTC(2026, 0, 1, n)).toISOString();
    return [
      born(
        'encounter',
        { patientId, practitionerId: userId, visitType: 'follow_up', visitAt: at, recordedAt: at, status: 'draft' },
        encounterId,
      ),
      ...['subjective', 'objective', 'assessment', 'plan'].map((key) =>
        born('note_section', { encounterId, key, text: 'Bedre siden sist, litt stiv om morgenen. '.repeat(4) }),
      ),
      born('observation', { encounterId, code: 'nrs-now', value: n % 11 }),
      born('diagnosis', {
        encounterId,
        system: 'icpc-2',
        code: 'L84',
        text: 'Ryggsyndrom uten smerteutstråling',
        release: '2026',
        main: true,
      }),
      born('treatment_line', { encounterId, patientId, code: 'K2', label: 'Behandling', amountOre: 65_000, refundOre: 4600 }),
    ];
  };
  const writes: RowWrite[] = [
    ...Array.from({ length: 100 }, (_, n) => visit(ids[0] ?? '', n)).flat(),
    ...Array.from({ length: visits }, (_, n) => visit(ids[1 + (n % (patients - 1))] ?? '', n)).flat(),
  ];
  for (let at = 0; at < writes.length; at += 1000) await put(writes.slice(at, at + 1000));
  return ids;
}
