/**
 * A claim as the KUHR Krav API takes it: «behandlerkravmelding» as JSON, with the fields of a chiropractor (fagområde KI, praksistype KINO) and no
 * others (navikt/kuhr-krav-api-dokumentasjon, behandlerkravmelding_json.md, read November 2026). Kroner exist here alone, as the API wants them.
 * Nothing sends it: the file is what is made here (docs/decisions/0098).
 */
import { z } from 'zod';

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

/** @param credit the whole of each is taken back */
export function kravOf(praksisId: string, lines: readonly KravLine[], credit: boolean): Krav {
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
  return kravSchema.parse({
    praksisId,
    behandlerkrav: { navnEPJ: 'Ryggrad', regninger, antallRegninger: regninger.length, belop: total / 100 },
  });
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

/** What Helfo answers about a claim that was sent (endepunkt_hent_status_innsendte_behandlerkravmeldinger.md); more fields come, and are not read. */
const answerSchema = z.object({
  innsending: z.object({
    regninger: z.array(
      z.object({
        status: z.string(),
        guid: z.uuid(),
        merknader: z.array(z.object({ nummer: z.number(), tekst: z.string() })).default([]),
      }),
    ),
  }),
});
export interface KravAnswer {
  guid: string;
  verdict: 'accepted' | 'rejected' | null;
  words: string | null;
}

/** Null when the text is no such answer. */
export function readAnswer(text: string): KravAnswer[] | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  const parsed = answerSchema.safeParse(value);
  if (!parsed.success) return null;
  return parsed.data.innsending.regninger.map(({ status, guid, merknader }) => ({
    guid,
    verdict: status === 'godkjent' ? 'accepted' : status === 'avvist' ? 'rejected' : null,
    words: merknader.length === 0 ? null : merknader.map(({ nummer, tekst }) => `${nummer}: ${tekst}`).join('\n'),
  }));
}
