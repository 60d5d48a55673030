/** All of a clinic by FHIR's bulk data: who may, what comes, and that it can be stopped; and that it is what single reads and `$everything` give. */
import type { Bundle, Resource } from '@medplum/fhirtypes';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { faultsOf } from '#tests/fhir/read-bundle.ts';
import { ask, colleagueWith, fhirClinic, type FhirClinic } from '#tests/fhir/fhir-clinic.ts';
import { noBasisFaults } from './core/fhir/no-basis.ts';
import { refusalIn } from './testing/probes.ts';
import { newPatient, write } from './testing/test-clinic.ts';
import { openTestDatabase, type TestDatabase } from './testing/test-database.ts';
import { openTestServer, type TestServer } from './testing/test-server.ts';

let database: TestDatabase;
let server: TestServer;
let clinic: FhirClinic;
beforeAll(async () => {
  database = await openTestDatabase();
  server = await openTestServer(database);
  clinic = await fhirClinic(server);
  await fhirClinic(server, 'Deres klinikk');
});
afterAll(async () => {
  await server?.close();
  await database?.close();
});

const ASYNC = { prefer: 'respond-async', accept: 'application/fhir+json' };
interface Manifest {
  transactionTime: string;
  output: { type: string; url: string }[];
}
const pathOf = (url: string): string => url.slice(url.indexOf('/fhir/R4') + '/fhir/R4'.length);
async function takeOut(query = ''): Promise<{ status: string; manifest: Manifest; resources: Resource[] }> {
  const begun = await ask(server, clinic.token, `/$export${query}`, ASYNC);
  expect([begun.statusCode, begun.body]).toEqual([202, '']);
  const status = pathOf(String(begun.headers['content-location']));
  const manifest = (await ask(server, clinic.token, status)).json<Manifest>();
  const resources: Resource[] = [];
  for (const { type, url } of manifest.output) {
    const file = await ask(server, clinic.token, pathOf(url));
    expect(file.headers['content-type']).toBe('application/fhir+ndjson; charset=utf-8');
    const lines = file.body.split('\n').filter((line) => line !== '');
    for (const line of lines) {
      const resource = JSON.parse(line) as Resource;
      expect(resource.resourceType).toBe(type);
      resources.push(resource);
    }
  }
  return { status, manifest, resources };
}

it('holds what $everything holds, once, valid, with Norwegian identifiers as no-basis asks', async () => {
  const { resources } = await takeOut();
  const names = resources.map(({ resourceType, id }) => `${resourceType}/${id}`);
  expect(new Set(names).size).toBe(names.length);
  const everything = (await ask(server, clinic.token, `/Patient/${clinic.patientId}/$everything`)).json<Bundle>();
  for (const { resource } of everything.entry ?? [])
    expect(resources.find(({ resourceType, id }) => resourceType === resource?.resourceType && id === resource?.id)).toEqual(resource);
  expect(faultsOf({ resourceType: 'Bundle', type: 'collection', entry: resources.map((resource) => ({ resource })) })).toEqual([]);
  const known = resources.filter(({ id }) => id === clinic.patientId || id === clinic.owner.userId);
  expect(known.flatMap((resource) => noBasisFaults(resource as never))).toEqual([]);
  // The judge can say no.
  expect(
    noBasisFaults({ resourceType: 'Patient', identifier: [{ system: 'urn:oid:2.16.578.1.12.4.1.4.1', value: '12345678901' }] }),
  ).toEqual(['Patient.identifier:FNR.value']);
}, 120_000);

it('of some types, and since a moment', async () => {
  expect(new Set((await takeOut('?_type=Encounter,Condition')).resources.map(({ resourceType }) => resourceType))).toEqual(
    new Set(['Encounter', 'Condition']),
  );
  await new Promise((resolve) => setTimeout(resolve, 5));
  const since = new Date().toISOString();
  await new Promise((resolve) => setTimeout(resolve, 5));
  const patient = newPatient('Etterpå');
  await write(server.app, clinic.owner, patient);
  expect((await takeOut(`?_since=${since}`)).resources.map(({ id }) => id)).toEqual([patient.rowId]);
  for (const query of ['_type=Nobody', '_since=i+morgen', '_outputFormat=text/csv'])
    expect(refusalIn(await ask(server, clinic.token, `/$export?${query}`, ASYNC)).code).toBe('fhir/invalid-parameter');
}, 120_000);

it('is stopped, is nobody else’s, and only for who answers for the clinic and is a clinician', async () => {
  const { status, manifest } = await takeOut('?_type=Patient');
  const colleague = await colleagueWith(server, clinic.owner, ['ADMIN', 'PRACTITIONER']);
  expect(refusalIn(await ask(server, colleague.token, status))).toEqual({ status: 404, code: 'fhir/unknown-export' });
  const ended = await server.app.inject({
    method: 'DELETE',
    url: `/fhir/R4${status}`,
    headers: { authorization: `Bearer ${clinic.token}` },
  });
  expect(ended.statusCode).toBe(202);
  for (const path of [status, pathOf(manifest.output[0]?.url ?? '')])
    expect(refusalIn(await ask(server, clinic.token, path)).code).toBe('fhir/unknown-export');
  const practitioner = await colleagueWith(server, clinic.owner, ['PRACTITIONER']);
  expect(refusalIn(await ask(server, practitioner.token, '/$export', ASYNC))).toEqual({ status: 403, code: 'fhir/forbidden' });
}, 120_000);

it('where the operator wants two persons nothing is taken out this way', async () => {
  const strict = await openTestServer(database, { gdprStrict: true, sessionKey: server.deps.sessionKey });
  for (const path of ['/$export', `/Patient/${clinic.patientId}/$everything`])
    expect(refusalIn(await ask(strict, clinic.token, path))).toEqual({ status: 403, code: 'fhir/two-persons' });
  await strict.close();
});
