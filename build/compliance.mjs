/**
 * docs/compliance.md from docs/compliance.json: each requirement, the tests that prove it, and what is not there yet. A test that is named and does
 * not stand in its file is a complaint, and so is a requirement with neither a test nor an honest "not yet".
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from './bootstrap.mjs';

const SOURCE = path.join(ROOT, 'docs', 'compliance.json');
const PAGE = path.join(ROOT, 'docs', 'compliance.md');

/** @returns what is wrong, or undefined; with `fix` the page is written anew */
export function complianceComplaint(fix) {
  const requirements = JSON.parse(readFileSync(SOURCE, 'utf8'));
  const wrong = requirements.flatMap(problemsOf);
  if (wrong.length > 0) return wrong.join('\n');
  const page = pageOf(requirements);
  if (existsSync(PAGE) && readFileSync(PAGE, 'utf8') === page) return undefined;
  if (!fix) return 'docs/compliance.md is not what docs/compliance.json says: npm run check -- --only compliance --fix';
  writeFileSync(PAGE, page);
  return undefined;
}

function problemsOf({ group, id, tests, notYet }) {
  const name = `${group}, ${id}`;
  if (tests.length === 0 && notYet === undefined) return [`${name}: neither a test nor what is missing`];
  return tests.flatMap(([file, title]) => {
    const there = path.join(ROOT, file);
    if (!existsSync(there)) return [`${name}: there is no ${file}`];
    return readFileSync(there, 'utf8').includes(title) ? [] : [`${name}: no test "${title}" in ${file}`];
  });
}

function pageOf(requirements) {
  const groups = [...new Set(requirements.map(({ group }) => group))];
  const proven = requirements.filter(({ tests }) => tests.length > 0).length;
  const whole = requirements.filter(({ notYet }) => notYet === undefined).length;
  return `# What is required, and what proves it

Made from \`docs/compliance.json\` by \`npm run check -- --fix\`; a test that is named here and does not exist fails the check. Nobody has certified anything.
Of ${requirements.length} requirements ${proven} have a test, ${whole} of them with nothing known to be missing.

${groups
  .map((group) =>
    section(
      group,
      requirements.filter((one) => one.group === group),
    ),
  )
  .join('\n')}`;
}

function section(group, requirements) {
  const rows = requirements.map(({ id, source, says, tests, notYet }) => {
    const proof = tests.map(([file, title]) => `${title} (\`${file}\`)`).join('; ');
    return `| ${[id, source, says, proof, notYet ?? ''].map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  });
  return `## ${group}\n\n| | source | what it says | proven by | not yet |\n|---|---|---|---|---|\n${rows.join('\n')}\n`;
}
