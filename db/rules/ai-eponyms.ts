/** Capitalised words of a chiropractor's notes that are nobody's name: tests, signs, conditions, languages of the body. */
export const EPONYMS: ReadonlySet<string> = new Set(
  `achilles adson allen apley babinski bakers barre baxter bechterew bekhterev bell braggard brudzinski bouchard carpal chiari cobb cobbs colles
  cozen deerfield derefield dequervain dix dupuytren durkan eden ely epley eppley erb faber fadir fadire finkelstein gaenslen gait gower gufoni hallpike hautant
  hawkins hawkin heberden helse hoffmann hoover horner jackson jendrassik jobe kemp kemps kernig kibler kiropraktor kleiger lachman lasègue lasegue lhermitte maigne
  maitland maigne mckenzie mcmurray mennell menell menière meniere mills minor mortons morton mulder naffziger neer norsk norske ober obers patrick phalen
  phalens quebec quervain raynaud roland roos romberg rombergs scheuermann schober schobers semont sjøgren slump sorensen speed speeds spurling spurlings stork
  thomas thompson tietze tinel tinels trendelenburg unterberger valsalva waddell wallenberg weber wright yeoman yergason yeomans
  helfo nav pasienten pasient mandag tirsdag onsdag torsdag fredag lørdag søndag januar februar mars april mai juni juli august september oktober november desember
  jul påske norge europa ibux paracet paralgin voltaren naproxen tramadol pinex albyl marevan eliquis xarelto cipralex levaxin metformin`.split(
    /\s+/,
  ),
);
