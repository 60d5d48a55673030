/**
 * Words of the profession in everyday Norwegian, for the patient's own copy of the journal (pasient- og brukerrettighetsloven § 5-1: with explanations
 * of technical terms). Our own wording; only words that stand in the text are explained.
 */
interface Term {
  /** As it is headed. */
  term: string;
  /** Whole words, in any inflection given here; abbreviations by their capitals. */
  found: RegExp;
  meaning: string;
}

const term = (head: string, forms: string, meaning: string): Term => ({
  term: head,
  found: new RegExp(`(?<![\\p{L}\\p{N}])(?:${forms})(?![\\p{L}\\p{N}])`, 'iu'),
  meaning,
});
const short = (head: string, meaning: string, forms = head): Term => ({
  term: head,
  found: new RegExp(`(?<![\\p{L}\\p{N}])(?:${forms})(?![\\p{L}\\p{N}])`, 'u'),
  meaning,
});

const TERMS: readonly Term[] = [
  term('Abduksjon', 'abduksjon(?:en)?', 'bevegelse ut fra kroppen'),
  term('Adduksjon', 'adduksjon(?:en)?', 'bevegelse inn mot kroppen'),
  term('Affeksjon', '(?:rot)?affeksjon(?:en)?', 'påvirkning, for eksempel av en nerverot'),
  term('Akutt', 'akutt(?:e)?', 'plutselig oppstått'),
  term('Anamnese', 'anamnese(?:n)?', 'sykehistorien slik pasienten forteller den'),
  term('Artrose', 'artrose(?:n)?', 'slitasjeforandringer i et ledd'),
  term('Atrofi', 'atrofi(?:en|sk)?', 'muskelen er blitt mindre'),
  term('Bilateral', 'bilateral(?:t|e)?', 'på begge sider'),
  term('Bløtvevsbehandling', 'bløtvevs(?:behandling|teknikk)(?:en|er)?', 'behandling av muskler og annet vev med hendene'),
  term('Bursitt', 'bursitt(?:en)?', 'betennelse i en slimpose'),
  short(
    'C, T, L og S med tall',
    'ryggvirvlene er nummerert: C er nakke, T eller Th brystrygg, L korsrygg, S korsbein',
    '(?:C[0-8]|Th?(?:1[0-2]|[1-9])|L[1-5]|S[1-5])',
  ),
  term('Cervikal', 'cervikal(?:t|e|columna|is)?|cervicalcolumna|cervical(?:is)?', 'som gjelder nakken'),
  term('Columna', '(?:lumbal|cervical|cervikal|thorakal|torakal)?columna', 'ryggsøylen'),
  short('CT', 'røntgenbilder i snitt'),
  term('Degenerativ', 'degenerativ(?:t|e)?', 'som skyldes slitasje eller alder'),
  term('Dermatom', 'dermatom(?:et|er)?', 'hudområdet som hører til én nerverot'),
  term('Differensialdiagnose', 'differensialdiagnose(?:n|r)?|diff\\.?diagnose(?:r)?', 'annen tilstand som kan gi de samme plagene'),
  term('Distal', 'distal(?:t|e)?', 'lengst fra kroppens midte'),
  term('Dysfunksjon', '(?:ledd)?dysfunksjon(?:en|er)?', 'noe virker ikke som det skal, her oftest et ledd som beveger seg for lite'),
  term('Ekstensjon', 'ekstensjon(?:en)?', 'strekking eller bakoverbøyning'),
  term('Fasettledd', 'fasettledd(?:et|ene)?|facettledd(?:et|ene)?', 'de små leddene mellom ryggvirvlene'),
  term('Fleksjon', 'fleksjon(?:en)?|(?:lateral|side)fleksjon(?:en)?', 'bøying'),
  term('Hyperrefleksi', 'hyperrefleksi|hyperreflexi', 'refleksene er livligere enn vanlig'),
  term('Hypoestesi', 'hypoestesi|hypestesi', 'nedsatt følelse i huden'),
  term('Hypomobil', 'hypomobil(?:t|e|itet)?', 'beveger seg mindre enn vanlig'),
  term('Hypermobil', 'hypermobil(?:t|e|itet)?', 'beveger seg mer enn vanlig'),
  term('Indikasjon', 'indikasjon(?:en|er)?', 'grunn til å gjøre noe'),
  short('IS-ledd', 'leddet mellom korsbeinet og bekkenet', 'IS-ledd(?:et|ene)?|SI-ledd(?:et|ene)?'),
  term('Ischialgi', 'isjialgi|ischialgi|isjias', 'smerter fra en nerve, ned i beinet'),
  term('Kiropraktisk justering', 'justering(?:en|er)?|justert', 'rask, presis bevegelse av et ledd, ofte med et lite klikk'),
  term('Kontraindikasjon', 'kontraindikasjon(?:en|er)?', 'grunn til å la være å gjøre noe'),
  term('Kronisk', 'kronisk(?:e)?', 'langvarig'),
  term('Lasègue', 'lasegues?|lasègues?|laségues?|SLR', 'prøve der det strake beinet løftes, for å se om en nerve er påvirket'),
  term('Lateral', 'lateral(?:t|e)?', 'på utsiden, til siden'),
  term('Lordose', 'lordose(?:n)?', 'svaien i nakke eller korsrygg'),
  term('Kyfose', 'kyfose(?:n)?', 'bakoverbuen i brystryggen'),
  term('Lumbal', 'lumbal(?:t|e)?', 'som gjelder korsryggen'),
  term('Lumbago', 'lumbago', 'korsryggsmerter'),
  term('Manipulasjon', '(?:ledd|nakke)?manipulasjon(?:en|er)?', 'rask, presis bevegelse av et ledd, ofte med et lite klikk'),
  term('Medial', 'medial(?:t|e)?', 'på innsiden, mot midten'),
  term('Mobilisering', '(?:ledd|nerve)?mobilisering(?:en)?', 'rolige, gjentatte bevegelser av ledd eller nerve'),
  short('MR', 'bilder tatt med magnetfelt, uten røntgenstråler'),
  term('Myalgi', 'myalgi(?:en|er)?|myalgisk(?:e)?', 'muskelsmerter'),
  short('NDI', 'skjema om hvor mye nakken plager i hverdagen, i prosent'),
  short('NRS', 'smerte på en skala fra 0 (ingen) til 10 (verst tenkelig)'),
  short('ODI', 'skjema om hvor mye korsryggen plager i hverdagen, i prosent'),
  term('Ortopedisk test', 'ortopediske? tester?', 'prøve av ledd, muskler eller nerver'),
  term('Palpasjon', 'palpasjon(?:en)?|palp(?:eres|ert)?\\.?|palpasjonsøm(?:t|me|het)?', 'undersøkelse med fingrene'),
  term('Parese', 'parese(?:n|r)?|paretisk(?:e)?', 'nedsatt kraft'),
  term('Parestesi', 'parestesi(?:en|er)?', 'prikking eller stikking i huden'),
  term('Prolaps', '(?:skive)?prolaps(?:en|er)?', 'utbuktning fra en skive mellom to virvler'),
  term('Proksimal', 'proksimal(?:t|e)?', 'nærmest kroppens midte'),
  term('Radikulopati', 'radikulopati(?:en)?|radikulær(?:t|e)?', 'plager fra en nerverot'),
  term('Refleks', '(?:akilles|patellar|biceps|triceps)?refleks(?:en|er|ene)?', 'muskelen svarer når senen får et lett slag'),
  term('Rotasjon', 'rotasjon(?:en)?', 'vridning'),
  term('Røde flagg', 'røde flagg', 'tegn som kan bety alvorlig sykdom og derfor spørres om'),
  term('Sacrum', 'sacrum|sakrum|sakral(?:t|e)?|sacral(?:t|e)?', 'korsbeinet'),
  term('Sensibilitet', 'sensibilitet(?:en)?', 'følelse i huden'),
  term('Skoliose', 'skoliose(?:n)?', 'sideveis krumning av ryggen'),
  term('Spinal stenose', '(?:spinal )?stenose(?:n)?|spinalstenose(?:n)?', 'trang ryggmargskanal'),
  term('Stabilitetstest', 'stabilitetstest(?:en|er)?', 'prøve av om et ledd er løst'),
  term('Subakutt', 'subakutt(?:e)?', 'har vart noen uker'),
  term('Tendinopati', 'tendinopati(?:en|er)?', 'plager fra en sene'),
  term('Torakal', 't(?:h)?orakal(?:t|e)?|thoracal(?:t|e)?', 'som gjelder brystryggen'),
  term('Triggerpunkt', 'triggerpunkt(?:et|er|ene)?', 'ømt punkt i en muskel, som kan gi smerte et annet sted'),
  short('UL', 'undersøkelse med lydbølger', 'UL'),
  term('Unilateral', 'unilateral(?:t|e)?', 'på én side'),
  term('Vertigo', 'vertigo', 'svimmelhet der det går rundt'),
];

const inOrder = new Intl.Collator('nb').compare;

/** The terms of these texts, with what they mean, each once, in the order of the alphabet. */
export function explained(texts: readonly string[]): { term: string; meaning: string }[] {
  return TERMS.filter(({ found }) => texts.some((text) => found.test(text)))
    .map(({ term: head, meaning }) => ({ term: head, meaning }))
    .toSorted((a, b) => inOrder(a.term, b.term));
}
