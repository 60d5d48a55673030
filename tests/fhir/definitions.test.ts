/** The server judges by a cut of HL7's definitions: it is what the cutting gives today. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

it('definitions.json is what build/fhir-definitions.mjs writes', async () => {
  const script = new URL('../../build/fhir-definitions.mjs', import.meta.url).href;
  const { DEFINITIONS, definitionsText } = (await import(script)) as { DEFINITIONS: string; definitionsText(): string };
  expect(readFileSync(DEFINITIONS, 'utf8') === definitionsText()).toBe(true);
});
