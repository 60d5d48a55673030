/**
 * docs/processing.md, the register of processing (GDPR art. 30): what is held about whom comes from the model itself, why and for how long from
 * docs/processing.json. An entity of the model, an integration or a vendor's package that the register does not know is a complaint: whoever adds
 * one says what it is for before it lands.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { ROOT } from './bootstrap.mjs';

const SOURCE = path.join(ROOT, 'docs', 'processing.json');
const PAGE = path.join(ROOT, 'docs', 'processing.md');

/** @returns what is wrong, or undefined; with `fix` the page is written anew */
export async function processingComplaint(fix) {
  const register = JSON.parse(readFileSync(SOURCE, 'utf8'));
  const house = await readHouse();
  const wrong = problemsOf(register, house);
  if (wrong.length > 0) return wrong.join('\n');
  const page = pageOf(register, house);
  if (existsSync(PAGE) && readFileSync(PAGE, 'utf8') === page) return undefined;
  if (!fix) return 'docs/processing.md is not what the model and docs/processing.json say: npm run check -- --only processing --fix';
  writeFileSync(PAGE, page);
  return undefined;
}

/** What there is: entities of the model, folders of integrations, packages that have a door (build/layers.cjs). */
export async function readHouse() {
  const { entities } = await import('../db/model/entities.ts');
  const { doors } = createRequire(import.meta.url)('./layers.cjs');
  const integrations = readdirSync(path.join(ROOT, 'sync-server', 'integrations'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);
  return { entities, integrations, packages: Object.keys(doors) };
}

const ASKED = ['about', 'purpose', 'basis', 'kept', 'recipients'];
const ASKED_OUTSIDE = ['by', 'what', 'why', 'basis', 'when', 'where'];

/** @returns a sentence for each thing the house has and the register does not, or the other way round */
export function problemsOf({ entities, beside, outside, inside }, house) {
  const known = new Set([...outside.flatMap(({ packages }) => packages), ...inside]);
  return [
    ...missing(Object.keys(house.entities), Object.keys(entities)).map(
      (name) => `the entity ${name} is not in docs/processing.json: say whom it is about, why, on what ground, how long and for whom`,
    ),
    ...missing(Object.keys(entities), Object.keys(house.entities)).map((name) => `docs/processing.json has ${name}, the model has not`),
    ...missing(
      house.integrations,
      outside.map(({ integration }) => integration),
    ).map((name) => `sync-server/integrations/${name} is not under "outside" of docs/processing.json: say what goes where, and why`),
    ...missing(
      outside.flatMap(({ integration }) => integration ?? []),
      house.integrations,
    ).map((name) => `docs/processing.json has the integration ${name}, sync-server/integrations has not`),
    ...missing(house.packages, [...known]).map(
      (name) =>
        `the package ${name} has a door in build/layers.cjs and is neither "outside" (with what leaves by it) nor "inside" in docs/processing.json`,
    ),
    ...missing([...known], house.packages).map((name) => `docs/processing.json has the package ${name}, build/layers.cjs has not`),
    ...[...Object.entries(entities), ...beside.map((one) => [one.what, one])].flatMap(([name, row]) => blanks(name, row, ASKED)),
    ...outside.flatMap((row) => blanks(row.name, row, ASKED_OUTSIDE)),
  ];
}

const missing = (wanted, there) => wanted.filter((name) => !there.includes(name));
const blanks = (name, row, asked) =>
  asked
    .filter((field) => typeof row[field] !== 'string' || row[field].trim() === '')
    .map((field) => `docs/processing.json: ${name} says nothing of "${field}"`);

export function pageOf({ entities, beside, outside }, house) {
  const rows = Object.entries(house.entities).map(([name, entity]) => {
    const { about, purpose, basis, kept, recipients } = entities[name];
    return [`\`${name}\``, about, fieldsOf(entity), AUDIENCES[entity.audience], purpose, basis, kept, recipients];
  });
  return `# Register of processing (GDPR art. 30)

Made from the model (\`db/model\`) and \`docs/processing.json\` by \`npm run check -- --fix\`; an entity, an integration or a vendor's package that is not in it
fails the check. The controller is the clinic, whose name, contact and data protection officer it adds itself; whoever runs the sync server for it is a
processor. Grounds are our reading, not a lawyer's. Security measures: \`docs/security.md\`. What proves them: \`docs/compliance.md\`.

## The record

**Bold** fields are marked \`sensitive\` in the model. Desk: every device of the clinic. Clinical: only devices on which a clinician is enrolled.

${table(['entity', 'about', 'fields', 'goes to', 'purpose', 'ground', 'kept', 'recipients'], rows)}
## Beside the record

${table(
  ['what', 'about', 'holds', 'purpose', 'ground', 'kept', 'recipients'],
  beside.map((one) => [one.what, one.about, one.holds, one.purpose, one.basis, one.kept, one.recipients]),
)}
## What leaves the house

Nothing here is on unless somebody sets it, but the clinic's own server and its database. A person takes journals, letters, lists and receipts out as files
or on paper; each is warned of where it leaves the encrypted store, and logged.

${table(
  ['who', 'called by', 'what goes', 'why', 'ground', 'when', 'where'],
  outside.map((one) => [one.name, one.by, one.what, one.why, one.basis, one.when, one.where]),
)}
## Deletion

The app deletes no journal by itself. Settings → Oppbevaring lists those that are older than they must be kept (\`db/rules/retention.ts\`); to delete is a decision.
`;
}

const AUDIENCES = { desk: 'desk', clinical: 'clinical', 'by-row': 'as its subject' };
const fieldsOf = ({ fields }) =>
  Object.entries(fields)
    .map(([name, { sensitive }]) => (sensitive ? `**${name}**` : name))
    .join(', ');
const table = (heads, rows) =>
  `| ${heads.join(' | ')} |\n|${'---|'.repeat(heads.length)}\n${rows
    .map((row) => `| ${row.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |\n`)
    .join('')}`;
