/** What other systems hand in by FHIR: created and changed as a laptop's changes are, bundles whole or not at all, and what is refused. */
import { MedplumClient } from '@medplum/core';
import type { Appointment, Bundle, DocumentReference, OperationOutcome, QuestionnaireResponse } from '@medplum/fhirtypes';
import { Client as FhirKit } from 'fhir-kit-client';
import pg from 'pg';
import { v7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { faultsOf } from '#tests/fhir/read-bundle.ts';
import { ask, colleagueWith, fhirClinic, type FhirClinic } from '#tests/fhir/fhir-clinic.ts';
import { toXml } from './core/fhir/xml.ts';
import { fromXml } from './core/fhir/xml-reader.ts';
import { refusalIn } from './testing/probes.ts';
import { request, write } from './testing/test-clinic.ts';
import { openTestDatabase, type TestDatabase } from './testing/test-database.ts';
import { openTestServer, type TestServer } from './testing/test-server.ts';

let database: TestDatabase;
let server: TestServer;
let clinic: FhirClinic;
let other: FhirClinic;
let url: string;
let kit: FhirKit;
let admin: pg.Client;
beforeAll(async () => {
  database = await openTestDatabase();
  server = await openTestServer(database);
  clinic = await fhirClinic(server, 'Vår klinikk');
  other = await fhirClinic(server, 'Deres klinikk');
  url = await server.url();
  kit = new FhirKit({ baseUrl: `${url}/fhir/R4`, bearerToken: clinic.token });
  admin = new pg.Client({ connectionString: database.adminUrl });
  await admin.connect();
});
afterAll(async () => {
  await admin?.end();
  await server?.close();
  await database?.close();
});

const PDF = Buffer.from('%PDF-1.7\nNav');
const subject = () => ({ reference: `Patient/${clinic.patientId}` });
const visitId = () => clinic.rows['encounter']?.[0]?.id ?? '';
let hour = 0;
const booking = (more: object = {}): Appointment & Record<string, unknown> => {
  hour += 1;
  const start = new Date(Date.UTC(2027, 0, 4, hour));
  return {
    resourceType: 'Appointment',
    status: 'booked',
    serviceType: [{ coding: [{ system: 'urn:ryggrad:visit-type', code: 'follow_up' }] }],
    reasonCode: [{ text: 'Vondt i ryggen' }],
    start: start.toISOString(),
    end: new Date(start.getTime() + 1_800_000).toISOString(),
    participant: [
      { actor: subject(), status: 'needs-action' },
      { actor: { reference: `Practitioner/${clinic.owner.userId}` }, status: 'accepted' },
    ],
    ...more,
  };
};
const paper = (more: object = {}): DocumentReference & Record<string, unknown> => ({
  resourceType: 'DocumentReference',
  status: 'current',
  identifier: [{ system: 'urn:oid:1.2.3', value: 'nav-1' }],
  type: { coding: [{ system: 'urn:oid:2.16.578.1.12.4.1.1.9602', code: 'J01-2', display: 'Sykmeldinger og trygdesaker' }] },
  subject: subject(),
  content: [{ attachment: { contentType: 'application/pdf', data: PDF.toString('base64'), title: 'Sykmelding' } }],
  context: { encounter: [{ reference: `Encounter/${visitId()}` }] },
  ...more,
});
const answers = (more: object = {}): QuestionnaireResponse & Record<string, unknown> => ({
  resourceType: 'QuestionnaireResponse',
  questionnaire: 'http://nav.no/Questionnaire/sykmelding',
  status: 'completed',
  subject: subject(),
  item: [{ linkId: '1', answer: [{ valueString: 'Løfting på jobb «tung»' }] }],
  ...more,
});
const send = (method: 'POST' | 'PUT', path: string, body: unknown, headers: Record<string, string> = {}, token = clinic.token) =>
  server.app.inject({
    method,
    url: `/fhir/R4${path}`,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/fhir+json', ...headers },
    payload: typeof body === 'string' ? body : JSON.stringify(body),
  });
const faults = (resource: unknown) =>
  faultsOf({ resourceType: 'Bundle', type: 'collection', entry: [{ resource: resource as Appointment }] });
/** Everything this clinic holds, but its log. */
async function rowsIn(): Promise<number> {
  const { rows } = await admin.query<{ n: number }>('select ((select count(*) from ledger) + (select count(*) from feed))::int as n');
  return rows[0]?.n ?? 0;
}

describe('created', () => {
  it('a document, with its bytes, comes down to the laptop as an attachment, and says what was said of it', async () => {
    const created = (await kit.create({ resourceType: 'DocumentReference', body: paper() as never })) as unknown as DocumentReference;
    expect(faults(created)).toEqual([]);
    expect(created).toMatchObject({ type: paper().type, content: [{ attachment: { title: 'Sykmelding', url: `Binary/${created.id}` } }] });
    const feed = await request(server.app, clinic.owner, 'GET', '/v1/shape?table=feed&offset=-1');
    const row = feed
      .json<{ value?: { id: string; entity: string; body: string } }[]>()
      .find(({ value }) => value?.id === created.id)?.value;
    expect(row?.entity).toBe('attachment');
    expect(JSON.parse(row?.body ?? '{}')).toMatchObject({
      title: 'Sykmelding',
      media_type: 'application/pdf',
      byte_length: PDF.length,
      added_by_id: clinic.owner.userId,
    });
    const piece = await request(server.app, clinic.owner, 'GET', `/v1/attachments/${created.id}/content/0`);
    expect(piece.rawPayload).toEqual(PDF);
    const raw = await ask(server, clinic.token, `/Binary/${created.id}`, { accept: 'application/pdf' });
    expect([raw.headers['content-type'], raw.rawPayload]).toEqual(['application/pdf', PDF]);
    const binary = (await ask(server, clinic.token, `/Binary/${created.id}`, { accept: 'application/fhir+json' })).json<{ data: string }>();
    expect(binary.data).toBe(PDF.toString('base64'));
    const { rows } = await admin.query<{ described: unknown; sealed: string }>('select described, sealed from attachment where id = $1', [
      created.id,
    ]);
    expect([rows[0]?.described, rows[0]?.sealed.startsWith('v2.')]).toEqual([null, true]);
  });

  it('a booking, by MedplumClient; and answers, found by what they are answers to', async () => {
    const medplum = new MedplumClient({ baseUrl: url, fhirUrlPath: 'fhir/R4', accessToken: clinic.token, fetch });
    const booked = await medplum.createResource(booking());
    expect(booked).toMatchObject({ status: 'booked', minutesDuration: 30, reasonCode: [{ text: 'Vondt i ryggen' }] });
    const said = await medplum.createResource(answers({ encounter: { reference: `Encounter/${visitId()}` } }));
    expect(faults(said)).toEqual([]);
    expect((await medplum.search('QuestionnaireResponse', { questionnaire: 'http://nav.no/Questionnaire/sykmelding' })).total).toBe(1);
    const log = await ask(server, clinic.token, `/AuditEvent?patient=Patient/${clinic.patientId}&action=C&subtype=fhir.create`);
    expect((log.json<Bundle>().total ?? 0) >= 2).toBe(true);
  });

  it('what is said back is what is preferred', async () => {
    const minimal = await send('POST', '/Appointment', booking(), { prefer: 'return=minimal' });
    expect([minimal.statusCode, minimal.body]).toEqual([201, '']);
    expect(minimal.headers['location']).toMatch(/\/fhir\/R4\/Appointment\/[0-9a-f-]{36}\/_history\/\d+$/);
    expect(minimal.headers['etag']).toMatch(/^W\/"\d+"$/);
    const outcome = await send('POST', '/Appointment', booking(), { prefer: 'return=OperationOutcome' });
    expect(outcome.json<OperationOutcome>().resourceType).toBe('OperationOutcome');
  });

  it('in XML as in JSON', async () => {
    const answer = await send('POST', '/QuestionnaireResponse', toXml(answers()), {
      'content-type': 'application/fhir+xml',
      accept: 'application/fhir+xml',
    });
    expect([answer.statusCode, fromXml(answer.body)]).toMatchObject([201, { resourceType: 'QuestionnaireResponse', item: answers().item }]);
  });

  it('If-None-Exist: once, and never twice; of several none is chosen', async () => {
    const only = { system: 'urn:oid:1.2.3', value: v7() };
    const query = { 'if-none-exist': `identifier=${only.system}|${only.value}` };
    const [first, second] = [
      await send('POST', '/DocumentReference', paper({ identifier: [only] }), query),
      await send('POST', '/DocumentReference', paper({ identifier: [only] }), query),
    ];
    expect([first.statusCode, second.statusCode]).toEqual([201, 200]);
    expect(second.json<DocumentReference>().id).toBe(first.json<DocumentReference>().id);
    const several = await send('POST', '/QuestionnaireResponse', answers(), { 'if-none-exist': `patient=${clinic.patientId}` });
    expect([several.statusCode, refusalIn(several).code]).toEqual([412, 'fhir/several-match']);
    const unknown = await send('POST', '/QuestionnaireResponse', answers(), { 'if-none-exist': 'shoesize=42' });
    expect([unknown.statusCode, refusalIn(unknown).code]).toEqual([400, 'fhir/unknown-parameter']);
  });
});

describe('changed', () => {
  it('a booking, by its version: who has read an older one is refused', async () => {
    const created = await send('POST', '/Appointment', booking());
    const appointment = created.json<Appointment>();
    const etag = String(created.headers['etag']);
    await write(server.app, clinic.owner, {
      entity: 'appointment',
      rowId: appointment.id ?? '',
      set: { status: 'arrived' },
      base: { status: 1_000_000 },
    });
    const { meta: _, ...mine } = appointment;
    const late = await send('PUT', `/Appointment/${appointment.id}`, { ...mine, status: 'cancelled' }, { 'if-match': etag });
    expect([late.statusCode, refusalIn(late).code]).toEqual([412, 'fhir/version-conflict']);
    const now = await ask(server, clinic.token, `/Appointment/${appointment.id}`);
    expect(now.json<Appointment>().status).toBe('arrived');
    const changed = await send(
      'PUT',
      `/Appointment/${appointment.id}`,
      { ...mine, status: 'cancelled' },
      { 'if-match': String(now.headers['etag']) },
    );
    expect([changed.statusCode, changed.json<Appointment>().status]).toEqual([200, 'cancelled']);
    expect((await send('PUT', `/Appointment/${v7()}`, { ...mine, id: v7() })).statusCode).toBe(400);
    const nowhere = v7();
    expect((await send('PUT', `/Appointment/${nowhere}`, { ...mine, id: nowhere })).statusCode).toBe(404);
  });
});

describe('bundles', () => {
  it('a transaction, as Nav’s app sends it: document, bytes and answers that point to each other, in one', async () => {
    const [binary, document] = [`urn:uuid:${v7()}`, `urn:uuid:${v7()}`];
    const bundle = {
      resourceType: 'Bundle',
      type: 'transaction',
      entry: [
        {
          fullUrl: binary,
          resource: { resourceType: 'Binary', contentType: 'application/pdf', data: PDF.toString('base64') },
          request: { method: 'POST', url: 'Binary' },
        },
        {
          fullUrl: document,
          resource: paper({ content: [{ attachment: { contentType: 'application/pdf', url: binary, title: 'Sykmelding' } }] }),
          request: { method: 'POST', url: 'DocumentReference' },
        },
        { resource: answers(), request: { method: 'POST', url: 'QuestionnaireResponse' } },
        { request: { method: 'GET', url: `Patient/${clinic.patientId}` } },
      ],
    };
    const done = (await kit.transaction({ body: bundle as never })) as unknown as Bundle;
    expect(done.entry?.map(({ response }) => response?.status)).toEqual(['201', '201', '201', '200']);
    expect(faultsOf(done)).toEqual([]);
  });

  it('one entry that is wrong, and nothing of a transaction is stored; of a batch the others are', async () => {
    const entry = [
      { resource: booking(), request: { method: 'POST', url: 'Appointment' } },
      { resource: booking({ participant: [] }), request: { method: 'POST', url: 'Appointment' } },
    ];
    const before = await rowsIn();
    const transaction = await send('POST', '', { resourceType: 'Bundle', type: 'transaction', entry });
    expect([transaction.statusCode, transaction.json<OperationOutcome>().issue?.[0]?.expression?.[0]]).toEqual([
      422,
      expect.stringContaining('Bundle.entry[1]'),
    ]);
    expect(await rowsIn()).toBe(before);
    const batch = await send('POST', '/', { resourceType: 'Bundle', type: 'batch', entry });
    expect(batch.json<Bundle>().entry?.map(({ response }) => response?.status)).toEqual(['201', '422']);
  });

  it('ten megabytes, too many entries, what is no batch', async () => {
    const before = await rowsIn();
    const large = await send('POST', '', {
      resourceType: 'Bundle',
      type: 'batch',
      entry: [{ resource: paper({ description: 'x'.repeat(10_000_000) }) }],
    });
    expect([large.statusCode, refusalIn(large).code]).toEqual([413, 'request/too-large']);
    const many = await send('POST', '', {
      resourceType: 'Bundle',
      type: 'batch',
      entry: Array.from({ length: 201 }, () => ({ request: { method: 'GET', url: 'Patient' } })),
    });
    expect([many.statusCode, refusalIn(many).code]).toEqual([413, 'fhir/too-large-bundle']);
    expect((await send('POST', '', { resourceType: 'Bundle', type: 'collection' })).statusCode).toBe(422);
    expect(await rowsIn()).toBe(before);
  });
});

describe('refused, and nothing stored', () => {
  const cases: readonly [
    what: string,
    type: string,
    body: () => unknown,
    status: number,
    code: string,
    headers?: Record<string, string>,
  ][] = [
    ['an invalid resource', 'Appointment', () => booking({ status: 'perhaps' }), 422, 'fhir/not-kept'],
    ['without what FHIR demands', 'Appointment', () => booking({ participant: undefined }), 422, 'fhir/invalid'],
    ['with what FHIR does not know', 'Appointment', () => booking({ shoesize: 42 }), 422, 'fhir/invalid'],
    ['with what we cannot keep', 'Appointment', () => booking({ priority: 1 }), 422, 'fhir/not-kept'],
    [
      'of a profile nobody knows',
      'Appointment',
      () => booking({ meta: { profile: ['http://example.test/p'] } }),
      422,
      'fhir/unknown-profile',
    ],
    ['another type than the address says', 'Appointment', () => answers(), 400, 'fhir/wrong-type'],
    ['of a type that is not created', 'Patient', () => ({ resourceType: 'Patient' }), 405, 'fhir/not-created-here'],
    ['of a type that is none', 'Nobody', () => ({ resourceType: 'Nobody' }), 405, 'fhir/not-created-here'],
    [
      'about a patient who is nowhere',
      'QuestionnaireResponse',
      () => answers({ subject: { reference: `Patient/${v7()}` } }),
      422,
      'fhir/unknown-reference',
    ],
    [
      'about another clinic’s patient',
      'QuestionnaireResponse',
      () => answers({ subject: { reference: `Patient/${other.patientId}` } }),
      422,
      'fhir/unknown-reference',
    ],
    [
      'in a visit that is nowhere',
      'QuestionnaireResponse',
      () => answers({ encounter: { reference: `Encounter/${v7()}` } }),
      422,
      'fhir/unknown-reference',
    ],
    [
      'bytes of another type',
      'DocumentReference',
      () => paper({ content: [{ attachment: { contentType: 'image/png', data: PDF.toString('base64') } }] }),
      422,
      'fhir/business-rule',
    ],
    [
      'a type of bytes that is not kept',
      'DocumentReference',
      () => paper({ content: [{ attachment: { contentType: 'text/html', data: 'PGI+' } }] }),
      422,
      'fhir/not-kept',
    ],
    ['a visit type that is none', 'Appointment', () => booking({ serviceType: [{ text: 'noe' }] }), 422, 'fhir/business-rule'],
    ['a time that ends before it begins', 'Appointment', () => booking({ end: '2026-01-01T00:00:00Z' }), 422, 'fhir/business-rule'],
    ['no JSON', 'Appointment', () => '{"resourceType":"Appointment"', 400, 'request/malformed'],
    ['a key twice', 'Appointment', () => '{"resourceType":"Appointment","status":"booked","status":"cancelled"}', 400, 'request/malformed'],
    ['a prototype', 'Appointment', () => '{"resourceType":"Appointment","__proto__":{"admin":true}}', 400, 'request/malformed'],
    [
      'XML with an entity',
      'Appointment',
      () => '<!DOCTYPE x [<!ENTITY y "z">]><Appointment xmlns="http://hl7.org/fhir"/>',
      400,
      'fhir/malformed',
      { 'content-type': 'application/fhir+xml' },
    ],
    [
      'Windows-1252',
      'Appointment',
      () => '{}',
      415,
      'request/media-type',
      { 'content-type': 'application/fhir+json; charset=windows-1252' },
    ],
    ['another content type', 'Appointment', () => '{}', 415, 'request/media-type', { 'content-type': 'text/plain' }],
  ];
  it.each(cases)('%s', async (_, type, body, status, code, headers = {}) => {
    const before = await rowsIn();
    const answer = await send('POST', `/${type}`, body(), headers);
    expect([answer.statusCode, refusalIn(answer).code, answer.body]).toEqual([status, code, expect.any(String)]);
    expect(faults(answer.json())).toEqual([]);
    expect(await rowsIn()).toBe(before);
    expect(Object.hasOwn(Object.prototype, 'admin')).toBe(false);
  });

  it('bytes that are no UTF-8', async () => {
    const answer = await server.app.inject({
      method: 'POST',
      url: '/fhir/R4/QuestionnaireResponse',
      headers: { authorization: `Bearer ${clinic.token}`, 'content-type': 'application/fhir+xml' },
      payload: Buffer.from(toXml(answers()), 'latin1'),
    });
    expect([answer.statusCode, refusalIn(answer).code]).toEqual([400, 'request/malformed']);
  });

  it('two at the same hour', async () => {
    const one = booking();
    expect((await send('POST', '/Appointment', one)).statusCode).toBe(201);
    const two = await send('POST', '/Appointment', one);
    expect([two.statusCode, refusalIn(two).code]).toEqual([409, 'fhir/time-taken']);
  });

  it('an assistant books and hands in nothing clinical; who is blocked hands in nothing', async () => {
    const assistant = await colleagueWith(server, clinic.owner, ['ASSISTANT']);
    expect((await send('POST', '/Appointment', booking(), {}, assistant.token)).statusCode).toBe(201);
    for (const [type, body] of [
      ['QuestionnaireResponse', answers()],
      ['DocumentReference', paper({ context: undefined })],
    ] as const)
      expect(refusalIn(await send('POST', `/${type}`, body, {}, assistant.token))).toEqual({ status: 403, code: 'fhir/forbidden' });
    const blocked = await colleagueWith(server, clinic.owner, ['PRACTITIONER']);
    const set = {
      patientId: clinic.patientId,
      userId: blocked.laptop.userId,
      blocked: true,
      setById: clinic.owner.userId,
      setAt: '2026-11-28T08:00:00.000Z',
    };
    await write(server.app, clinic.owner, { entity: 'access_block', rowId: v7(), set });
    expect(refusalIn(await send('POST', '/QuestionnaireResponse', answers(), {}, blocked.token))).toEqual({
      status: 403,
      code: 'fhir/blocked',
    });
  });
});
