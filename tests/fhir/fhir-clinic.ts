/** A clinic that holds a person with a row of every kind, written as the server writes, and somebody signed in who asks for them by FHIR. */
import { entityNames, type EntityName } from '#db/model/entities.ts';
import type { Role } from '#db/model/clinic.ts';
import { withClinic } from '#db/postgres/open.ts';
import { derivedId } from '#db/model/ids.ts';
import { syntheticNationalId } from '#db/rules/fodselsnummer.ts';
import { fieldsOf, type RowWrite } from '#db/sync/row.ts';
import { serverWrite } from '#sync-server/core/server-write.ts';
import { addColleague, foundClinic, PASSPHRASE, request, verifierOf, type Laptop } from '#sync-server/testing/test-clinic.ts';
import type { TestServer } from '#sync-server/testing/test-server.ts';
import { richSource, type Rows } from './rich-person.ts';

export interface FhirClinic {
  owner: Laptop;
  /** Of the owner, who is ADMIN and PRACTITIONER. */
  token: string;
  patientId: string;
  nationalId: string;
  rows: Rows;
  /** The id that a row of the rich person has here. */
  here(id: string): string;
}

/** @param name tells clinics apart that hold the same person */
export async function fhirClinic(server: TestServer, name = 'Testklinikken'): Promise<FhirClinic> {
  const owner = await foundClinic(server.app, { name });
  const token = await sessionOf(server, owner);
  const source = richSource();
  const here = (id: string): string => derivedId(owner.clinicId, id);
  const nationalId = syntheticNationalId({ birthDate: '1979-01-01', n: 3 });
  // Every id anew, so that two clinics can hold the same person.
  const moved = (value: unknown): unknown =>
    typeof value === 'string'
      ? value.replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}/g, here)
      : Array.isArray(value)
        ? value.map(moved)
        : typeof value === 'object' && value !== null
          ? Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, moved(inner)]))
          : value;
  const rows = moved(source.rows) as Rows;
  const [first] = rows['patient'] ?? [];
  Object.assign(first ?? {}, {
    nationalId,
    nationalIdKind: 'fnr',
    birthDate: '1979-01-01',
    sex: 'female',
    familyName: 'Ødegård-Bø',
    givenName: 'Kari Anne',
  });
  const users = (moved(source.users) as NonNullable<Rows[string]>).map((user) => ({ ...user, roles: ['PRACTITIONER'], validUntil: null }));
  // The run that brought in what was brought in: not the person's, and so not in the journal.
  const run = {
    id: String(rows['imported_entry']?.[0]?.['importId']),
    kind: 'history',
    sourceSystem: 'Gammelt system',
    fileName: 'historikk.csv',
    sha256: '0'.repeat(64),
    mapping: {},
    addedById: owner.userId,
    addedAt: '2026-11-23T08:00:00.000Z',
    undone: false,
  };
  const all: Rows = { user: users, import_batch: [run], ...rows };
  const known = new Set(Object.values({ ...all, import_batch: [] }).flatMap((some) => some.map(({ id }) => id)));
  const writes = entityNames.flatMap((entity) => (all[entity] ?? []).map((row) => birthOf(entity, row, known)));
  await withClinic(server.pool, owner.clinicId, (tx) => serverWrite(tx, owner.clinicId, owner.deviceId, writes));
  return { owner, token, patientId: first?.id ?? '', nationalId, rows, here };
}

/** References to rows that never were are left out: Postgres knows that they are not there. */
function birthOf(entity: EntityName, { id, ...set }: { id: string } & Record<string, unknown>, known: ReadonlySet<unknown>): RowWrite {
  for (const [field, { references, nullable }] of Object.entries(fieldsOf(entity)))
    if (references !== undefined && nullable && !known.has(set[field])) set[field] = null;
  return { entity, id, birth: true, set, extra: {} };
}

export async function sessionOf(server: TestServer, laptop: Laptop): Promise<string> {
  const answer = await request(server.app, undefined, 'POST', '/v1/sessions', { email: laptop.email, passphrase: PASSPHRASE });
  return answer.json<{ accessToken: string }>().accessToken;
}

/** A colleague with a passphrase, signed in. */
export async function colleagueWith(server: TestServer, owner: Laptop, roles: Role[]): Promise<{ laptop: Laptop; token: string }> {
  const laptop = await addColleague(server.app, owner, roles);
  await request(server.app, laptop, 'PUT', `/v1/accounts/${laptop.userId}`, { verifier: await verifierOf(PASSPHRASE) });
  return { laptop, token: await sessionOf(server, laptop) };
}

/** Asks without a client, for what clients do not show. */
export function ask(server: TestServer, token: string | undefined, url: string, headers: Record<string, string> = {}) {
  return server.app.inject({
    method: 'GET',
    url: `/fhir/R4${url}`,
    headers: { ...(token === undefined ? {} : { authorization: `Bearer ${token}` }), ...headers },
  });
}
