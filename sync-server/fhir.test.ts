/** The FHIR API as its clients use it: over HTTP, with real Postgres, everything it says judged by HL7's definitions. */
import { MedplumClient } from '@medplum/core';
import type { Bundle, OperationOutcome, Patient, Resource } from '@medplum/fhirtypes';
import { Client as FhirKit } from 'fhir-kit-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { v7 } from 'uuid';
import { faultsOf, resourcesOf } from '#tests/fhir/read-bundle.ts';
import { fromXml } from './core/fhir/xml-reader.ts';
import { ask, colleagueWith, fhirClinic, type FhirClinic } from '#tests/fhir/fhir-clinic.ts';
import { newPatient, request, write } from './testing/test-clinic.ts';
import { openTestDatabase, type TestDatabase } from './testing/test-database.ts';
import { openTestServer, type TestServer } from './testing/test-server.ts';

let database: TestDatabase;
let server: TestServer;
let clinic: FhirClinic;
let other: FhirClinic;
let url: string;
let kit: FhirKit;
beforeAll(async () => {
  database = await openTestDatabase();
  server = await openTestServer(database);
  clinic = await fhirClinic(server, 'Vår klinikk');
  other = await fhirClinic(server, 'Deres klinikk');
  url = await server.url();
  kit = new FhirKit({ baseUrl: `${url}/fhir/R4`, bearerToken: clinic.token });
});
afterAll(async () => {
  await server?.close();
  await database?.close();
});

const codesOf = (outcome: unknown): (string | undefined)[] =>
  ((outcome as OperationOutcome).issue ?? []).map(({ details }) => details?.coding?.[0]?.code);
const faults = (resource: unknown): string[] =>
  faultsOf(
    (resource as Resource).resourceType === 'Bundle'
      ? (resource as Bundle)
      : { resourceType: 'Bundle', type: 'collection', entry: [{ resource: resource as Resource }] },
  );
const search = async (type: string, query: Record<string, string> = {}, token = clinic.token) => {
  const answer = await ask(server, token, `/${type}?${new URLSearchParams(query).toString()}`);
  expect([answer.statusCode, answer.body.slice(0, 300)]).toEqual([200, expect.any(String)]);
  return answer.json<Bundle>();
};
const matches = (bundle: Bundle): Resource[] =>
  (bundle.entry ?? []).flatMap(({ resource, search: how }) => (how?.mode === 'match' && resource ? [resource] : []));

describe('metadata', () => {
  it('is a CapabilityStatement, open to all, that says what there is', async () => {
    const statement = await new FhirKit({ baseUrl: `${url}/fhir/R4` }).capabilityStatement();
    expect(statement.resourceType).toBe('CapabilityStatement');
    expect(faults(statement)).toEqual([]);
  });

  it('every type it names is read, searched by every parameter it names, and has a history', async () => {
    const statement = (await ask(server, undefined, '/metadata')).json<{
      rest: { resource: { type: string; interaction: { code: string }[]; searchParam: { name: string; type: string }[] }[] }[];
    }>();
    const types = (statement.rest[0]?.resource ?? []).filter(({ interaction }) => interaction.some(({ code }) => code === 'search-type'));
    expect(types.length).toBeGreaterThan(20);
    for (const { type, searchParam } of types) {
      const all = await search(type);
      expect(faults(all), type).toEqual([]);
      const [first] = matches(all);
      expect(first, `${type} has none to look at`).toBeDefined();
      const one = await ask(server, clinic.token, `/${type}/${first?.id}`);
      expect([type, one.statusCode]).toEqual([type, 200]);
      expect(one.json(), type).toEqual(first);
      expect(one.headers['etag']).toBe(`W/"${first?.meta?.versionId}"`);
      expect((await ask(server, clinic.token, `/${type}/${first?.id}/_history`)).statusCode).toBe(200);
      expect((await ask(server, clinic.token, `/${type}/${first?.id}/_history/${first?.meta?.versionId}`)).json()).toEqual(first);
      const answers = searchParam.map(async ({ name, type: kind }) => {
        const value = kind === 'date' ? 'ge2000' : kind === 'reference' ? `Patient/${clinic.patientId}` : 'x';
        const found = await ask(server, clinic.token, `/${type}?${name}=${encodeURIComponent(value)}`, { prefer: 'handling=strict' });
        return [name, found.statusCode];
      });
      expect([type, await Promise.all(answers)]).toEqual([type, searchParam.map(({ name }) => [name, 200])]);
    }
  }, 240_000);
});

describe('Patient', () => {
  it('is found by name from its beginning, without case and accents, by number, birth date and address; æøå are letters of their own', async () => {
    const found = async (query: Record<string, string>) => matches(await search('Patient', query)).map(({ id }) => id);
    const fnr = 'urn:oid:2.16.578.1.12.4.1.4.1';
    const yes: Record<string, string>[] = [
      { name: 'øde' },
      { name: 'bø' },
      { family: 'ØDEGÅRD' },
      { given: 'anne' },
      { name: 'kari anne øde' },
      { 'name:contains': 'degår' },
      { 'family:exact': 'Ødegård-Bø' },
      { identifier: clinic.nationalId },
      { identifier: `${fnr}|${clinic.nationalId}` },
      { identifier: `${fnr}|`, name: 'øde' },
      { birthdate: '1979-01-01', family: 'øde' },
      { birthdate: 'lt1980', family: 'øde' },
      { gender: 'female', _id: clinic.patientId },
      { active: 'true', family: 'øde' },
      { family: 'øde,ingen' },
      { 'gender:not': 'male', family: 'øde' },
    ];
    for (const query of yes) expect(await found(query), JSON.stringify(query)).toEqual([clinic.patientId]);
    const no: Record<string, string>[] = [
      { family: 'odegard' },
      { family: 'degård' },
      { identifier: `urn:oid:2.16.578.1.12.4.1.4.2|${clinic.nationalId}` },
      { birthdate: 'gt1979-01-01', family: 'øde' },
      { 'family:exact': 'ødegård-bø' },
      { 'birthdate:missing': 'true', family: 'øde' },
    ];
    for (const query of no) expect(await found(query), JSON.stringify(query)).toEqual([]);
  });

  it('carries Norwegian identifiers and is what the bundle of the journal has', async () => {
    const patient = (await kit.read({ resourceType: 'Patient', id: clinic.patientId })) as unknown as Patient;
    const [official, ...others] = patient.identifier ?? [];
    expect(official).toEqual({ use: 'official', system: 'urn:oid:2.16.578.1.12.4.1.4.1', value: clinic.nationalId });
    // The number another journal gave: old, and of no register.
    expect(others.map(({ use, system }) => ({ use, system }))).toEqual([{ use: 'old', system: undefined }]);
    expect(patient.managingOrganization?.reference).toBe(`Organization/${clinic.owner.clinicId}`);
    expect(faults(patient)).toEqual([]);
  });

  it('pages through all, each once, in the order that was asked for, by links that tell nothing', async () => {
    for (const name of ['Berg', 'Dahl', 'Aas', 'Bakken', 'Eide']) await write(server.app, clinic.owner, newPatient(`Side-${name}`));
    let page = (await kit.search({
      resourceType: 'Patient',
      searchParams: { family: 'side', _count: 2, _sort: '-family' },
    })) as unknown as Bundle;
    expect(page.total).toBe(5);
    const names: string[] = [];
    for (;;) {
      names.push(...matches(page).map((one) => (one as Patient).name?.[0]?.family ?? ''));
      const next = page.link?.find(({ relation }) => relation === 'next')?.url;
      if (next === undefined) break;
      expect(next).not.toContain('side');
      // Whoever else has the link has nothing.
      const stolen = await ask(server, other.token, next.slice(next.indexOf('/fhir/R4') + 8));
      expect([stolen.statusCode, codesOf(stolen.json())]).toEqual([400, ['fhir/unknown-page']]);
      page = (await kit.nextPage({ bundle: page as never })) as unknown as Bundle;
    }
    expect(names).toEqual(['Side-Eide', 'Side-Dahl', 'Side-Berg', 'Side-Bakken', 'Side-Aas']);
  });

  it('what a laptop writes is found at once; what changed since is found by _lastUpdated', async () => {
    const before = (await search('Patient', { _count: '0' })).total ?? 0;
    const mark = new Date().toISOString();
    await new Promise((resolve) => setTimeout(resolve, 5));
    const patient = newPatient('Nyregistrert');
    await write(server.app, clinic.owner, patient);
    expect((await search('Patient', { family: 'nyreg' })).total).toBe(1);
    expect((await search('Patient', { _count: '0' })).total).toBe(before + 1);
    expect(matches(await search('Patient', { _lastUpdated: `ge${mark}` })).map(({ id }) => id)).toEqual([patient.rowId]);
    expect((await search('Patient', { _lastUpdated: `lt${mark}`, family: 'nyreg' })).total).toBe(0);
    await write(server.app, clinic.owner, {
      entity: 'patient',
      rowId: patient.rowId,
      set: { familyName: 'Omdøpt' },
      base: { familyName: 1_000_000 },
    });
    expect((await search('Patient', { family: 'nyreg' })).total).toBe(0);
    expect((await search('Patient', { family: 'omd' })).total).toBe(1);
    await write(server.app, clinic.owner, {
      entity: 'patient',
      rowId: patient.rowId,
      set: { deleted: true },
      base: { deleted: 1_000_000 },
    });
    expect((await search('Patient', { family: 'omd' })).total).toBe(0);
    const gone = await ask(server, clinic.token, `/Patient/${patient.rowId}`);
    expect([gone.statusCode, codesOf(gone.json())]).toEqual([410, ['fhir/gone']]);
  });

  it('by form as by address; what is not known is left out and said, or refused when one is strict', async () => {
    const form = await server.app.inject({
      method: 'POST',
      url: '/fhir/R4/Patient/_search',
      headers: { authorization: `Bearer ${clinic.token}`, 'content-type': 'application/x-www-form-urlencoded' },
      payload: new URLSearchParams({ family: 'øde', shoesize: '42' }).toString(),
    });
    const bundle = form.json<Bundle>();
    expect(matches(bundle)).toHaveLength(1);
    expect(bundle.link?.[0]?.url).toContain('family=');
    expect(bundle.link?.[0]?.url).not.toContain('shoesize');
    expect(codesOf(bundle.entry?.find(({ search: how }) => how?.mode === 'outcome')?.resource)).toEqual(['fhir/unknown-parameter']);
    const strict = await ask(server, clinic.token, '/Patient?shoesize=42', { prefer: 'handling=strict' });
    expect([strict.statusCode, codesOf(strict.json())]).toEqual([400, ['fhir/unknown-parameter']]);
    for (const query of ['birthdate=i+morgen', 'birthdate:soundex=1979', '_count=-1', 'name=', 'gender=%7C', '_sort=shoesize'].entries()) {
      const answer = await ask(server, clinic.token, `/Patient?${query[1]}`, { prefer: 'handling=strict' });
      expect([query[1], answer.statusCode]).toEqual([query[1], 400]);
      expect(faults(answer.json())).toEqual([]);
    }
  });

  it('MedplumClient finds and reads', async () => {
    const medplum = new MedplumClient({ baseUrl: url, fhirUrlPath: 'fhir/R4', accessToken: clinic.token, fetch });
    const found = await medplum.searchOne('Patient', { identifier: clinic.nationalId });
    expect(found?.id).toBe(clinic.patientId);
    expect((await medplum.readResource('Patient', clinic.patientId)).id).toBe(clinic.patientId);
  });
});

describe('XML', () => {
  it('says what JSON says, of every type, and is read back as the same', async () => {
    const { json, xml } = await bothForms();
    expect(xml.headers['content-type']).toBe('application/fhir+xml; charset=utf-8');
    expect(fromXml(xml.body)).toEqual(json.json());
  });
  const bothForms = async () => ({
    json: await ask(server, clinic.token, `/Patient/${clinic.patientId}/$everything`),
    xml: await ask(server, clinic.token, `/Patient/${clinic.patientId}/$everything`, { accept: 'application/fhir+xml' }),
  });

  it('a refusal too; what neither can be said in is refused', async () => {
    const unknown = await ask(server, clinic.token, `/Patient/${v7()}?_format=xml`);
    expect([unknown.statusCode, fromXml(unknown.body)?.['resourceType']]).toEqual([404, 'OperationOutcome']);
    expect((await ask(server, undefined, '/Patient', { accept: 'application/fhir+xml' })).body).toContain('<OperationOutcome');
    const html = await ask(server, clinic.token, `/Patient/${clinic.patientId}`, { accept: 'text/html' });
    expect([html.statusCode, codesOf(html.json())]).toEqual([406, ['fhir/not-acceptable']]);
  });

  it.each([
    ['an entity', '<!DOCTYPE Patient [<!ENTITY x "y">]><Patient xmlns="http://hl7.org/fhir"><id value="&x;"/></Patient>'],
    ['an entity from elsewhere', '<!DOCTYPE p SYSTEM "file:///etc/passwd"><Patient xmlns="http://hl7.org/fhir"/>'],
    ['an unknown entity', '<Patient xmlns="http://hl7.org/fhir"><id value="&x;"/></Patient>'],
    ['a style sheet', '<?xml-stylesheet href="x"?><Patient xmlns="http://hl7.org/fhir"/>'],
    ['no namespace', '<Patient/>'],
    ['another type', '<Nobody xmlns="http://hl7.org/fhir"/>'],
    ['another element', '<Patient xmlns="http://hl7.org/fhir"><shoe value="42"/></Patient>'],
    ['words between', '<Patient xmlns="http://hl7.org/fhir">hei</Patient>'],
    ['one twice', '<Patient xmlns="http://hl7.org/fhir"><birthDate value="1979"/><birthDate value="1980"/></Patient>'],
    ['too deep', `<Patient xmlns="http://hl7.org/fhir">${'<extension url="x">'.repeat(100)}`],
    ['cut short', '<Patient xmlns="http://hl7.org/fhir"><birthDate value="1979"'],
    ['nothing', ''],
  ])('%s is no resource', (_, text) => {
    expect(fromXml(text)).toBeUndefined();
  });
});

describe('versions', () => {
  it('If-None-Match: what the caller has is not sent again', async () => {
    const first = await ask(server, clinic.token, `/Patient/${clinic.patientId}`);
    const again = await ask(server, clinic.token, `/Patient/${clinic.patientId}`, { 'if-none-match': String(first.headers['etag']) });
    expect([again.statusCode, again.body]).toEqual([304, '']);
  });

  it('a history says what is kept and what not; another version is not given', async () => {
    const patient = newPatient('Historisk');
    await write(server.app, clinic.owner, patient);
    await write(server.app, clinic.owner, { entity: 'patient', rowId: patient.rowId, set: { city: 'Bodø' }, base: { city: 1_000_000 } });
    const history = (await kit.history({ resourceType: 'Patient', id: patient.rowId })) as unknown as Bundle;
    expect(history.entry?.map(({ request: how, resource }) => [how?.method, resource !== undefined])).toEqual([
      ['PUT', true],
      ['POST', false],
    ]);
    expect(faults(history)).toEqual([]);
    const earlier = history.entry?.[1]?.response?.etag?.slice(3, -1);
    const answer = await ask(server, clinic.token, `/Patient/${patient.rowId}/_history/${earlier}`);
    expect([answer.statusCode, codesOf(answer.json())]).toEqual([404, ['fhir/version-not-kept']]);
  });
});

describe('who sees what', () => {
  it('another clinic’s resource is as one that is nowhere, byte for byte', async () => {
    for (const type of ['Patient', 'Encounter', 'Practitioner', 'Composition', 'AuditEvent']) {
      const theirs = matches(await search(type, {}, other.token))[0]?.id ?? '';
      const [foreign, absent] = [
        await ask(server, clinic.token, `/${type}/${theirs}`),
        await ask(server, clinic.token, `/${type}/${v7()}`),
      ];
      expect([type, foreign.statusCode, foreign.body]).toEqual([type, 404, absent.body]);
      expect((await search(type, { _id: theirs })).total).toBe(0);
    }
    expect((await search('Encounter', { patient: other.patientId })).total).toBe(0);
  });

  it('an assistant sees the desk’s and nothing clinical; an administrator who is nothing else no patient', async () => {
    const assistant = await colleagueWith(server, clinic.owner, ['ASSISTANT']);
    expect((await search('Patient', { family: 'øde' }, assistant.token)).total).toBe(1);
    expect((await search('Appointment', {}, assistant.token)).total).toBe(2);
    for (const type of ['Encounter', 'Condition', 'Observation', 'Composition', 'DocumentReference', 'Provenance', 'EpisodeOfCare']) {
      const answer = await ask(server, assistant.token, `/${type}`);
      expect([type, answer.statusCode, codesOf(answer.json())]).toEqual([type, 403, ['fhir/forbidden']]);
    }
    expect(matches(await search('Consent', {}, assistant.token)).every((one) => !JSON.stringify(one).includes('treatment'))).toBe(true);
    expect((await ask(server, assistant.token, `/Patient/${clinic.patientId}/$everything`)).statusCode).toBe(403);
    const admin = await colleagueWith(server, clinic.owner, ['ADMIN']);
    expect((await ask(server, admin.token, '/Patient')).statusCode).toBe(403);
    expect((await ask(server, admin.token, '/Practitioner')).statusCode).toBe(200);
  });

  it('a journal that the patient has shut is left out, refused and logged; of a booking the hour is left', async () => {
    const blocked = await colleagueWith(server, clinic.owner, ['PRACTITIONER']);
    const set = {
      patientId: clinic.patientId,
      userId: blocked.laptop.userId,
      blocked: true,
      setById: clinic.owner.userId,
      setAt: '2026-11-28T08:00:00.000Z',
    };
    expect((await write(server.app, clinic.owner, { entity: 'access_block', rowId: v7(), set })).outcome).toBe('applied');
    const patients = await search('Patient', { family: 'øde' }, blocked.token);
    expect([patients.total, codesOf(patients.entry?.[0]?.resource)]).toEqual([0, ['fhir/blocked']]);
    for (const type of ['Encounter', 'Condition', 'Composition', 'Invoice'])
      expect(matches(await search(type, {}, blocked.token))).toEqual([]);
    const shut = await ask(server, blocked.token, `/Patient/${clinic.patientId}`);
    expect([shut.statusCode, codesOf(shut.json())]).toEqual([403, ['fhir/blocked']]);
    const bookings = matches(await search('Appointment', {}, blocked.token));
    expect(bookings).toHaveLength(2);
    for (const booking of bookings)
      expect([Object.keys(booking).includes('reasonCode'), JSON.stringify(booking).includes('SUBSETTED')]).toEqual([false, true]);
    const refusals = matches(await search('AuditEvent', { patient: clinic.patientId, outcome: '4' }));
    expect(JSON.stringify(refusals)).toContain(blocked.laptop.userId);
    const until = new Date(Date.now() + 3_600_000).toISOString();
    await write(server.app, blocked.laptop, {
      entity: 'emergency_access',
      rowId: v7(),
      set: {
        patientId: clinic.patientId,
        userId: blocked.laptop.userId,
        reason: 'Besvimt på venterommet',
        openedAt: server.time.now.toISOString(),
        until,
      },
    });
    expect((await ask(server, blocked.token, `/Patient/${clinic.patientId}`)).statusCode).toBe(200);
  });

  it('every read, search and hit list stands in the clinic’s log, and the chain holds', async () => {
    await kit.read({ resourceType: 'Patient', id: clinic.patientId });
    await search('Encounter', { patient: clinic.patientId });
    const page = await request(server.app, { credential: clinic.token }, 'POST', '/v1/audit', {
      patientId: clinic.patientId,
      actorId: clinic.owner.userId,
      action: null,
      from: null,
      to: null,
      before: null,
      limit: 5,
    });
    const log = page.json<{ events: { verb: string; action: string; details: { hits?: string[] } }[]; broken: number }>();
    expect(log.events.slice(0, 2).map(({ verb, action }) => [verb, action])).toEqual([
      ['fhir.search', 'search'],
      ['fhir.read', 'read'],
    ]);
    expect(log.events[0]?.details.hits).toEqual([clinic.patientId]);
    expect(log.broken).toBe(0);
  });
});

describe('the whole journal', () => {
  it('$everything holds what the bundle of the journal holds, each as it is read by itself, and every reference leads somewhere', async () => {
    const answer = await ask(server, clinic.token, `/Patient/${clinic.patientId}/$everything`);
    const bundle = answer.json<Bundle>();
    expect(faults(bundle)).toEqual([]);
    const all = resourcesOf(bundle);
    for (const [entity, rows] of Object.entries(clinic.rows))
      for (const { id } of rows) {
        const inside = answer.body.includes(id);
        expect(inside, `${entity} ${id}`).toBe(true);
      }
    for (const resource of all) {
      const one = await ask(server, clinic.token, `/${resource.resourceType}/${resource.id}`);
      expect(one.json(), `${resource.resourceType}/${resource.id}`).toEqual(resource);
    }
    const here = new Set(all.map(({ resourceType, id }) => `${resourceType}/${id}`));
    const references = [...answer.body.matchAll(/"reference":"([^#"][^"]*)"/g)].map(([, reference]) => reference ?? '');
    expect(references.length).toBeGreaterThan(50);
    expect(references.filter((reference) => !here.has(reference))).toEqual([]);
  }, 120_000);

  it('_include and _revinclude bring what belongs to a page', async () => {
    const visits = await search('Encounter', {
      patient: clinic.patientId,
      status: 'finished',
      _include: 'Encounter:practitioner',
      _revinclude: 'Condition:encounter',
    });
    const types = resourcesOf(visits).map(({ resourceType }) => resourceType);
    expect(types.filter((one) => one === 'Encounter')).toHaveLength(1);
    expect(types.filter((one) => one === 'Practitioner')).toHaveLength(1);
    expect(types.filter((one) => one === 'Condition')).toHaveLength(2);
    const chained = await search('Encounter', { 'patient.identifier': clinic.nationalId, _include: 'Encounter:patient' });
    expect(chained.total).toBe(3);
  });
});
