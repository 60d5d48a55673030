/**
 * Scopes of SMART App Launch 2.2, and those of version 1 that Nav's app still asks by (`.read` is rs, `.write` is cud). What is granted is what was
 * asked, as far as it was registered and the person's role reaches; nothing is widened. Scopes with a query (`?category=…`) are not granted.
 */
const LETTERS = 'cruds';
const OTHERS = new Set(['launch', 'launch/patient', 'launch/encounter', 'openid', 'profile', 'fhirUser', 'offline_access']);
const OLD: Readonly<Record<string, string>> = { read: 'rs', write: 'cud', '*': LETTERS };

export interface ResourceScope {
  level: 'patient' | 'user';
  /** `*`: all. */
  type: string;
  /** In the order of `cruds`. */
  letters: string;
  text: string;
}

/** Undefined for what is no scope of a resource that we know. */
export function resourceScope(text: string): ResourceScope | undefined {
  const [, level, type = '', what = ''] = /^(patient|user)\/(\*|[A-Z][A-Za-z]{1,63})\.(c?r?u?d?s?|read|write|\*)$/.exec(text) ?? [];
  if ((level !== 'patient' && level !== 'user') || what === '') return undefined;
  return { level, type, letters: OLD[what] ?? what, text };
}

export const scopesIn = (text: string): string[] => [...new Set(text.split(' ').filter((one) => one !== ''))];

/** Whether each of them is one. */
export const areScopes = (text: string): boolean =>
  scopesIn(text).length > 0 && scopesIn(text).every((one) => OTHERS.has(one) || resourceScope(one) !== undefined);

/** @param reaches whether the person's role sees any of a type @param types all there are */
export function grantedScopes(asked: string, registered: string, reaches: (type: string) => boolean, types: readonly string[]): string[] {
  const known = scopesIn(registered);
  const resources = known.flatMap((one) => resourceScope(one) ?? []);
  const granted: string[] = [];
  for (const text of scopesIn(asked)) {
    if (OTHERS.has(text)) {
      if (known.includes(text)) granted.push(text);
      continue;
    }
    const scope = resourceScope(text);
    if (scope === undefined) continue;
    // A wildcard is written out where it would say more than there is.
    const reached = types.filter((type) => (scope.type === '*' || scope.type === type) && reaches(type));
    const parts = reached.flatMap((type) => {
      const letters = [...scope.letters].filter((letter) =>
        resources.some(
          (one) =>
            (one.level === scope.level || one.level === 'user') && (one.type === '*' || one.type === type) && one.letters.includes(letter),
        ),
      );
      return letters.length === 0 ? [] : [{ type, letters: letters.join('') }];
    });
    const whole = parts.length > 0 && parts.length === (scope.type === '*' ? types.length : 1);
    if (whole && parts.every(({ letters }) => letters === scope.letters)) granted.push(text);
    else granted.push(...parts.map(({ type, letters }) => `${scope.level}/${type}.${letters}`));
  }
  return [...new Set(granted)];
}

/** How far they let somebody do this with a type: with anybody's, with the patient's that the app was launched for, or not. */
export function reachOf(scopes: readonly ResourceScope[], type: string, letter: string): 'any' | 'patient' | 'none' {
  const fitting = scopes.filter((one) => (one.type === '*' || one.type === type) && one.letters.includes(letter));
  if (fitting.some(({ level }) => level === 'user')) return 'any';
  return fitting.length > 0 ? 'patient' : 'none';
}
