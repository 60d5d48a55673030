/** The search as a clinician meets it, and the lists behind it held against the official texts. */
import { describe, expect, it } from 'vitest';
import { searchCodes } from './code-search.ts';
import { codesOf, findCode, RELEASE } from './code-systems.ts';
import { favouriteCodes } from './favourites.ts';
import { synonyms } from './synonyms.ts';

const search = (query: string, usage?: ReadonlyMap<string, number>) => searchCodes(query, { system: 'icpc-2', limit: 10, usage });
const codes = (query: string, usage?: ReadonlyMap<string, number>) => search(query, usage).map((hit) => hit.code);

describe('the releases', () => {
  it('hold the official codes of the year and forty process codes', () => {
    const icpc = codesOf('icpc-2');
    expect(icpc.filter((code) => code.kind !== 'process')).toHaveLength(708);
    expect(icpc.filter((code) => code.kind === 'process').map((code) => code.code)).toEqual(
      Array.from({ length: 40 }, (_, index) => `-${30 + index}`),
    );
    expect(codesOf('icd-10')).toHaveLength(19_634);
    expect(new Set([...icpc, ...codesOf('icd-10')].map((code) => code.release))).toEqual(new Set([RELEASE]));
  });

  it('find a code however it is written, and none that does not exist', () => {
    for (const raw of ['L84', 'l84', ' L 84 ', 'L84.']) expect(findCode('icpc-2', raw)?.text).toBe('Ryggsyndrom uten smerteutstråling');
    for (const raw of ['M54.5', 'm545']) expect(findCode('icd-10', raw)?.code).toBe('M545');
    for (const raw of ['', 'L', 'L841', 'Q84', '-29', '-70', '__proto__']) expect(findCode('icpc-2', raw)).toBeUndefined();
  });

  it('find every code of both by its own name, small letters and all', () => {
    for (const system of ['icpc-2', 'icd-10'] as const)
      expect(
        codesOf(system).filter(({ code }) => findCode(system, code)?.code !== code || findCode(system, code.toUpperCase())?.code !== code),
      ).toEqual([]);
    expect(findCode('icd-10', 'x5n7y')?.code).toBe('X5n7y');
  });

  it('read reserve codes and never offer them', () => {
    const reserved = codesOf('icpc-2').filter((code) => code.hidden);
    expect(reserved.length).toBeGreaterThan(0);
    for (const { code } of reserved) {
      expect(code).toMatch(/^(?:D99[1-9]|R99[3-9])$/);
      expect(findCode('icpc-2', code)?.hidden).toBe(true);
      expect(codes(code)).not.toContain(code);
    }
    expect(findCode('icpc-2', 'R991')).toMatchObject({ hidden: false });
    expect(codes('R991')[0]).toBe('R991');
  });
});

describe('our own lists', () => {
  it('point only to diagnoses and symptoms that exist and are offered', () => {
    expect(synonyms.length).toBeGreaterThanOrEqual(80);
    const wrong = [...synonyms.flatMap(([, ...targets]) => targets), ...favouriteCodes].filter((code) => {
      const found = findCode('icpc-2', code);
      return found === undefined || found.hidden || found.kind === 'process' || found.code !== code;
    });
    expect(wrong).toEqual([]);
    expect(synonyms.filter(([, ...targets]) => targets.length === 0)).toEqual([]);
  });

  it('hold each word once', () => {
    const terms = synonyms.map(([term]) => term);
    expect(terms.filter((term, index) => terms.indexOf(term) !== index)).toEqual([]);
    expect(new Set(favouriteCodes).size).toBe(favouriteCodes.length);
  });

  it('bring every synonym to its codes, the first of them first', () => {
    const lost = synonyms.filter(([term, ...targets]) => {
      const hits = codes(term);
      return !targets.every((code) => hits.includes(code)) || hits.indexOf(targets[0] ?? '') > 0;
    });
    expect(lost).toEqual([]);
  });
});

describe('the order', () => {
  it.each(['icpc-2', 'icd-10'] as const)('puts every %s code first when it is typed', (system) => {
    const offered = codesOf(system).filter((code) => !code.hidden);
    // All of ICPC-2; of ICD-10 every 97th, so that the test stays short.
    const asked = system === 'icpc-2' ? offered : offered.filter((_, index) => index % 97 === 0);
    const lost = asked.filter(({ code }) => searchCodes(code.toLowerCase(), { system, limit: 1 })[0]?.code !== code);
    expect(lost).toEqual([]);
  });

  it.each([
    ['isjias', 'L86'],
    ['ischias', 'L86'],
    ['prolaps', 'L86'],
    ['lumbago', 'L03'],
    ['nakkesleng', 'L79'],
    ['kne', 'L15'],
    ['skuldre', 'L08'],
    ['hodpine', 'N01'],
    ['svimel', 'N17'],
    ['tenisalbue', 'L93'],
    ['krystalsyke', 'H82'],
    ['haelspore', 'L87'],
    ['SKULDER', 'L08'],
    ['skulder smerte', 'L08'],
    ['vondt i skulderen', 'L08'],
    ['knesmerter', 'L15'],
  ])('finds %s', (query, first) => {
    expect(codes(query)[0]).toBe(first);
  });

  it('says how a code was found', () => {
    expect(search('nakkesleng')[0]).toMatchObject({ why: 'synonym', via: 'nakkesleng' });
    expect(search('hodpine')[0]).toMatchObject({ why: 'spelling', via: null });
    expect(search('kne')[0]).toMatchObject({ why: 'word', via: null });
    expect(search('l84')[0]).toMatchObject({ why: 'code', via: null });
  });

  it('puts what the clinic uses most before the rest of its class, and never before an exact code', () => {
    expect(codes('nakkesleng', new Map([['L83', 3]]))[0]).toBe('L83');
    expect(codes('kne', new Map([['L78', 2]]))[0]).toBe('L78');
    expect(codes('l84', new Map([['L83', 900]]))).toEqual(['L84']);
    expect(codes('l8', new Map([['L86', 5]]))[0]).toBe('L86');
  });

  it('offers the most used and then the favourites before anything is typed', () => {
    expect(codes('', new Map([['R05', 9]])).slice(0, 2)).toEqual(['R05', favouriteCodes[0]]);
    expect(search('')[0]).toMatchObject({ why: 'favourite' });
    expect(searchCodes(' ', { system: 'icd-10', limit: 10 })).toEqual([]);
  });

  it('lists process codes on their sign', () => {
    expect(codes('-')).toHaveLength(10);
    expect(codes('-5').every((code) => code.startsWith('-5'))).toBe(true);
  });

  it('keeps a slip of one word out of another: "stress" is not "strekk"', () => {
    expect(codes('stress')).not.toContain('L19');
  });

  it('finds nothing, and breaks on nothing, in what is no word', () => {
    for (const query of ['xqzzwwvv', '...', '-.-', '🙂', 'ܫܠܡܐ', '%', '(', '\\', 'x'.repeat(100)]) expect(codes(query)).toEqual([]);
  });
});
