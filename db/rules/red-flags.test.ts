import { expect, it } from 'vitest';
import { redFlagRegions, redFlagsOf } from './red-flags.ts';

const textsOf = (region: string) =>
  redFlagsOf(region)
    .map((flag) => flag.text)
    .join('\n');

it('asks in every region, with a stop among the questions, and each question once', () => {
  for (const { key, questions } of redFlagRegions) {
    expect(questions.length).toBeGreaterThan(3);
    expect(questions.some((flag) => flag.severity === 'stop')).toBe(true);
    expect(new Set(questions.map((flag) => flag.key)).size).toBe(questions.length);
    expect(redFlagsOf(key)).toBe(questions);
  }
  expect(new Set(redFlagRegions.map((region) => region.key)).size).toBe(redFlagRegions.length);
});

it('knows no region that nobody wrote', () => {
  for (const region of ['', 'nakke', '__proto__', 'constructor']) expect(redFlagsOf(region)).toEqual([]);
});

it('carries no answer of its own: a question is a key, a text and how grave it is', () => {
  for (const { questions } of redFlagRegions)
    for (const flag of questions) expect(Object.keys(flag).toSorted()).toEqual(['key', 'severity', 'text']);
});

it.each([
  ['low-back', [/ridebukse/, /vannlating/, /kraftsvikt/, /aorta/, /Morgenstivhet/, /kreft/, /Feber/, /osteoporose/]],
  ['neck', [/uvant kraftig nakkesmerte/, /dobbeltsyn/, /Ustø gange/, /kreft/, /traume/]],
  ['head', [/verst noensinne/, /tinninger/, /nakkestivhet/]],
  ['thoracic', [/Brystsmerte/, /tungpust/]],
  ['lower-limb', [/legg/, /Varmt, hovent ledd/]],
  ['child', [/Halter/, /forklaringen/, /natten/]],
] as const)('asks for what must not be missed: %s', (region, signs) => {
  for (const sign of signs) expect(textsOf(region)).toMatch(sign);
});
