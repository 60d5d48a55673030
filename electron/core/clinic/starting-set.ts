/**
 * What a new clinic starts with. Helfo's amounts changed in July 2024 and later ones are not verified: they stay
 * empty until the clinic has entered them. Phrases are openings, never findings.
 */
import type { Born } from '../context.ts';

export const startingPrices: Born<'price_item'>[] = [
  { code: 'FØRST', label: 'Førstegangskonsultasjon', kind: 'service', visitTypes: ['initial'] },
  { code: 'OPPF', label: 'Oppfølging', kind: 'service', visitTypes: ['follow_up'] },
  { code: 'REV', label: 'Revurdering', kind: 'service', visitTypes: ['re_examination'] },
  { code: 'VEDL', label: 'Vedlikehold', kind: 'service', visitTypes: ['maintenance'] },
  { code: 'AKUTT', label: 'Akuttkonsultasjon', kind: 'service', visitTypes: ['acute'] },
  { code: 'K1', label: 'Førstegangsundersøkelse (Helfo)', kind: 'takst', visitTypes: ['initial', 'acute'] },
  { code: 'K2', label: 'Behandling (Helfo)', kind: 'takst', visitTypes: ['follow_up', 'maintenance', 're_examination'] },
];

export const startingPhrases: Born<'phrase'>[] = [
  { userId: null, abbreviation: '.bs', text: 'Bedre siden sist.' },
  { userId: null, abbreviation: '.us', text: 'Uendret siden sist.' },
  { userId: null, abbreviation: '.vs', text: 'Verre siden sist.' },
  { userId: null, abbreviation: '.hj', text: 'Hjemmeøvelser gjennomgått. ' },
  { userId: null, abbreviation: '.inf', text: 'Informert om plan og forventet forløp. ' },
];
