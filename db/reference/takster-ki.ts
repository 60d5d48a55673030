/**
 * Helfo's takster for chiropractors (fagområde KI), as dated rows. Amounts where a source was found; the others are empty, and the clinic
 * enters and confirms them. L-takster are Nav's fees for certificates and meetings, claimed in the same settlement.
 */
import type { Takst } from '../rules/takster.ts';

// 154 and 71 kr on that day; what held between then and July 2023 was not found, so the span has no amount.
const NKF_2020 = 'kiropraktikk.no, nye takster fra 1. november 2020';
const NKF_2023 = 'kiropraktikk.no, nye takster fra 1. juli 2023';
const HELSENORGE_2024 = 'helsenorge.no, betaling hos kiropraktor; gjelder fra 1. januar 2024';
const HELFO = 'helfo.no, regelverk for kiropraktor';

const consultation = { enPerSerie: false, kreverDiagnose: true, konsultasjon: true, utenKonsultasjon: false } as const;
const K1 = {
  takstkode: 'K1',
  beskrivelse: 'Førstegangsundersøkelse',
  ...consultation,
  enPerSerie: true,
  ugyldigKombinasjon: ['K2'],
} as const;
const K2 = { takstkode: 'K2', beskrivelse: 'Behandling', ...consultation, ugyldigKombinasjon: ['K1'] } as const;
const paper = { enPerSerie: false, kreverDiagnose: false, konsultasjon: false, utenKonsultasjon: false, ugyldigKombinasjon: [] } as const;
const meeting = { ...paper, utenKonsultasjon: true } as const;

export const taksterKi: readonly Takst[] = [
  { ...K1, fradato: '2020-11-01', tildato: '2023-06-30', refusjonOre: null, kilde: NKF_2020 },
  { ...K1, fradato: '2023-07-01', tildato: '2023-12-31', refusjonOre: 17_600, kilde: NKF_2023 },
  { ...K1, fradato: '2024-01-01', tildato: '2024-06-30', refusjonOre: 10_700, kilde: HELSENORGE_2024 },
  // Raised on 1 July 2024; no source for the amounts since then was found.
  { ...K1, fradato: '2024-07-01', tildato: null, refusjonOre: null, kilde: HELFO },
  { ...K2, fradato: '2020-11-01', tildato: '2023-06-30', refusjonOre: null, kilde: NKF_2020 },
  { ...K2, fradato: '2023-07-01', tildato: '2023-12-31', refusjonOre: 8_100, kilde: NKF_2023 },
  { ...K2, fradato: '2024-01-01', tildato: '2024-06-30', refusjonOre: 4_600, kilde: HELSENORGE_2024 },
  { ...K2, fradato: '2024-07-01', tildato: null, refusjonOre: null, kilde: HELFO },
  {
    ...meeting,
    takstkode: 'K3a',
    beskrivelse: 'Samarbeidsmøte, første halvtime',
    fradato: '2020-11-01',
    tildato: null,
    refusjonOre: null,
    kilde: HELFO,
  },
  {
    ...meeting,
    takstkode: 'K3b',
    beskrivelse: 'Samarbeidsmøte, senere påbegynt halvtime',
    fradato: '2020-11-01',
    tildato: null,
    refusjonOre: null,
    kilde: HELFO,
  },
  {
    ...paper,
    takstkode: 'K5',
    beskrivelse: 'Brev, telefon eller e-kontakt',
    fradato: '2020-11-01',
    tildato: '2023-12-31',
    refusjonOre: null,
    kilde: HELFO,
  },
  // Permanent since July 2021.
  {
    ...K2,
    takstkode: 'K6',
    beskrivelse: 'Videokonsultasjon',
    ugyldigKombinasjon: [],
    fradato: '2021-07-01',
    tildato: null,
    refusjonOre: null,
    kilde: HELFO,
  },
  {
    ...paper,
    takstkode: 'L1',
    beskrivelse: 'Sykmelding',
    fradato: '2022-07-01',
    tildato: null,
    refusjonOre: null,
    kilde: 'fysio.no, L-takster fra 1. juli 2022',
  },
  {
    ...paper,
    takstkode: 'L4',
    beskrivelse: 'Utdypende spørsmål',
    fradato: '2022-07-01',
    tildato: null,
    refusjonOre: null,
    kilde: 'fysio.no, L-takster fra 1. juli 2022',
  },
  {
    ...meeting,
    takstkode: 'L20',
    beskrivelse: 'Dialogmøte, per påbegynt halvtime',
    fradato: '2022-07-01',
    tildato: null,
    refusjonOre: null,
    kilde: 'fysio.no, L-takster fra 1. juli 2022',
  },
];
