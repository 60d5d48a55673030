/**
 * A claim as the KUHR Krav API takes it: «behandlerkravmelding» as JSON, with the fields of a chiropractor (fagområde KI, praksistype KINO) and no
 * others (navikt/kuhr-krav-api-dokumentasjon, behandlerkravmelding_json.md, read November 2026). Kroner exist here alone, as the API wants them.
 * As a file on a laptop (docs/decisions/0098), or for Helfo itself on the server (0117).
 */
import { z } from 'zod';
import { billsSchema, type KravAnswer } from './kuhr-state.ts';

const ICPC2 = '2.16.578.1.12.4.1.1.7170';
/** Kroner with whole øre. */
const kroner = z.number().refine((value) => Math.abs(value * 100 - Math.round(value * 100)) < 1e-6);
const oreOf = (value: number): number => Math.round(value * 100);

const regningSchema = z
  .strictObject({
    guid: z.uuid(),
    kreditering: z.boolean(),
    regningsnummer: z.string().regex(/^[1-9]\d{0,19}$/),
    tidspunkt: z.string().regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}[+-]\d{2}:\d{2}$/),
    pasient: z.strictObject({
      identifikasjon: z.strictObject({ id: z.string().regex(/^\d{11}$/), type: z.enum(['FNR', 'DNR', 'HNR']) }),
    }),
    diagnoser: z.array(z.strictObject({ kodeverk: z.literal(ICPC2), kode: z.string().regex(/^(?:[A-Z]\d{2}\d?|-\d{2})$/) })).min(1),
    takster: z.array(z.strictObject({ belop: kroner, kode: z.string().min(1), antall: z.int().min(1) })).min(1),
    belop: kroner,
  })
  .refine(({ takster, belop, kreditering }) => {
    const sum = takster.reduce((total, takst) => total + oreOf(takst.belop) * takst.antall, 0);
    return oreOf(belop) === (kreditering ? -sum : sum);
  }, 'belop er ikke summen av takstene');

export const kravSchema = z
  .strictObject({
    praksisId: z.string().regex(/^\d{1,20}$/),
    behandlerkrav: z.strictObject({
      navnEPJ: z.string().min(1),
      regninger: z.array(regningSchema).min(1),
      antallRegninger: z.int(),
      belop: kroner,
    }),
  })
  .refine(
    ({ behandlerkrav: { regninger, antallRegninger, belop } }) =>
      regninger.length === antallRegninger && regninger.reduce((sum, one) => sum + oreOf(one.belop), 0) === oreOf(belop),
    'antallRegninger og belop er ikke regningenes',
  );
export type Krav = z.infer<typeof kravSchema>;

export interface KravLine {
  guid: string;
  regningsnummer: string;
  /** Instant, UTC. */
  visitAt: string;
  nationalId: string;
  nationalIdKind: 'fnr' | 'dnr' | 'hnr';
  /** ICPC-2, the main one first. */
  diagnoses: readonly string[];
  takster: readonly { kode: string; antall: number; belopOre: number }[];
}

/** Of the record, what a claim is made of; more fields may stand beside them. */
export const claimLineSchema = z.object({
  claim: z.object({
    id: z.uuid(),
    regningsnummer: z.string(),
    takster: z.array(z.object({ kode: z.string(), antall: z.int(), belopOre: z.int() })).min(1),
  }),
  encounter: z.object({
    visitAt: z.iso.datetime(),
    signedContent: z.object({ diagnoses: z.array(z.object({ system: z.string(), code: z.string(), main: z.boolean() })) }),
  }),
  patient: z.object({ nationalId: z.string().regex(/^\d{11}$/), nationalIdKind: z.enum(['fnr', 'dnr', 'hnr']) }),
});

/** Null where nothing was diagnosed by ICPC-2: Helfo would send it back. */
export function kravLineOf({ claim, encounter, patient }: z.output<typeof claimLineSchema>): KravLine | null {
  const diagnoses = encounter.signedContent.diagnoses
    .filter(({ system }) => system === 'icpc-2')
    .toSorted((a, b) => Number(b.main) - Number(a.main))
    .map(({ code }) => code);
  if (diagnoses.length === 0) return null;
  const { id: guid, regningsnummer, takster } = claim;
  const { nationalId, nationalIdKind } = patient;
  return { guid, regningsnummer, visitAt: encounter.visitAt, nationalId, nationalIdKind, diagnoses, takster };
}

/** @param credit the whole of each is taken back. Throws where a line is none that Helfo takes (`fitsKrav`). */
export function kravOf(praksisId: string, lines: readonly KravLine[], credit: boolean): Krav {
  return kravSchema.parse(draftOf(praksisId, lines, credit));
}
/** Whether a claim can be said in Helfo's form at all: one that cannot would keep its whole message from ever going. */
export const fitsKrav = (praksisId: string, line: KravLine, credit: boolean): boolean =>
  kravSchema.safeParse(draftOf(praksisId, [line], credit)).success;

function draftOf(praksisId: string, lines: readonly KravLine[], credit: boolean) {
  const regninger = lines.map((line) => {
    const sum = line.takster.reduce((total, { antall, belopOre }) => total + antall * belopOre, 0);
    return {
      guid: line.guid,
      kreditering: credit,
      regningsnummer: line.regningsnummer,
      tidspunkt: withOffset(line.visitAt),
      pasient: { identifikasjon: { id: line.nationalId, type: TYPES[line.nationalIdKind] } },
      diagnoser: line.diagnoses.map((kode) => ({ kodeverk: ICPC2, kode }) as const),
      takster: line.takster.map(({ kode, antall, belopOre }) => ({ belop: belopOre / 100, kode, antall })),
      belop: (credit ? -sum : sum) / 100,
    };
  });
  const total = regninger.reduce((sum, { belop }) => sum + oreOf(belop), 0);
  return { praksisId, behandlerkrav: { navnEPJ: 'Ryggrad', regninger, antallRegninger: regninger.length, belop: total / 100 } };
}
const TYPES = { fnr: 'FNR', dnr: 'DNR', hnr: 'HNR' } as const;

const oslo = new Intl.DateTimeFormat('sv-SE', {
  timeZone: 'Europe/Oslo',
  dateStyle: 'short',
  timeStyle: 'medium',
});
/** `2026-11-23T08:30:00.000Z` → `2026-11-23T09:30:00+01:00`. */
export function withOffset(instant: string): string {
  const ms = Date.parse(instant);
  const wall = oslo.format(ms).replace(' ', 'T');
  const hours = Math.round((Date.parse(`${wall}Z`) - ms) / 3_600_000);
  return `${wall}+${String(hours).padStart(2, '0')}:00`;
}

/** Answers out of the text of a status message that a person has loaded; null when it is none. */
export function readAnswer(text: string): KravAnswer[] | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  const parsed = z.object({ innsending: z.object({ regninger: z.array(z.unknown()) }) }).safeParse(value);
  const bills = billsSchema.safeParse(parsed.data?.innsending.regninger);
  if (!parsed.success || !bills.success) return null;
  const regninger = bills.data;
  // A bill of ours is known by a uuid: a file with others answers another system's.
  return regninger.every(({ guid }) => z.uuid().safeParse(guid).success) ? regninger : null;
}
