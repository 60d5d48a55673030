/**
 * What Helfo says of a message that was handed in (navikt/kuhr-krav-api-dokumentasjon, endepunkt_hent_status_innsendte_behandlerkravmeldinger.md and
 * eksempler/normal_arbeidsflyt_eksempel.md, read November 2026). More fields come, and are not read. Words of states that are not in the document are kept
 * as they are and decide nothing.
 */
import { z } from 'zod';

/** Notes of the control: a number, which comes as a number and as text, and Helfo's own words. */
const notes = z
  .array(z.object({ nummer: z.union([z.number(), z.string()]).nullish(), tekst: z.string().nullish() }))
  .nullish()
  .transform((all) => all ?? []);
export const wordsOfNotes = (all: z.output<typeof notes>): string | null => {
  const words = all.flatMap(({ nummer, tekst }) => {
    const said = [nummer ?? '', tekst ?? ''].map((part) => String(part).trim()).filter((part) => part !== '');
    return said.length === 0 ? [] : [said.join(': ')];
  });
  return words.length === 0 ? null : words.join('\n').slice(0, 2000);
};

export const billsSchema = z
  .array(z.object({ status: z.string().nullish(), guid: z.string(), merknader: notes }))
  .nullish()
  .transform((all) =>
    (all ?? []).map(({ status, guid, merknader }): KravAnswer => {
      const verdict = status === 'godkjent' ? 'accepted' : status === 'avvist' ? 'rejected' : null;
      return { guid: guid.toLowerCase(), verdict, words: wordsOfNotes(merknader) };
    }),
  );

/** One claim's answer. */
export interface KravAnswer {
  guid: string;
  /** Null: not said, or in a word that is not known. */
  verdict: 'accepted' | 'rejected' | null;
  words: string | null;
}

export interface KravState {
  /** Technically refused: nothing of it was kept. */
  refused: boolean;
  /** Each claim has its answer. */
  checked: boolean;
  payment: 'none' | 'waiting' | 'paid';
  /** Of this message alone; null until it is known. */
  paidOre: number | null;
  paidOn: string | null;
  bills: readonly KravAnswer[];
  /** About the whole message or its decision. */
  words: string | null;
}

const schema = z.object({
  meldingsstatus: z.string().nullish(),
  kontrollstatus: z.string().nullish(),
  utbetalingsstatus: z.string().nullish(),
  sumUtbetaltbelop: z.number().nullish(),
  innsending: z.object({ sumUtbetaltbelop: z.number().nullish(), regninger: billsSchema, merknader: notes }).nullish().catch(undefined),
  vedtak: z
    .object({ utbetaling: z.object({ utbetaltdato: z.string().nullish() }).nullish(), merknader: notes })
    .nullish()
    .catch(undefined),
});

/** Null when it is no such answer. Kroner become øre here, to the nearest. */
export function readKravState(value: unknown): KravState | null {
  const read = schema.safeParse(value);
  if (!read.success) return null;
  const { meldingsstatus, kontrollstatus, utbetalingsstatus, innsending, vedtak } = read.data;
  if (meldingsstatus === undefined && kontrollstatus === undefined && innsending === undefined) return null;
  const paid = read.data.sumUtbetaltbelop ?? innsending?.sumUtbetaltbelop ?? null;
  const day = vedtak?.utbetaling?.utbetaltdato?.slice(0, 10) ?? null;
  return {
    refused: meldingsstatus === 'feil_i_melding',
    checked: kontrollstatus === 'ferdig_kontrollert',
    payment: utbetalingsstatus === 'utbetalt' ? 'paid' : utbetalingsstatus === 'ingen_utbetaling' ? 'none' : 'waiting',
    paidOre: paid === null ? null : Math.round(paid * 100),
    paidOn: day !== null && z.iso.date().safeParse(day).success ? day : null,
    bills: innsending?.regninger ?? [],
    words: wordsOfNotes([...(innsending?.merknader ?? []), ...(vedtak?.merknader ?? [])]),
  };
}
