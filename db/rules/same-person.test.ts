import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { differingParts, isUnsaid } from './patient-parts.ts';
import { factsOfPerson } from './safety.ts';
import { samePersons, type Link } from './same-person.ts';

const link = (patientId: string, intoId: string): Link => ({ patientId, intoId });
const told = (...links: Link[]) => Object.fromEntries([...samePersons(links)].toSorted());

describe('who is one person, and who stays', () => {
  it('nobody, where nobody was merged', () => expect(told()).toEqual({}));
  it('a chain leads to its end', () => expect(told(link('a', 'b'), link('b', 'c'))).toEqual({ a: 'c', b: 'c', c: 'c' }));
  it('two directions at once: the first registered', () => expect(told(link('b', 'a'), link('a', 'b'))).toEqual({ a: 'a', b: 'a' }));
  it('one merged into two others: all three are one', () =>
    expect(told(link('a', 'c'), link('a', 'b'))).toEqual({ a: 'b', b: 'b', c: 'b' }));
  it('who stepped back never stays for a circle it leads into', () =>
    expect(told(link('a', 'c'), link('c', 'd'), link('d', 'c'))).toEqual({ a: 'c', c: 'c', d: 'c' }));
  it('merged with themselves is nothing', () => expect(told(link('a', 'a'))).toEqual({}));
});

const id = fc.constantFrom(...'abcdefgh');
const links = fc.array(fc.record({ patientId: id, intoId: id }), { maxLength: 14 });
const SEED = 20_261_124;

test('any links in any order give one answer: the same persons, one who stays for each, and nobody led elsewhere', () => {
  fc.assert(
    fc.property(links, fc.infiniteStream(fc.nat()), (all, dice) => {
      const stays = samePersons(all);
      const shuffled = all
        .map((one) => [dice.next().value, one] as const)
        .toSorted(([a], [b]) => a - b)
        .map(([, one]) => one);
      expect(told(...shuffled)).toEqual(told(...all));
      expect(told(...all, ...all)).toEqual(told(...all));
      for (const { patientId, intoId } of all) expect(stays.get(patientId)).toBe(stays.get(intoId));
      for (const one of stays.values()) expect(stays.get(one)).toBe(one);
      for (const [one, whoStays] of stays) {
        // Who stays steps back only within its own circle: whoever it leads to leads back.
        if (one === whoStays) continue;
        const out = all.filter(({ patientId, intoId }) => patientId === whoStays && intoId !== whoStays);
        for (const { intoId } of out) expect(leads(all, intoId, whoStays)).toBe(true);
      }
    }),
    { numRuns: 2000, seed: SEED },
  );
});

test('one link more makes one person of two, and touches nobody else', () => {
  fc.assert(
    fc.property(links, id, id, (all, patientId, intoId) => {
      const before = samePersons(all);
      const after = samePersons([...all, { patientId, intoId }]);
      fc.pre(patientId !== intoId);
      const touched = new Set([before.get(patientId) ?? patientId, before.get(intoId) ?? intoId]);
      for (const one of 'abcdefgh') {
        const was = before.get(one) ?? one;
        const now = after.get(one) ?? one;
        expect(now).toBe(touched.has(was) ? (after.get(patientId) ?? patientId) : was);
      }
    }),
    { numRuns: 2000, seed: SEED },
  );
});

function leads(all: readonly Link[], from: string, to: string): boolean {
  const seen = new Set([from]);
  for (const one of seen) for (const { patientId, intoId } of all) if (patientId === one) seen.add(intoId);
  return seen.has(to);
}

describe('what must be known of both', () => {
  const fact = (state: 'not_asked' | 'none' | 'yes', detail: string | null = null) => ({
    kind: 'allergies' as const,
    state,
    detail,
    recordedById: '01890000-0000-7000-8000-000000000001',
    recordedAt: '2026-11-23T08:00:00.000Z',
  });
  it('a yes stands over a no, is said to be disputed, and both details are told', () => {
    const { facts, disputed } = factsOfPerson([fact('none'), fact('yes', 'Penicillin'), fact('yes', 'nøtter')]);
    expect([facts.length, facts[0]?.state, facts[0]?.detail, [...disputed]]).toEqual([1, 'yes', 'Penicillin / nøtter', ['allergies']]);
  });
  it('asked once is asked; nobody asked stays so', () => {
    expect(factsOfPerson([fact('not_asked'), fact('none')]).facts[0]?.state).toBe('none');
    expect(factsOfPerson([])).toEqual({ facts: [], disputed: new Set() });
  });
});

test('an address is compared as a whole, and a reason for no number is no number', () => {
  const empty = {
    givenName: 'Kari',
    familyName: 'Prøve',
    birthDate: null,
    sex: 'unknown' as const,
    nationalId: null,
    nationalIdKind: null,
    missingNationalIdReason: 'foreign' as const,
    phone: null,
    email: null,
    addressLine: null,
    postalCode: null,
    city: null,
    occupation: null,
    language: null,
    fastlegeName: null,
    fastlegePractice: null,
    fastlegeAddressLine: null,
    fastlegePostalCode: null,
    fastlegeCity: null,
    status: 'active' as const,
    contactChannel: null,
    formerSystem: null,
    formerId: null,
    importId: null,
  };
  expect(differingParts(empty, { ...empty, city: 'Oslo', phone: '' })).toEqual(['address']);
  expect([isUnsaid('nationalId', empty), isUnsaid('sex', empty), isUnsaid('name', empty)]).toEqual([true, true, false]);
});
