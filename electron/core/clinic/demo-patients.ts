/**
 * The people of the demo clinic: invented names, fødselsnummer with month +80 (synthetic by the register's own rule),
 * some signed visits behind them and a day's bookings ahead. Written as a person would write it, so that it syncs.
 */
import { createHash } from 'node:crypto';
import { derivedId } from '#db/model/ids.ts';
import type { SignedContent, VisitType } from '#db/model/encounter.ts';
import { syntheticNationalId } from '#db/rules/fodselsnummer.ts';
import { canonical } from '#db/sync/change.ts';
import { createContext } from '../context.ts';
import type { Context } from '../context.ts';
import type { Ports } from '../ports.ts';
import type { OpenClinic } from '../services.ts';

const DAY_MS = 86_400_000;
const CLINIC_NAME = 'Demo-klinikken';

/** Given name, family name, birth date, sex, phone, street, complaint (index, -1: new here). */
type Person = readonly [string, string, string, 'female' | 'male', string, string, number];
const PEOPLE: readonly Person[] = [
  ['Kari', 'Nordmann', '1958-04-12', 'female', '90123451', 'Storgata 4', 0],
  ['Ola', 'Nordmann', '1955-11-30', 'male', '90123452', 'Storgata 4', 1],
  ['Åse', 'Bjørnstad', '1971-02-03', 'female', '41222333', 'Fjellveien 18', 1],
  ['Øyvind', 'Sæther', '1984-07-21', 'male', '92233445', 'Elvegata 7', 0],
  ['Anne-Lise', 'Berg-Hansen', '1990-01-01', 'female', '48112233', 'Kirkeveien 22', 2],
  ['Kari', 'Hansen', '1979-06-15', 'female', '95511223', 'Skolegata 3', 0],
  ['Kari', 'Hansen', '1979-09-02', 'female', '95511224', 'Åsveien 41', 3],
  ['Per', 'Ødegård', '1962-12-24', 'male', '91919191', 'Solbakken 9', 4],
  ['Ingrid', 'Haugen', '1995-03-08', 'female', '40556677', 'Granlia 2', -1],
  ['Jonas', 'Lie', '2016-05-17', 'male', '', 'Granlia 2', 0],
  ['Mohammed', 'Ali', '1988-10-10', 'male', '46778899', 'Møllerveien 5', 1],
  ['Bjørg', 'Tveit', '1943-08-19', 'female', '22445566', 'Fjordveien 11', 0],
  ['Håkon', 'Moen', '1975-05-05', 'male', '93445566', 'Storgata 51', 2],
  ['Silje', 'Brekke', '1999-12-31', 'female', '47889900', 'Elvegata 30', 3],
  ['Lars', 'Vik', '1967-01-27', 'male', '98765432', 'Åsveien 8', 0],
  ['Frøydis', 'Kvamme', '1981-09-14', 'female', '97654321', 'Kirkeveien 2', 1],
  ['Tor', 'Elvestad', '1950-02-28', 'male', '90909090', 'Solbakken 1', 4],
  ['Nora', 'Strand', '2003-07-04', 'female', '45454545', 'Skolegata 19', -1],
  ['Gunnar', 'Lunde', '1938-03-17', 'male', '22334455', 'Fjordveien 3', 4],
  ['Marit', 'Solberg', '1986-11-11', 'female', '92929292', 'Storgata 12', 0],
  ['Emil', 'Dahl', '1993-04-30', 'male', '48484848', 'Møllerveien 14', 2],
  ['Hanne', 'Rønning', '1978-10-26', 'female', '41414141', 'Fjellveien 6', 3],
  ['Knut', 'Myhre', '1969-06-06', 'male', '99887766', 'Granlia 27', 0],
  ['Camilla', 'Grønli', '1992-02-14', 'female', '93939393', 'Elvegata 16', 1],
  ['Svein', 'Bakken', '1960-09-09', 'male', '95959595', 'Solbakken 20', 0],
  ['Ragnhild', 'Fjeld', '1947-12-03', 'female', '22557788', 'Kirkeveien 40', 4],
  ['Magnus', 'Åsen', '2001-08-08', 'male', '46464646', 'Skolegata 8', -1],
  ['Thea', 'Skog', '1997-05-22', 'female', '40404040', 'Storgata 33', 3],
  ['Arne', 'Larsen', '1953-07-13', 'male', '91234567', 'Åsveien 15', 1],
  ['Liv', 'Johansen', '1965-10-01', 'female', '98989898', 'Fjordveien 29', 0],
];

interface Complaint {
  title: string;
  code: string;
  text: string;
  first: readonly [subjective: string, objective: string, treatment: string];
  next: readonly [subjective: string, objective: string, treatment: string];
}
const COMPLAINTS: readonly Complaint[] = [
  {
    title: 'Korsrygg',
    code: 'L03',
    text: 'Korsrygg symptomer/plager',
    first: [
      'Vondt i korsryggen etter snømåking for ti dager siden. Stiv om morgenen.',
      'L4–L5 nedsatt ekstensjon, øm. SLR negativ bilateralt.',
      'Mobilisering L4–L5. Råd om pauser og gange.',
    ],
    next: [
      'Bedre siden sist, fortsatt stiv ved lengre sitting.',
      'L5 nedsatt ekstensjon, mindre øm.',
      'HVLA L5 venstre. Øvelser gjennomgått.',
    ],
  },
  {
    title: 'Nakke',
    code: 'L83',
    text: 'Nakkesyndrom',
    first: [
      'Stiv nakke, mest på høyre side, etter skjermarbeid.',
      'C5–C6 nedsatt rotasjon høyre. Øm i øvre trapezius.',
      'Mobilisering C5–C6 og bløtvevsbehandling.',
    ],
    next: ['Sover bedre. Stiv mot slutten av dagen.', 'Rotasjon høyre bedret.', 'Mobilisering C5–C6. Tøyning av levator scapulae.'],
  },
  {
    title: 'Skulder',
    code: 'L92',
    text: 'Skuldersyndrom',
    first: [
      'Vondt når armen løftes over skulderhøyde.',
      'Smertebue 70–110 grader. Fri passiv bevegelighet.',
      'Øvelser for rotatorcuff, justert belastning.',
    ],
    next: ['Mer kraft enn sist, sover på siden igjen.', 'Smertebue 80–100 grader.', 'Øvelsene økt ett trinn.'],
  },
  {
    title: 'Hodepine',
    code: 'N95',
    text: 'Tensjonshodepine',
    first: [
      'Pressende hodepine tre dager i uken.',
      'Suboksipital ømhet, C0–C1 stiv. Nevrologisk orienterende u.a.',
      'Suboksipital bløtvevsbehandling.',
    ],
    next: ['Ett anfall siste uke.', 'Mindre suboksipital ømhet.', 'Suboksipital bløtvevsbehandling, råd om arbeidsstilling.'],
  },
  {
    title: 'Hofte',
    code: 'L13',
    text: 'Hofte symptomer/plager',
    first: ['Vondt i venstre hofte i trapp.', 'Innadrotasjon innskrenket venstre.', 'Mobilisering av hofte, øvelser.'],
    next: ['Går lengre turer nå.', 'Innadrotasjon bedret.', 'Mobilisering av hofte. Øvelser videre.'],
  },
];

/** Writes the demo's patients, their history and today's bookings, in one transaction. */
export function fillDemo(ports: Ports): (clinic: OpenClinic) => void {
  return (clinic) => {
    const { db, clinicId, deviceId, actor } = clinic;
    db.transaction(() => {
      const ctx = createContext({ db, clinicId, deviceId, actor, ports, verb: 'clinic.create' });
      const colleague = ctx.insert('user', {
        name: 'Ane Kollega',
        email: 'ane@ryggrad.example',
        roles: ['PRACTITIONER'],
        profession: 'KI',
        hprNumber: '9999998',
        active: true,
        validUntil: null,
      });
      ctx.insert('user', {
        name: 'Sara Sekretær',
        email: 'sara@ryggrad.example',
        roles: ['ASSISTANT'],
        profession: null,
        hprNumber: null,
        active: true,
        validUntil: null,
      });
      const patients = PEOPLE.map((person, index) => writePatient(ctx, person, index));
      writeDay(ctx, patients, actor.userId, colleague.id);
      ctx.audit({ action: 'create', details: { kind: 'demo', patients: patients.length } });
      ctx.releaseOutbox();
    }).immediate();
  };
}

function writePatient(ctx: Context, [givenName, familyName, birthDate, sex, phone, addressLine, complaint]: Person, index: number): string {
  const { id } = ctx.insert('patient', {
    givenName,
    familyName,
    birthDate,
    sex,
    addressLine,
    nationalId: syntheticNationalId({ birthDate, n: index + 1 }),
    nationalIdKind: 'fnr',
    phone: phone === '' ? null : phone,
    postalCode: '0150',
    city: 'Oslo',
    fastlegeName: index % 4 === 3 ? null : 'Lege Demo Fastlege',
    fastlegePractice: index % 4 === 3 ? null : 'Demo legesenter',
    fastlegeAddressLine: index % 4 === 3 ? null : 'Legegata 1',
    fastlegePostalCode: index % 4 === 3 ? null : '0150',
    fastlegeCity: index % 4 === 3 ? null : 'Oslo',
  });
  if (phone === '') ctx.insert('guardian', { patientId: id, name: 'Ingrid Haugen', relation: 'mother', phone: '40556677', email: null });
  if (index % 10 === 7)
    ctx.put('safety_fact', derivedId(id, 'anticoagulants'), {
      patientId: id,
      kind: 'anticoagulants',
      state: 'yes',
      detail: 'Eliquis',
      recordedById: ctx.actor.userId,
      recordedAt: ctx.now,
    });
  const about = COMPLAINTS[complaint];
  if (about === undefined) return id;
  const name = `${givenName} ${familyName}`;
  const first = Date.parse(ctx.now) - DAY_MS * (21 + index * 3);
  const episodeId = ctx.insert('episode', {
    patientId: id,
    title: about.title,
    startedOn: new Date(first).toISOString().slice(0, 10),
    endedOn: null,
    note: null,
  }).id;
  writeVisit(ctx, { id, name, episodeId, about, texts: about.first, at: first, type: 'initial', nrs: 4 + (index % 4) });
  if (index % 3 !== 2)
    writeVisit(ctx, { id, name, episodeId, about, texts: about.next, at: first + DAY_MS * 7, type: 'follow_up', nrs: 2 + (index % 3) });
  return id;
}

interface Visit {
  id: string;
  name: string;
  episodeId: string;
  about: Complaint;
  texts: readonly [string, string, string];
  at: number;
  type: VisitType;
  nrs: number;
}

function writeVisit(ctx: Context, { id: patientId, name, episodeId, about, texts, at, type, nrs }: Visit): void {
  const { userId, profession, hprNumber } = ctx.actor;
  const visitAt = new Date(at).toISOString();
  const signedAt = new Date(at + 20 * 60_000).toISOString();
  const sections = (['subjective', 'objective', 'treatment'] as const).map((key, place) => ({ key, text: texts[place] ?? '' }));
  const { id } = ctx.insert('encounter', { patientId, episodeId, practitionerId: userId, visitType: type, visitAt, recordedAt: visitAt });
  for (const { key, text } of sections) ctx.insert('note_section', { encounterId: id, key, text }, derivedId(id, `section:${key}`));
  ctx.insert('observation', { encounterId: id, code: 'nrs-now', value: nrs }, derivedId(id, 'observation:nrs-now'));
  ctx.insert('diagnosis', { encounterId: id, system: 'icpc-2', code: about.code, text: about.text, release: '2026', main: true });
  const signedContent: SignedContent = {
    version: 1,
    patientId,
    patientName: name,
    visitType: type,
    visitAt,
    sections: sections.map(({ key, text }) => ({ key, text, origin: 'typed', originEncounterId: null })),
    observations: [{ code: 'nrs-now', value: nrs }],
    redFlags: [],
    treatmentConsent: null,
    diagnoses: [{ system: 'icpc-2', code: about.code, text: about.text, release: '2026', main: true }],
    treatmentLines: [],
    signedBy: { userId, name: ctx.actor.name, profession, hprNumber },
    signedAt,
    clinicName: CLINIC_NAME,
  };
  const contentHash = createHash('sha256').update(canonical(signedContent)).digest('hex');
  ctx.patch('encounter', id, { status: 'signed', signedContent, signedAt, signedById: userId, contentHash });
}

/** Today from nine, every half hour, with room for a walk-in; tomorrow a few. */
function writeDay(ctx: Context, patients: readonly string[], own: string, colleague: string): void {
  const today = ctx.ports.clock.now();
  const at = (day: number, hour: number, minute: number): string =>
    new Date(today.getFullYear(), today.getMonth(), today.getDate() + day, hour, minute).toISOString();
  const book = (place: number, startsAt: string, practitionerId: string, visitType: VisitType, reason: string | null): void => {
    const patientId = patients[place % patients.length];
    if (patientId !== undefined)
      ctx.insert('appointment', {
        patientId,
        practitionerId,
        startsAt,
        durationMinutes: visitType === 'initial' ? 45 : 30,
        visitType,
        reason,
        cancelReason: null,
        arrivedAt: null,
      });
  };
  for (const [slot, [hour, minute]] of (
    [
      [9, 0],
      [9, 30],
      [10, 0],
      [11, 0],
      [12, 30],
      [13, 0],
      [13, 30],
      [14, 0],
    ] as const
  ).entries()) {
    const fresh = slot === 3;
    book(fresh ? 8 : slot * 2, at(0, hour, minute), own, fresh ? 'initial' : 'follow_up', fresh ? 'Vondt i nakken etter kollisjon' : null);
  }
  for (const [slot, hour] of [9, 10, 12].entries()) book(15 + slot * 3, at(0, hour, 0), colleague, 'follow_up', null);
  for (const [slot, hour] of [9, 10, 11, 13].entries()) book(20 + slot, at(1, hour, 0), own, 'follow_up', null);
}
