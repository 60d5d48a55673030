/**
 * Which ICD-10 codes a chiropractor may mean who has written an ICPC-2 code. Suggested, never chosen: the relation is many to many, and
 * the official main reference (one code each) is for when a machine must pick (norway.md §1).
 *
 * Source of every row: the code texts of ICPC-2 and of ICD-10 2026 (Helsedirektoratet, by way of the code package), read side by side;
 * `how` says in what they agree. Compared with the official main reference of 2020 in docs/decisions/0075. Add a row, and the test
 * looks whether both codes exist.
 */

/** `same`: both texts name the same. `narrower`: ICD-10 says more than was written. `site`: the same complaint, by site. */
export type Agreement = 'same' | 'narrower' | 'site';

type Row = readonly [icpc2: string, how: Agreement, ...icd10: string[]];

const ROWS: readonly Row[] = [
  ['L01', 'same', 'M542'],
  ['L01', 'narrower', 'M9901', 'M5382', 'M436', 'S134'],
  ['L02', 'same', 'M549'],
  ['L02', 'narrower', 'M546', 'M9902'],
  ['L03', 'same', 'M545'],
  ['L03', 'narrower', 'M9903', 'M9904', 'M533'],
  ['L04', 'same', 'R074'],
  ['L04', 'narrower', 'M9908', 'M546', 'M940'],
  ['L07', 'same', 'K076'],
  ['L08', 'site', 'M2551'],
  ['L08', 'narrower', 'M9907', 'M759'],
  ['L09', 'site', 'M7962'],
  ['L10', 'site', 'M2552'],
  ['L10', 'narrower', 'M770', 'M771'],
  ['L11', 'site', 'M2553'],
  ['L12', 'site', 'M7964'],
  ['L13', 'site', 'M2555'],
  ['L13', 'narrower', 'M9905', 'M706', 'M760'],
  ['L14', 'site', 'M7965', 'M7966'],
  ['L15', 'site', 'M2556'],
  ['L15', 'narrower', 'M222'],
  ['L16', 'site', 'M2557'],
  ['L17', 'site', 'M7967'],
  ['L17', 'narrower', 'M722', 'M773', 'M774'],
  ['L18', 'same', 'M791'],
  ['L18', 'narrower', 'M797', 'M790'],
  ['L19', 'same', 'M629'],
  ['L19', 'narrower', 'M626', 'R252', 'M799'],
  ['L20', 'same', 'M259'],
  ['L20', 'narrower', 'M256'],
  ['L77', 'same', 'S934'],
  ['L78', 'same', 'S836'],
  ['L78', 'narrower', 'S834', 'S835'],
  ['L79', 'same', 'T143'],
  ['L79', 'site', 'S134', 'S233', 'S335', 'S336', 'S434'],
  ['L81', 'same', 'T146', 'T149'],
  ['L83', 'narrower', 'M542', 'M530', 'M531', 'M501', 'M502', 'M503', 'M4782', 'M4802', 'M9901', 'M489'],
  ['L84', 'narrower', 'M545', 'M546', 'M513', 'M4786', 'M4806', 'M4316', 'M9902', 'M9903', 'M9904'],
  ['L85', 'same', 'M439'],
  ['L85', 'narrower', 'M419', 'M4126', 'M402', 'M404'],
  ['L86', 'narrower', 'M543', 'M544', 'M511', 'M5416', 'M5417', 'M512'],
  ['L87', 'narrower', 'M779', 'M766', 'M706', 'M707', 'M654', 'M653'],
  ['L89', 'same', 'M169'],
  ['L89', 'narrower', 'M160', 'M161'],
  ['L90', 'same', 'M179'],
  ['L90', 'narrower', 'M170', 'M171'],
  ['L91', 'same', 'M199'],
  ['L92', 'same', 'M759'],
  ['L92', 'narrower', 'M750', 'M751', 'M752', 'M753', 'M754', 'M755'],
  ['L93', 'same', 'M771'],
  ['L96', 'narrower', 'S832'],
  ['L99', 'same', 'M999'],
  ['L99', 'narrower', 'M222', 'M760', 'M763', 'M765', 'M533'],
  ['N01', 'same', 'R51'],
  ['N01', 'narrower', 'G442', 'G448'],
  ['N05', 'same', 'R202'],
  ['N06', 'same', 'R208'],
  ['N17', 'same', 'R42'],
  ['N89', 'same', 'G439'],
  ['N89', 'narrower', 'G430', 'G431'],
  ['N90', 'same', 'G440'],
  ['N93', 'same', 'G560'],
  ['N94', 'narrower', 'G562', 'G563', 'G571', 'G573', 'G575', 'G629'],
  ['N95', 'same', 'G442'],
  ['H82', 'narrower', 'H811', 'H812', 'H810', 'H819'],
  ['A80', 'same', 'T149'],
];

export interface Icd10Suggestion {
  code: string;
  how: Agreement;
}

const byIcpc2 = new Map<string, Icd10Suggestion[]>();
for (const [icpc2, how, ...codes] of ROWS) byIcpc2.set(icpc2, [...(byIcpc2.get(icpc2) ?? []), ...codes.map((code) => ({ code, how }))]);

/** What to suggest for an ICPC-2 code, the nearest first; nothing where the table has no row. */
export function icd10For(icpc2: string): readonly Icd10Suggestion[] {
  return byIcpc2.get(icpc2) ?? [];
}

/** The ICPC-2 codes that have suggestions. */
export const suggestedFor: readonly string[] = [...byIcpc2.keys()];
