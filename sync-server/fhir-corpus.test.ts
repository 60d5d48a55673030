/**
 * Invalid resources of every kind, made from HL7's own definitions rather than thought of one by one: of each type that may be handed in, every element
 * of a valid example is left out, doubled, emptied and given other types; with what FHIR does not know beside it. What may come back: 201 for what is still
 * valid, or a refusal below 500 that is a valid OperationOutcome, says nothing of what was sent, and leaves nothing stored.
 */
import type { OperationOutcome, Resource } from '@medplum/fhirtypes';
import pg from 'pg';
import { v7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { faultsOf } from '#tests/fhir/read-bundle.ts';
import { parseNationalId } from '#db/rules/fodselsnummer.ts';
import { ask, fhirClinic, type FhirClinic } from '#tests/fhir/fhir-clinic.ts';
import { elementsOf, faultsIn } from './core/fhir/definitions.ts';
import { fromXml } from './core/fhir/xml-reader.ts';
import { noBasisFaults } from './core/fhir/no-basis.ts';
import { toXml } from './core/fhir/xml.ts';
import { newPatient, write } from './testing/test-clinic.ts';
import { openTestDatabase, type TestDatabase } from './testing/test-database.ts';
import { openTestServer, type TestServer } from './testing/test-server.ts';

type Json = Record<string, unknown>;
const CANARY = 'KANARI-4711';
let database: TestDatabase;
let server: TestServer;
let clinic: FhirClinic;
let admin: pg.Client;
beforeAll(async () => {
  database = await openTestDatabase();
  server = await openTestServer(database);
  clinic = await fhirClinic(server);
  admin = new pg.Client({ connectionString: database.adminUrl });
  await admin.connect();
});
afterAll(async () => {
  await admin?.end();
  await server?.close();
  await database?.close();
});

let hour = 0;
const EXAMPLES: Readonly<Record<string, () => Json>> = {
  Appointment() {
    hour += 1;
    const start = Date.UTC(2028, 0, 3, hour);
    return {
      resourceType: 'Appointment',
      status: 'booked',
      serviceType: [{ coding: [{ system: 'urn:ryggrad:visit-type', code: 'follow_up' }] }],
      reasonCode: [{ text: 'Vondt i ryggen' }],
      start: new Date(start).toISOString(),
      end: new Date(start + 1_800_000).toISOString(),
      minutesDuration: 30,
      participant: [
        { actor: { reference: `Patient/${clinic.patientId}` }, status: 'needs-action' },
        { actor: { reference: `Practitioner/${clinic.owner.userId}` }, status: 'accepted' },
      ],
    };
  },
  DocumentReference: () => ({
    resourceType: 'DocumentReference',
    status: 'current',
    docStatus: 'final',
    identifier: [{ system: 'urn:oid:1.2.3', value: 'nav-1' }],
    type: { coding: [{ system: 'urn:oid:2.16.578.1.12.4.1.1.9602', code: 'J01-2', display: 'Sykmeldinger' }] },
    category: [{ text: 'Nav' }],
    subject: { reference: `Patient/${clinic.patientId}` },
    date: '2026-11-28T10:00:00Z',
    author: [{ display: 'Nav' }],
    description: 'Kopi',
    securityLabel: [{ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality', code: 'N' }] }],
    content: [{ attachment: { contentType: 'application/pdf', data: Buffer.from('%PDF-1.7\nx').toString('base64'), title: 'Sykmelding' } }],
    context: { encounter: [{ reference: `Encounter/${clinic.rows['encounter']?.[0]?.id}` }] },
  }),
  QuestionnaireResponse: () => ({
    resourceType: 'QuestionnaireResponse',
    identifier: { system: 'urn:oid:1.2.3', value: 'svar-1' },
    questionnaire: 'http://nav.no/Questionnaire/sykmelding',
    status: 'completed',
    subject: { reference: `Patient/${clinic.patientId}` },
    encounter: { reference: `Encounter/${clinic.rows['encounter']?.[0]?.id}` },
    authored: '2026-11-28T10:00:00Z',
    item: [
      {
        linkId: '1',
        text: 'Hva?',
        answer: [{ valueString: 'Løfting' }, { valueQuantity: { value: 3, unit: 'timer' } }],
      },
      { linkId: '2', item: [{ linkId: '2.1', answer: [{ valueBoolean: true }] }] },
    ],
  }),
};

/** What an element may wrongly be. */
const WRONG: readonly unknown[] = [
  null,
  '',
  ' ',
  CANARY,
  42,
  -1.5,
  true,
  {},
  [],
  [null],
  [[]],
  [{}],
  { [CANARY]: CANARY },
  [{ [CANARY]: 1 }],
  '2026-13-45',
  '2026-02-30T25:61:00Z',
  'Patient/',
  `Patient/${'0'.repeat(36)}`,
  'https://annet.example/fhir/Patient/1',
  '#finnes-ikke',
  '../../Patient/1',
  'urn:uuid:ikke-en',
  'x'.repeat(20_000),
  Number.MAX_SAFE_INTEGER + 2,
];

type Path = readonly (string | number)[];
function pathsIn(value: unknown, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]): Path[] => {
    const here = [...path, Array.isArray(value) ? Number(key) : key];
    return [here, ...pathsIn(inner, here)];
  });
}

/** A copy with what stands at the path changed. */
function changed(value: unknown, path: Path, change: (holder: Record<string | number, unknown>, key: string | number) => void): Json {
  const copy = structuredClone(value) as Json;
  let holder = copy as Record<string | number, unknown>;
  for (const key of path.slice(0, -1)) holder = holder[key] as Record<string | number, unknown>;
  change(holder, path.at(-1) ?? '');
  return copy;
}

interface Case {
  what: string;
  body: Json;
}
function casesOf(type: string): Case[] {
  const example = (): Json => EXAMPLES[type]?.() ?? {};
  const first = example();
  const cases: Case[] = [];
  const add = (what: string, path: Path, change: Parameters<typeof changed>[2]): void => {
    cases.push({ what: `${what} ${path.join('.')}`, body: changed(example(), path, change) });
  };
  for (const path of pathsIn(first)) {
    add('without', path, (holder, key) => (Array.isArray(holder) ? holder.splice(Number(key), 1) : delete holder[key]));
    add('as a list', path, (holder, key) => (holder[key] = [holder[key], holder[key]]));
    for (const [n, wrong] of WRONG.entries()) add(`wrong ${n}`, path, (holder, key) => (holder[key] = wrong));
    const inner = path.reduce<unknown>((value, key) => (value as Record<string | number, unknown>)[key], first);
    if (typeof inner !== 'object' || inner === null || Array.isArray(inner)) continue;
    add('unknown beside', path, (holder, key) => ((holder[key] as Json)[CANARY] = CANARY));
    add('a modifier', path, (holder, key) => ((holder[key] as Json)['modifierExtension'] = [{ url: 'urn:x', valueString: CANARY }]));
    add('an extension', path, (holder, key) => ((holder[key] as Json)['extension'] = [{ url: 'urn:x', valueString: CANARY }]));
    add('an extension without an address', path, (holder, key) => ((holder[key] as Json)['extension'] = [{ valueString: CANARY }]));
  }
  // Whatever else HL7 has in the type, and we may have no place for.
  for (const { name, types } of elementsOf(type) ?? []) {
    if (Object.hasOwn(first, name)) continue;
    const plain = name.endsWith('[x]') ? `${name.slice(0, -3)}String` : name;
    for (const value of [CANARY, [CANARY], {}, [{}], [{ text: CANARY }], { reference: CANARY }])
      cases.push({ what: `${plain} (${types[0]})`, body: { ...example(), [plain]: value } });
  }
  cases.push({ what: 'nothing but its type', body: { resourceType: type } });
  cases.push({ what: 'unknown at the top', body: { ...example(), [CANARY]: CANARY } });
  return cases;
}

async function send(type: string, payload: string, contentType = 'application/fhir+json', headers: Record<string, string> = {}) {
  return server.app.inject({
    method: 'POST',
    url: `/fhir/R4/${type}`,
    headers: { authorization: `Bearer ${clinic.token}`, 'content-type': contentType, ...headers },
    payload,
  });
}
/** Everything this clinic holds, but its log. */
async function rowsIn(): Promise<number> {
  const { rows } = await admin.query<{ n: number }>('select ((select count(*) from ledger) + (select count(*) from feed))::int as n');
  return rows[0]?.n ?? 0;
}
const faults = (resource: unknown): string[] =>
  faultsOf({ resourceType: 'Bundle', type: 'collection', entry: [{ resource: resource as Resource }] });

describe.each(Object.keys(EXAMPLES))('%s', (type) => {
  it('its example is taken', async () => {
    const answer = await send(type, JSON.stringify(EXAMPLES[type]?.()));
    expect([answer.statusCode, answer.body.slice(0, 400)]).toEqual([201, expect.any(String)]);
  });

  it('every spoilt one is refused whole, in a valid OperationOutcome without a word of it, or was still valid', async () => {
    const cases = casesOf(type);
    expect(cases.length).toBeGreaterThan(500);
    let refused = 0;
    let before = await rowsIn();
    const bad: unknown[] = [];
    for (const { what, body } of cases) {
      const answer = await send(type, JSON.stringify(body));
      const now = await rowsIn();
      const said = answer.json<OperationOutcome>();
      if (answer.statusCode === 201) {
        // What was taken must have been valid, and is said back valid.
        const wrong = [...faultsIn(body).map(({ details }) => details?.text), ...faults(said)];
        if (wrong.length > 0) bad.push([what, 'taken', wrong]);
      } else {
        refused += 1;
        const codes = (said.issue ?? []).map(({ details }) => details?.coding?.[0]?.code);
        const right =
          answer.statusCode >= 400 &&
          answer.statusCode < 500 &&
          said.resourceType === 'OperationOutcome' &&
          codes.every((code) => typeof code === 'string') &&
          !answer.body.includes(CANARY) &&
          now === before &&
          faults(said).length === 0;
        if (!right) bad.push([what, answer.statusCode, now - before, answer.body.slice(0, 300)]);
      }
      before = now;
    }
    expect(bad.slice(0, 10)).toEqual([]);
    expect(refused).toBeGreaterThan(cases.length / 2);
  }, 600_000);

  it('in XML: cut short anywhere, with entities, in another encoding or another order: refused whole', async () => {
    const xml = toXml(EXAMPLES[type]?.() as unknown as Resource);
    const before = await rowsIn();
    const spoilt = [
      ...Array.from({ length: 20 }, (_, n) => xml.slice(0, Math.floor((xml.length * n) / 20))),
      xml.replace('?>', '?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]>').replace('value="', 'value="&b;'),
      xml.replace('?>', '?><!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">'),
      xml.replace('value="', 'value="&nbsp;'),
      xml.replace(`<${type} `, `<${type} shoe="${CANARY}" `).replace(' xmlns="http://hl7.org/fhir"', ' xmlns="urn:annet"'),
      xml.replace(/<status/, `<${CANARY}/><status`),
      `${xml}${xml}`,
    ];
    for (const one of spoilt) {
      const answer = await send(type, one, 'application/fhir+xml', { accept: 'application/fhir+xml' });
      expect([answer.statusCode, fromXml(answer.body)?.['resourceType'], one.slice(0, 80)]).toEqual([
        400,
        'OperationOutcome',
        expect.any(String),
      ]);
      expect(answer.body).not.toContain(CANARY);
    }
    expect(await rowsIn()).toBe(before);
  }, 120_000);
});

describe('as deep or as large as a body may be', () => {
  const nested = (depth: number): Json =>
    depth === 0 ? { linkId: 'x', answer: [{ valueString: CANARY }] } : { linkId: String(depth), item: [nested(depth - 1)] };
  it('what is too deep for JSON is too deep for XML', async () => {
    const before = await rowsIn();
    const deep = { ...EXAMPLES['QuestionnaireResponse']?.(), item: [nested(25)] };
    const [json, xml] = [
      await send('QuestionnaireResponse', JSON.stringify(deep)),
      await send('QuestionnaireResponse', toXml(deep as unknown as Resource), 'application/fhir+xml'),
    ];
    expect([json.statusCode, xml.statusCode]).toEqual([400, 400]);
    expect(await rowsIn()).toBe(before);
  });

  it('just under the limit it is judged, in seconds; above it is too large, in JSON, in XML and in a Bundle', async () => {
    const before = await rowsIn();
    const heavy = (bytes: number): Json => ({ ...EXAMPLES['DocumentReference']?.(), description: 'x'.repeat(bytes) });
    const bundle = (bytes: number): Json => ({
      resourceType: 'Bundle',
      type: 'transaction',
      entry: [{ resource: heavy(bytes), request: { method: 'POST', url: 'DocumentReference' } }],
    });
    const began = performance.now();
    for (const [type, body] of [
      ['DocumentReference', heavy(7_900_000)],
      ['', bundle(7_900_000)],
    ] as const)
      expect([type, (await send(type, JSON.stringify(body))).statusCode]).toEqual([type, 422]);
    expect((await send('DocumentReference', toXml(heavy(7_900_000) as unknown as Resource), 'application/fhir+xml')).statusCode).toBe(422);
    expect(performance.now() - began).toBeLessThan(20_000);
    for (const answer of [
      await send('DocumentReference', JSON.stringify(heavy(10_000_000))),
      await send('', JSON.stringify(bundle(10_000_000))),
      await send('DocumentReference', toXml(heavy(10_000_000) as unknown as Resource), 'application/fhir+xml'),
    ]) {
      expect([answer.statusCode, answer.json<Json>()['resourceType']]).toEqual([413, 'OperationOutcome']);
      expect(answer.body.length).toBeLessThan(2000);
    }
    expect(await rowsIn()).toBe(before);
  }, 120_000);
});

it('a fødselsnummer that fits the rule of 2032 alone is one: given out as such, and found by it; one that fits none is none', async () => {
  const numbers = Array.from({ length: 100_000 }, (_, n) => `018179${String(n).padStart(5, '0')}`);
  const only2032 = numbers.find((value) => {
    const parsed = parseNationalId(value, { synthetic: true });
    return parsed.ok && parsed.onlyNewRule;
  });
  const neither = numbers.find((value) => !parseNationalId(value, { synthetic: true }).ok) ?? '';
  const patient = newPatient('Nyregel');
  const set = { ...patient.set, nationalId: only2032, nationalIdKind: 'fnr', birthDate: '1979-01-01' };
  expect((await write(server.app, clinic.owner, { ...patient, set })).outcome).toBe('applied');
  const read = (await ask(server, clinic.token, `/Patient/${patient.rowId}`)).json<Json>();
  expect(read['identifier']).toEqual([{ use: 'official', system: 'urn:oid:2.16.578.1.12.4.1.4.1', value: only2032 }]);
  expect([faults(read), noBasisFaults(read)]).toEqual([[], []]);
  const found = await ask(server, clinic.token, `/Patient?identifier=urn:oid:2.16.578.1.12.4.1.4.1|${only2032}`);
  expect(found.json<{ total: number }>().total).toBe(1);
  expect(noBasisFaults({ ...read, identifier: [{ system: 'urn:oid:2.16.578.1.12.4.1.4.1', value: neither }] })).toEqual([
    'Patient.identifier:FNR.value',
  ]);
});

describe('addresses and methods', () => {
  const TYPED = '/fhir/R4/Patient';
  it.each([
    ['DELETE', `${TYPED}/${v7()}`],
    ['PATCH', `${TYPED}/${v7()}`],
    ['PUT', TYPED],
    ['DELETE', '/fhir/R4/metadata'],
    ['GET', `${TYPED}/${v7()}/$nothing`],
    ['GET', `${TYPED}/%00`],
    ['GET', `${TYPED}/%E0%A4%A`],
    ['GET', `${TYPED}/${'x'.repeat(65)}`],
    ['GET', '/fhir/R4/patient'],
    ['GET', '/fhir/R4/Nobody'],
    ['GET', `${TYPED}?_count=mange`],
    ['GET', `${TYPED}?birthdate=i+g%C3%A5r`],
    ['GET', `${TYPED}?_page=falsk`],
    ['GET', `${TYPED}/${v7()}/_history/x`],
    ['GET', `/fhir/R4/Binary/${v7()}`],
    ['POST', '/fhir/R4/Nobody'],
    ['GET', '/fhir/R4/../v1/devices/x'],
    ['GET', '/fhir/R4/a/b/c/d/e'],
  ] as const)('%s %s is refused in an OperationOutcome, in JSON and in XML', async (method, url) => {
    for (const accept of ['application/fhir+json', 'application/fhir+xml']) {
      const answer = await server.app.inject({ method, url, headers: { authorization: `Bearer ${clinic.token}`, accept } });
      expect([answer.statusCode >= 400 && answer.statusCode < 500, answer.statusCode]).toEqual([true, expect.any(Number)]);
      if (url.includes('..')) continue;
      const said = accept.endsWith('xml') ? fromXml(answer.body) : answer.json<Json>();
      expect([said?.['resourceType'], answer.headers['content-type']]).toEqual(['OperationOutcome', `${accept}; charset=utf-8`]);
      expect(faults(said)).toEqual([]);
    }
  });

  it('without a token, with one that is none, and with one that is another’s form', async () => {
    for (const authorization of [undefined, 'Bearer x', 'Basic eDp5', `Bearer ${clinic.token}x`]) {
      const answer = await server.app.inject({ method: 'GET', url: TYPED, headers: authorization === undefined ? {} : { authorization } });
      expect([answer.statusCode, answer.json<Json>()['resourceType']]).toEqual([401, 'OperationOutcome']);
      expect(answer.headers['www-authenticate']).toBeDefined();
    }
  });
});
