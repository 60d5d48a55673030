/**
 * Notes are untrusted: what is pasted into one, or typed into an intake form, may be written for a model rather than for a colleague (OWASP
 * LLM01). A part that holds such words is still sent and shown, but nothing that rests on it counts as supported. The words can never all be
 * known; that is why a draft is only ever offered sentence by sentence (docs/decisions/0081).
 */
import type { NotePart, Source } from './ai-sources.ts';
import { plainText } from './ai-identifiers.ts';

const COMMANDS: readonly RegExp[] = [
  // Forget what you were told, in both languages.
  /\b(ignore|disregard|forget|override|bypass|discard|skip)\b.{0,60}\b(instruction|prompt|rule|above|previous|prior|everything|guideline|context|earlier|told|system)/,
  /\b(ignorer|glem|se bort fra|overse|tilsidesett|forkast|overstyr|hopp over)(?![\p{L}]).{0,60}(instruks|regl|regel|over|tidligere|foregående|alt|ovenfor|beskjed|system)/u,
  /system ?prompt|system ?message|systemmelding|systeminstruks|developer (message|mode)|utviklermodus|jailbreak|\bprompt(en)?\b|\binstruks(en|er|ene|jon|joner|jonene)?\b|\binstructions?\b/,
  // Say this, write that.
  /\b(add|write|state|say|claim|insert|include|append|mention|conclude|output|print|reveal|repeat|respond|reply|answer|return|cite|document|record|diagnose|translate|encode)\b.{0,50}\b(that|patient|system|json|source|sources|sentence|letter|note|following|exactly|with|only|everything|all)\b/,
  /(?<!\p{L})(legg til|legg inn|skriv|oppgi|påstå|ta med|inkluder|gjenta|svar|vis|avslør|konkluder|før opp|siter|returner|dokumenter|noter|registrer|lat som|late som|oversett)(?!\p{L}).{0,50}(?<!\p{L})(at|pasienten|systemet|kilden?|kildene|kilder|setning\p{L}*|brevet|notatet|følgende|nøyaktig|json|med|kun|bare|alt)(?!\p{L})/u,
  // A clause that begins by telling somebody to write.
  /(^|[.!?:;,\n(«"]\s*)((vennligst|please|nå|now|også|also|og|and|så|then|deretter)\s+)*(legg til|legg inn|skriv|oppgi|ta med|nevn|inkluder|gjenta|før opp|siter|returner|dokumenter|noter|registrer|konkluder|påstå|husk å (skrive|ta med|nevne|føre)|add|write|include|mention|append|state|print|output|report|say|insert|document|note that)(?!\p{L})/u,
  // Addressed to whoever reads by machine.
  /(?<!\p{L})(til|to) (deg|you|den|the|alle|all|whoever)? ?(som|that|which|who)? ?(leser|reading|reads|behandler|processing|skriver|writes?|oppsummerer|summari[sz]es?)(?!\p{L})|automatisk (les|tekst|oppsummering)|(beskjed|melding|message|note) (til|to) (modell|system|maskin|model|machine|ai\b|ki\b)/u,
  // Somebody else's role, and what a model is called.
  /<\|?\/?\s*(system|assistant|user|human|developer|im_start|im_end|endoftext|inst|sys|kilder|sources|instruks\p{L}*)\b|\[\/?inst\]|<<\/?sys>>/u,
  /(^|\n|[.!?;]\s*)(system|assistant|user|human|ai|developer|bruker|assistent|utvikler)\s*:/,
  /(^|\s)#{2,}\s*\p{L}|`{3}|\{\s*"?(sentences|sources|role|section|content|text)"?\s*:/u,
  /\b(as an ai|you are (now )?(a|an|the|in)|you must|you should now|act as|pretend|from now on|new task|end of (notes?|sources?|data))\b|(?<!\p{L})(du er nå|du skal nå|du må nå|fra nå av|ny oppgave|slutt på (kilder|notat\p{L}*|data))(?!\p{L})/u,
  /\b(language model|llm|chatgpt|gpt-?\d?|openai|claude|ai-?(modell(en)?|model|assistent(en)?|assistant))\b|(?<!\p{L})(språkmodell(en)?|kunstig intelligens|skrivehjelp(en)?)(?!\p{L})/u,
  // Sources that we did not number.
  /\b(kilde|kilder|source|sources)\s*(nr|no|id)?\s*[.:#=[(]*\s*\d+|"?\bn"?\s*:\s*\d+|\[\s*s?\d{1,4}\s*\]/,
  /https?:|www\.|data:text|javascript:|!\[|\]\(/,
];
/** Longer than any word of a note: text in disguise. */
const BLOB = /[A-Za-z0-9+/_-]{40,}={0,2}|(?:\\u[0-9a-f]{4}|&#x?[0-9a-f]+;|%[0-9a-f]{2}){3,}/i;
const SPACED = /(?:(?<!\p{L})\p{L}[\s.*_-]){5,}\p{L}(?!\p{L})/u;
const TWO_SCRIPTS = /\p{Script=Latin}[\p{Script=Cyrillic}\p{Script=Greek}]|[\p{Script=Cyrillic}\p{Script=Greek}]\p{Script=Latin}/u;
const LOOKS: Readonly<Record<string, string>> = { '0': 'o', '1': 'i', '3': 'e', '4': 'a', '5': 's', '7': 't', '@': 'a', $: 's' };

/** Whether a text speaks to a model rather than of a patient. */
export function speaksToModel(written: string): boolean {
  const seen = plainText(written);
  // What nobody sees was put there by somebody.
  if (/[\u{e0000}-\u{e01ef}]|[\u202a-\u202e\u2066-\u2069]/u.test(written)) return true;
  const text = seen
    .normalize('NFKD')
    .replaceAll(/\p{M}(?<![\u030a])/gu, '')
    .normalize('NFKC')
    .toLowerCase();
  const plain = seen.normalize('NFKC').toLowerCase();
  if (BLOB.test(plain) || SPACED.test(plain) || TWO_SCRIPTS.test(plain)) return true;
  const unmasked = plain.replaceAll(/\p{L}*[0134570@$]\p{L}[\p{L}0134570@$]*/gu, (word) =>
    word.replaceAll(/[0134570@$]/g, (sign) => LOOKS[sign] ?? sign),
  );
  return COMMANDS.some((command) => command.test(text) || command.test(plain) || command.test(unmasked));
}

/**
 * Numbers of the sources of which nothing may be taken for supported: the part in which such words stand, wholly.
 * @param parts as they were written: what is unseen in them is gone from the sources
 */
export function suspectSources(
  parts: readonly Pick<NotePart, 'group' | 'text'>[],
  sources: readonly Pick<Source, 'group' | 'n'>[],
): ReadonlySet<number> {
  const written = new Map<string, string>();
  for (const { group, text } of parts) written.set(group, `${written.get(group) ?? ''}${text}\n`);
  const groups = new Set([...written].filter(([, text]) => speaksToModel(text)).map(([group]) => group));
  return new Set(sources.filter(({ group }) => groups.has(group)).map(({ n }) => n));
}
