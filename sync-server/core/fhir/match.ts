/** Whether a resource's values are what a parameter asks for (R4 § 3.1.1.4). A parameter is read once, and then judges resources. */
import { compares, PREFIXES, stretchOf, type Prefix, type Stretch } from './dates.ts';
import { fold } from './fold.ts';
import type { Json, Parameter } from './parameters.ts';

export type Judge = (values: readonly unknown[]) => boolean;
export type Wrong = 'invalid' | 'modifier';

/**
 * @param values what is asked for; one of them suffices
 * @param base the address references of this server may begin with
 */
export function judgeOf(
  { type, targets }: Parameter,
  modifier: string | undefined,
  values: readonly string[],
  base: string,
): Judge | Wrong {
  if (modifier === 'missing') {
    const [wanted] = values;
    return wanted === 'true' ? (found) => found.length === 0 : wanted === 'false' ? (found) => found.length > 0 : 'invalid';
  }
  const judges = values.map((value) => judgeOne(type, targets, modifier, value, base));
  const wrong = judges.find((judge): judge is Wrong => typeof judge === 'string');
  if (wrong !== undefined) return wrong;
  const one = judges as ((value: unknown) => boolean)[];
  // Not this one: none of its values is.
  if (type === 'token' && modifier === 'not') return (found) => !found.some((value) => one.some((judge) => judge(value)));
  return (found) => found.some((value) => one.some((judge) => judge(value)));
}

function judgeOne(
  type: Parameter['type'],
  targets: Parameter['targets'],
  modifier: string | undefined,
  value: string,
  base: string,
): ((value: unknown) => boolean) | Wrong {
  if (value === '' || value === '|') return 'invalid';
  switch (type) {
    case 'token':
      if (modifier === 'text') {
        const words = fold(value);
        return (found) => textsOf(found).some((one) => fold(one).startsWith(words));
      }
      return modifier === undefined || modifier === 'not' ? tokenJudge(value) : 'modifier';
    case 'string':
      return stringJudge(modifier, value);
    case 'date': {
      if (modifier !== undefined) return 'modifier';
      const read = dateIn(value);
      return read === undefined
        ? 'invalid'
        : (found) => {
            const stretch = stretchIn(found);
            return stretch !== undefined && compares(read.prefix, stretch, read.stretch);
          };
    }
    case 'reference':
      return referenceJudge(targets ?? [], modifier, value, base);
    case 'uri':
      return modifier === undefined ? (found) => found === value : 'modifier';
  }
}

function tokenJudge(value: string): (found: unknown) => boolean {
  const bar = value.indexOf('|');
  const system = bar < 0 ? undefined : value.slice(0, bar);
  const code = bar < 0 ? value : value.slice(bar + 1);
  return (found) =>
    tokensIn(found).some(
      (one) =>
        (code === '' || one.code === code) && (system === undefined || (system === '' ? one.system === undefined : one.system === system)),
    );
}

function tokensIn(found: unknown): { system?: unknown; code: unknown }[] {
  if (typeof found !== 'object' || found === null) return [{ code: String(found) }];
  const { coding, system, code, value } = found as Json;
  if (Array.isArray(coding)) return coding.flatMap(tokensIn);
  // A phone's system says what it is, not whose number it is.
  return [{ system: typeof system === 'string' && system.includes(':') ? system : undefined, code: code ?? value }];
}

function textsOf(found: unknown): string[] {
  if (typeof found === 'string') return [found];
  if (typeof found !== 'object' || found === null) return [];
  if (Array.isArray(found)) return found.flatMap(textsOf);
  const { coding, text, display, type } = found as Json;
  return [text, display, coding, type].flatMap(textsOf);
}

function stringJudge(modifier: string | undefined, value: string): ((found: unknown) => boolean) | Wrong {
  if (modifier === 'exact') return (found) => stringsIn(found).includes(value);
  const wanted = fold(value);
  if (wanted === ' ') return 'invalid';
  if (modifier === 'contains') return (found) => stringsIn(found).some((one) => fold(one).includes(wanted.slice(1)));
  return modifier === undefined ? (found) => stringsIn(found).some((one) => fold(one).includes(wanted)) : 'modifier';
}

const STRINGS = ['text', 'family', 'given', 'prefix', 'suffix', 'line', 'city', 'district', 'state', 'postalCode', 'country'];
function stringsIn(found: unknown): string[] {
  if (typeof found === 'string') return [found];
  if (typeof found !== 'object' || found === null) return [];
  return STRINGS.flatMap((name) => (found as Json)[name] ?? []).filter((one): one is string => typeof one === 'string');
}

export function dateIn(value: string): { prefix: Prefix; stretch: Stretch } | undefined {
  const prefix = PREFIXES.find((one) => value.startsWith(one));
  const stretch = stretchOf(prefix === undefined ? value : value.slice(2));
  return stretch === undefined ? undefined : { prefix: prefix ?? 'eq', stretch };
}

export function stretchIn(found: unknown): Stretch | undefined {
  if (typeof found === 'string') return stretchOf(found);
  if (typeof found !== 'object' || found === null) return undefined;
  const { start, end } = found as Json;
  const [first, last] = [start, end].map((one) => (typeof one === 'string' ? stretchOf(one) : undefined));
  if (first === undefined && last === undefined) return undefined;
  return { from: first?.from ?? Number.NEGATIVE_INFINITY, to: last?.to ?? Number.POSITIVE_INFINITY };
}

/** `Type/id`, `id`, or the address of one of ours; another type by modifier. */
export function referenceIn(value: string, base: string): { type?: string; id: string } | undefined {
  const local = value.startsWith(`${base}/`) ? value.slice(base.length + 1) : value;
  const match = /^(?:([A-Z][A-Za-z]{1,39})\/)?([A-Za-z0-9\-.]{1,64})$/.exec(local);
  return match?.[2] === undefined ? undefined : { ...(match[1] === undefined ? {} : { type: match[1] }), id: match[2] };
}

function referenceJudge(
  targets: readonly string[],
  modifier: string | undefined,
  value: string,
  base: string,
): ((found: unknown) => boolean) | Wrong {
  if (modifier !== undefined && !targets.includes(modifier)) return 'modifier';
  const wanted = referenceIn(value, base);
  if (wanted === undefined) return 'invalid';
  const type = modifier ?? wanted.type;
  return (found) => {
    const reference = typeof found === 'object' && found !== null ? (found as Json)['reference'] : undefined;
    if (typeof reference !== 'string') return false;
    return type === undefined ? reference.endsWith(`/${wanted.id}`) : reference === `${type}/${wanted.id}`;
  };
}
