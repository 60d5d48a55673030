/**
 * Questions that must be asked before hands are laid on, per region. Our own wording of the signs that clinical
 * guidelines agree on; nothing is answered until a person answers it.
 */

export interface RedFlag {
  key: string;
  text: string;
  /** `stop`: refer at once; `caution`: weigh before treating. */
  severity: 'stop' | 'caution';
}
export interface RedFlagRegion {
  key: string;
  label: string;
  questions: readonly RedFlag[];
}

const stop = (key: string, text: string): RedFlag => ({ key, text, severity: 'stop' });
const caution = (key: string, text: string): RedFlag => ({ key, text, severity: 'caution' });

const GENERAL = [
  caution('weight-loss', 'Uforklart vekttap eller tidligere kreft'),
  caution('fever', 'Feber, infeksjon eller nedsatt immunforsvar'),
  caution('trauma', 'Nylig traume, eller osteoporose med mindre traume'),
  caution('night-pain', 'Konstant smerte som ikke lindres i hvile eller om natten'),
];

export const redFlagRegions: readonly RedFlagRegion[] = [
  {
    key: 'low-back',
    label: 'Korsrygg og bekken',
    questions: [
      stop('saddle', 'Nummenhet i ridebukseområdet'),
      stop('bladder-bowel', 'Nyoppstått problem med vannlating eller avføring'),
      stop('progressive-paresis', 'Økende kraftsvikt i ett eller begge ben'),
      stop('aorta', 'Pulserende smerte i mage eller rygg, kjent aortasykdom'),
      caution('inflammatory', 'Morgenstivhet over 30 minutter, bedre av bevegelse enn av hvile'),
      ...GENERAL,
    ],
  },
  {
    key: 'neck',
    label: 'Nakke',
    questions: [
      stop('dissection', 'Ny, uvant kraftig nakkesmerte eller hodepine'),
      stop('five-d', 'Svimmelhet, dobbeltsyn, talevansker, svelgevansker eller falltendens'),
      stop('myelopathy', 'Ustø gange, klossete hender eller utstråling i flere lemmer'),
      caution('rheumatoid', 'Revmatoid artritt eller kjent instabilitet i nakken'),
      ...GENERAL,
    ],
  },
  {
    key: 'head',
    label: 'Hodepine og svimmelhet',
    questions: [
      stop('thunderclap', 'Akutt hodepine, verst noensinne'),
      stop('neurology', 'Nye utfall: syn, tale, kraft, følelse eller bevissthet'),
      stop('giant-cell', 'Over 50 år med ny hodepine, ømme tinninger eller synsforstyrrelse'),
      stop('meningism', 'Feber med nakkestivhet'),
      ...GENERAL,
    ],
  },
  {
    key: 'thoracic',
    label: 'Brystrygg og brystkasse',
    questions: [
      stop('cardiac', 'Brystsmerte ved anstrengelse, tungpust eller utstråling til arm eller kjeve'),
      stop('embolus', 'Plutselig tungpust, leggsmerte eller nylig operasjon'),
      stop('myelopathy', 'Ustø gange eller endret følelse nedenfor brystet'),
      ...GENERAL,
    ],
  },
  {
    key: 'upper-limb',
    label: 'Skulder og arm',
    questions: [
      stop('referred', 'Skuldersmerte med brystsmerte eller tungpust'),
      stop('septic-joint', 'Varmt, hovent ledd med feber'),
      caution('paresis', 'Nyoppstått kraftsvikt i arm eller hånd'),
      ...GENERAL,
    ],
  },
  {
    key: 'lower-limb',
    label: 'Hofte, ben og fot',
    questions: [
      stop('thrombosis', 'Hoven, varm eller øm legg'),
      stop('septic-joint', 'Varmt, hovent ledd med feber'),
      stop('no-weight', 'Kan ikke belaste benet etter skade'),
      ...GENERAL,
    ],
  },
  {
    key: 'child',
    label: 'Barn',
    questions: [
      stop('unwell', 'Allment redusert barn, feber eller slapphet'),
      stop('no-weight', 'Halter eller nekter å belaste'),
      stop('injury-story', 'Skade som ikke passer med forklaringen'),
      caution('night-pain', 'Smerte som vekker barnet om natten'),
    ],
  },
];

const byKey = new Map(redFlagRegions.map((region) => [region.key, region.questions]));

/** The questions of a region; none for an unknown one. */
export function redFlagsOf(region: string): readonly RedFlag[] {
  return byKey.get(region) ?? [];
}
