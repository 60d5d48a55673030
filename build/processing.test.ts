/** The register of processing follows the house: whatever is added without saying what it is for is named, and fails the check. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { entity, optional, text, type Entity } from '#db/model/entity.ts';

interface Register {
  entities: Record<string, Record<string, string>>;
}
interface House {
  entities: Record<string, Entity>;
  integrations: string[];
  packages: string[];
}
const { pageOf, problemsOf, processingComplaint, readHouse } = (await import(`${import.meta.dirname}/processing.mjs`)) as {
  pageOf(register: Register, house: House): string;
  problemsOf(register: Register, house: House): string[];
  processingComplaint(fix: boolean): Promise<string | undefined>;
  readHouse(): Promise<House>;
};
const register = () => JSON.parse(readFileSync(`${import.meta.dirname}/../docs/processing.json`, 'utf8')) as Register;

test('every entity, integration and vendor’s package of the house is in the register, and the page is what they say', async () => {
  expect(problemsOf(register(), await readHouse())).toEqual([]);
  expect(await processingComplaint(false)).toBeUndefined();
});

test('an entity, an integration folder or a vendor’s package planted without a word in the register is named', async () => {
  const house = await readHouse();
  const planted = {
    entities: {
      ...house.entities,
      gait_video: entity('gait_video', 'clinical', { film: text({ sensitive: true }), note: optional(text()) }),
    },
    integrations: [...house.integrations, 'fax'],
    packages: [...house.packages, 'fax-vendor'],
  };
  const wrong = problemsOf(register(), planted);
  expect(wrong).toHaveLength(3);
  expect(wrong[0]).toContain('the entity gait_video is not in docs/processing.json');
  expect(wrong[1]).toContain('sync-server/integrations/fax is not under "outside"');
  expect(wrong[2]).toContain('the package fax-vendor has a door');
});

test('what the house no longer has, and what says nothing, is named as well', async () => {
  const house = await readHouse();
  const { patient: _, ...entities } = house.entities;
  const named = register().outside.flatMap(({ integration }) => integration ?? []);
  expect(named).toEqual(expect.arrayContaining(['sms', 'email', 'storage', 'ai', 'webhooks']));
  expect(problemsOf(register(), { ...house, entities, integrations: [] })).toEqual([
    'docs/processing.json has patient, the model has not',
    ...named.map((name) => `docs/processing.json has the integration ${name}, sync-server/integrations has not`),
  ]);
  const blank = register();
  blank.entities['patient'] = { ...blank.entities['patient'], kept: ' ' };
  expect(problemsOf(blank, house)).toEqual(['docs/processing.json: patient says nothing of "kept"']);
});

test('which fields are personal and who gets them comes from the model', async () => {
  const house = await readHouse();
  const page = pageOf(register(), house);
  expect(page).toMatch(/\| `patient` \| patients \| \*\*givenName\*\*, .*\*\*nationalId\*\*, .*, status, .* \| desk \|/);
  expect(page).toMatch(/\| `note_section` \| patients \| encounterId, key, \*\*text\*\*, .* \| clinical \|/);
  // Another model is another page.
  const open = entity('note_section', 'desk', { text: text() });
  expect(pageOf(register(), { ...house, entities: { ...house.entities, note_section: open } })).toMatch(
    /\| `note_section` \| patients \| text \| desk \|/,
  );
});
