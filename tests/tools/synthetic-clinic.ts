/**
 * A synthetic clinic, the same for the same seed: patients with invented names and numbers (month +80),
 * years of signed visits, bookings. Written straight into a replica, for demos, benches and tests.
 */
import { createHash } from 'node:crypto';
import { derivedId } from '#db/model/ids.ts';
import { entities } from '#db/model/entities.ts';
import type { EntityName } from '#db/model/entities.ts';
import { bornSchema } from '#db/model/entity.ts';
import type { SignedContent, VisitType } from '#db/model/encounter.ts';
import { syntheticNationalId } from '#db/rules/fodselsnummer.ts';
import { canonical } from '#db/sync/change.ts';
import { indexPatient } from '#db/sqlite/queries/patient-search.ts';
import { writeRow } from '#db/sqlite/store.ts';
import type { RowOf } from '#db/sqlite/store.ts';
import type { SqliteDatabase } from '#db/sqlite/open.ts';
import { createRandom } from './random.ts';
import type { Random } from './random.ts';

export interface Practitioner {
  id: string;
  name: string;
  profession: string | null;
  hprNumber: string | null;
}
export interface SyntheticOptions {
  clinicId: string;
  clinicName: string;
  practitioners: readonly Practitioner[];
  patients: number;
  visits: number;
  seed: number;
  /** The last day of history; bookings stand on it and after it. */
  today: Date;
  /** Called for each written row, in order; for putting them into an outbox. */
  onRow?: (entity: EntityName, row: RowOf<EntityName>) => void;
  onProgress?: (written: number) => void;
}

const GIVEN_F = [
  'Kari',
  'Anne',
  'Ingrid',
  'Marit',
  'Liv',
  'Astrid',
  'Solveig',
  'Nora',
  'Emma',
  'Sofie',
  'Maja',
  'Ida',
  'Åse',
  'Gro',
  'Tone',
  'Hilde',
  'Silje',
  'Ragnhild',
  'Bjørg',
  'Camilla',
  'Thea',
  'Frøydis',
  'Aud',
  'Hanne',
];
const GIVEN_M = [
  'Ola',
  'Per',
  'Jan',
  'Lars',
  'Kåre',
  'Bjørn',
  'Arne',
  'Øyvind',
  'Jonas',
  'Emil',
  'Magnus',
  'Håkon',
  'Sindre',
  'Tor',
  'Knut',
  'Geir',
  'Svein',
  'Terje',
  'Øystein',
  'Gunnar',
  'Trond',
  'Leif',
  'Aksel',
  'Vegard',
];
const FAMILY = [
  'Hansen',
  'Johansen',
  'Olsen',
  'Larsen',
  'Andersen',
  'Nilsen',
  'Berg',
  'Haugen',
  'Hagen',
  'Bakken',
  'Lie',
  'Solberg',
  'Strand',
  'Moen',
  'Lunde',
  'Bråten',
  'Sæther',
  'Ødegård',
  'Åsen',
  'Fjeld',
  'Tveit',
  'Myhre',
  'Nordmann',
  'Vik',
  'Dahl',
  'Brekke',
  'Sørli',
  'Rønning',
  'Skog',
  'Elvestad',
  'Kvamme',
  'Grønli',
];
const STREETS = [
  'Storgata',
  'Kirkeveien',
  'Skolegata',
  'Bjørnebærstien',
  'Elvegata',
  'Fjordveien',
  'Solbakken',
  'Åsveien',
  'Møllerveien',
  'Granlia',
];
const PLACES = [
  ['0150', 'Oslo'],
  ['5003', 'Bergen'],
  ['7011', 'Trondheim'],
  ['4006', 'Stavanger'],
  ['9008', 'Tromsø'],
  ['3015', 'Drammen'],
  ['2317', 'Hamar'],
  ['6002', 'Ålesund'],
] as const;
const DOCTORS = ['Lie', 'Aas', 'Nygård', 'Holm', 'Eide', 'Ruud'];
const COMPLAINTS: readonly {
  title: string;
  code: string;
  text: string;
  subjective: readonly string[];
  objective: readonly string[];
  treatment: readonly string[];
}[] = [
  {
    title: 'Korsrygg',
    code: 'L03',
    text: 'Korsrygg symptomer/plager',
    subjective: ['Bedre siden sist, stiv om morgenen.', 'Vondt ved lengre sitting på jobb.', 'Verre etter løft i helgen.'],
    objective: ['L4–L5 nedsatt ekstensjon, øm.', 'Fri fleksjon, øm over venstre IS-ledd.', 'SLR negativ bilateralt.'],
    treatment: ['Mobilisering L4–L5. Råd om pauser.', 'HVLA L5 venstre. Øvelser gjennomgått.'],
  },
  {
    title: 'Nakke',
    code: 'L83',
    text: 'Nakkesyndrom',
    subjective: ['Stiv nakke, mest på høyre side.', 'Hodepine avtatt.', 'Sover bedre, fortsatt stiv ved skjermarbeid.'],
    objective: ['C5–C6 nedsatt rotasjon høyre.', 'Øm i øvre trapezius bilateralt.'],
    treatment: ['Bløtvevsbehandling og mobilisering C5–C6.', 'Tøyning av levator scapulae, råd om arbeidsstilling.'],
  },
  {
    title: 'Skulder',
    code: 'L92',
    text: 'Skuldersyndrom',
    subjective: ['Vondt over skulderhøyde.', 'Bedre kraft enn sist.'],
    objective: ['Smertebue 70–110 grader.', 'Fri passiv bevegelighet.'],
    treatment: ['Øvelser for rotatorcuff, justert belastning.'],
  },
  {
    title: 'Hodepine',
    code: 'N95',
    text: 'Tensjonshodepine',
    subjective: ['To anfall siste uke, kortere varighet.', 'Pressende hodepine mot slutten av dagen.'],
    objective: ['Suboksipital ømhet, C0–C1 stiv.'],
    treatment: ['Suboksipital bløtvevsbehandling.'],
  },
  {
    title: 'Bekken og hofte',
    code: 'L13',
    text: 'Hofte symptomer/plager',
    subjective: ['Mindre smerte ved gange.', 'Vondt i trapp.'],
    objective: ['Innadrotasjon hofte innskrenket venstre.'],
    treatment: ['Mobilisering av hofte, øvelser.'],
  },
];
const DAY_MS = 86_400_000;

export interface SyntheticClinic {
  patientIds: string[];
  rows: number;
}

/** Writes the clinic in large transactions. The replica must be migrated and hold the practitioners already. */
export function writeSyntheticClinic(db: SqliteDatabase, options: SyntheticOptions): SyntheticClinic {
  const random = createRandom(options.seed);
  const end = Date.UTC(options.today.getUTCFullYear(), options.today.getUTCMonth(), options.today.getUTCDate());
  let rows = 0;
  let open = false;
  const put = <N extends EntityName>(entity: N, id: string, fields: Record<string, unknown>): void => {
    if (!open) {
      db.exec('begin immediate');
      open = true;
    }
    const own = bornSchemas[entity].parse(fields);
    const row = {
      id,
      clinicId: options.clinicId,
      seq: 0,
      deleted: false,
      fieldSeq: {},
      extra: null,
      ...(own as object),
    } as unknown as RowOf<N>;
    writeRow(db, entity, row);
    if (entity === 'patient') indexPatient(db, id);
    options.onRow?.(entity, row as unknown as RowOf<EntityName>);
    rows += 1;
    if (rows % 20_000 === 0) {
      db.exec('commit');
      open = false;
      options.onProgress?.(rows);
    }
  };

  const patientIds: string[] = [];
  const names: string[] = [];
  for (let index = 0; index < options.patients; index += 1) {
    const person = inventPatient(random, index, end);
    patientIds.push(person.id);
    names.push(`${person.fields.givenName} ${person.fields.familyName}`);
    put('patient', person.id, person.fields);
    if (random.chance(0.12)) {
      const kind = random.pick(['allergies', 'anticoagulants', 'neck_restriction'] as const);
      const detail = { allergies: 'Nikkel', anticoagulants: 'Eliquis', neck_restriction: 'Ikke manipulasjon av nakke' }[kind];
      put('safety_fact', derivedId(person.id, kind), {
        patientId: person.id,
        kind,
        state: 'yes',
        detail,
        recordedById: options.practitioners[0]?.id,
        recordedAt: iso(end - DAY_MS * 30),
      });
    }
  }

  const perPatient = options.patients === 0 ? 0 : options.visits / options.patients;
  let visits = 0;
  for (const [index, patientId] of patientIds.entries()) {
    const wanted = Math.round((index + 1) * perPatient) - visits;
    if (wanted <= 0) continue;
    visits += wanted;
    const complaint = random.pick(COMPLAINTS);
    const practitioner = random.pick(options.practitioners);
    const first = end - DAY_MS * random.int(wanted * 7, wanted * 7 + 900);
    const episodeId = random.uuid(first);
    put('episode', episodeId, { patientId, title: complaint.title, startedOn: iso(first).slice(0, 10) });
    for (let visit = 0; visit < wanted; visit += 1) {
      const at = first + DAY_MS * 7 * visit + 3_600_000 * random.int(7, 14);
      writeVisit(random, put, {
        patientId,
        patientName: names[index] ?? '',
        episodeId,
        practitioner,
        complaint,
        at,
        visitType: visit === 0 ? 'initial' : 'follow_up',
        clinicName: options.clinicName,
      });
    }
  }
  if (open) db.exec('commit');
  options.onProgress?.(rows);
  return { patientIds, rows };
}

const bornSchemas = Object.fromEntries(Object.entries(entities).map(([name, entity]) => [name, bornSchema(entity)])) as unknown as Record<
  EntityName,
  { parse(value: unknown): unknown }
>;

const iso = (ms: number): string => new Date(ms).toISOString();

function inventPatient(
  random: Random,
  index: number,
  end: number,
): { id: string; fields: Record<string, unknown> & { givenName: string; familyName: string } } {
  const female = random.chance(0.5);
  const born = new Date(end - DAY_MS * random.int(365 * 4, 365 * 88));
  const birthDate = born.toISOString().slice(0, 10);
  const [postalCode, city] = random.pick(PLACES);
  const withNumber = !random.chance(0.02);
  const family = random.chance(0.15) ? `${random.pick(FAMILY)}-${random.pick(FAMILY)}` : random.pick(FAMILY);
  return {
    id: random.uuid(end - DAY_MS * 900 + index * 1000),
    fields: {
      givenName: random.pick(female ? GIVEN_F : GIVEN_M),
      familyName: family,
      birthDate,
      sex: female ? 'female' : 'male',
      nationalId: withNumber ? syntheticNationalId({ birthDate, n: index }) : null,
      nationalIdKind: withNumber ? 'fnr' : null,
      missingNationalIdReason: withNumber ? null : 'foreign',
      phone: `${random.pick(['4', '9'])}${String(random.int(0, 9_999_999)).padStart(7, '0')}`,
      addressLine: `${random.pick(STREETS)} ${random.int(1, 120)}`,
      postalCode,
      city,
      fastlegeName: `Lege ${random.pick(DOCTORS)}`,
      fastlegePractice: `${city} legesenter`,
    },
  };
}

interface Visit {
  patientId: string;
  patientName: string;
  episodeId: string;
  practitioner: Practitioner;
  complaint: (typeof COMPLAINTS)[number];
  at: number;
  visitType: VisitType;
  clinicName: string;
}

function writeVisit(random: Random, put: (entity: EntityName, id: string, fields: Record<string, unknown>) => void, visit: Visit): void {
  const id = random.uuid(visit.at);
  const texts: [string, string][] = [
    ['subjective', random.pick(visit.complaint.subjective)],
    ['objective', random.pick(visit.complaint.objective)],
    ['treatment', random.pick(visit.complaint.treatment)],
  ];
  const nrs = random.int(0, 8);
  const signedAt = iso(visit.at + 1_500_000);
  const content: SignedContent = {
    version: 1,
    patientId: visit.patientId,
    patientName: visit.patientName,
    visitType: visit.visitType,
    visitAt: iso(visit.at),
    sections: texts.map(([key, text]) => ({ key, text, origin: 'typed', originEncounterId: null })),
    observations: [{ code: 'nrs-now', value: nrs }],
    redFlags: [],
    treatmentConsent: null,
    diagnoses: [{ system: 'icpc-2', code: visit.complaint.code, text: visit.complaint.text, release: '2026', main: true }],
    treatmentLines: [],
    signedBy: {
      userId: visit.practitioner.id,
      name: visit.practitioner.name,
      profession: visit.practitioner.profession,
      hprNumber: visit.practitioner.hprNumber,
    },
    signedAt,
    clinicName: visit.clinicName,
  };
  for (const [key, text] of texts) put('note_section', derivedId(id, `section:${key}`), { encounterId: id, key, text });
  put('observation', derivedId(id, 'observation:nrs-now'), { encounterId: id, code: 'nrs-now', value: nrs });
  put('diagnosis', random.uuid(visit.at + 1), {
    encounterId: id,
    system: 'icpc-2',
    code: visit.complaint.code,
    text: visit.complaint.text,
    release: '2026',
    main: true,
  });
  put('encounter', id, {
    patientId: visit.patientId,
    episodeId: visit.episodeId,
    practitionerId: visit.practitioner.id,
    visitType: visit.visitType,
    visitAt: iso(visit.at),
    recordedAt: iso(visit.at),
    status: 'signed',
    signedContent: content,
    signedAt,
    signedById: visit.practitioner.id,
    contentHash: createHash('sha256').update(canonical(content)).digest('hex'),
  });
}
