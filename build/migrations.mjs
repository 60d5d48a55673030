/**
 * `npm run migrations [-- --name NAME]`: generates what the model asks for, for both dialects. The check runs the
 * same generation into a copy and expects nothing new. Generated files are reviewed, never edited.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { ROOT, bootstrap, pinnedNode } from './bootstrap.mjs';

const DIALECTS = ['sqlite', 'postgres'];

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await bootstrap();
  for (const dialect of DIALECTS) {
    const done = generate(`build/drizzle.${dialect}.ts`, process.argv.slice(2));
    process.stdout.write(done.output);
    if (!done.ok) process.exit(1);
  }
}

/** @returns {string | undefined} what the model asks for and no migration holds yet */
export function migrationsDiff() {
  // Inside the tree, because drizzle-kit resolves paths from here; git ignores the cache.
  const cache = path.join(ROOT, 'node_modules', '.cache');
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(path.join(cache, 'ryggrad-migrations-'));
  try {
    const complaints = [];
    for (const dialect of DIALECTS) {
      const source = path.join(ROOT, 'db', 'migrations', dialect);
      if (!existsSync(source)) {
        complaints.push(`db/migrations/${dialect} is missing: npm run migrations`);
        continue;
      }
      const copy = path.join(folder, dialect);
      cpSync(source, copy, { recursive: true });
      const relative = path.relative(ROOT, copy).split(path.sep).join('/');
      const original = readFileSync(path.join(ROOT, 'build', `drizzle.${dialect}.ts`), 'utf8');
      const config = path.join(folder, `drizzle.${dialect}.ts`);
      writeFileSync(config, original.replace(`./db/migrations/${dialect}`, `./${relative}`));
      const before = listing(copy);
      const done = generate(path.relative(ROOT, config), []);
      const added = [...listing(copy)].filter(([file, text]) => before.get(file) !== text).map(([file]) => file);
      if (!done.ok) complaints.push(`${dialect}: drizzle-kit failed\n${done.output}`);
      else if (!original.includes(`./db/migrations/${dialect}`)) complaints.push(`build/drizzle.${dialect}.ts names another folder`);
      else if (added.length > 0) complaints.push(`${dialect}: the model has moved on (${added.join(', ')}): npm run migrations`);
    }
    return complaints.join('\n') || undefined;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function generate(config, args) {
  const kit = path.join(ROOT, 'node_modules', 'drizzle-kit', 'bin.cjs');
  const done = spawnSync(pinnedNode(), [kit, 'generate', '--config', config, ...args], {
    cwd: ROOT,
    encoding: 'utf8',
    // drizzle-kit asks about renames on a terminal; in a check there is nobody to ask, and that is a diff.
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return { ok: done.status === 0, output: `${done.stdout}${done.stderr}` };
}

function listing(folder, prefix = '') {
  const found = new Map();
  for (const entry of readdirSync(folder)) {
    const full = path.join(folder, entry);
    if (statSync(full).isDirectory()) for (const [file, text] of listing(full, `${prefix}${entry}/`)) found.set(file, text);
    else found.set(`${prefix}${entry}`, readFileSync(full, 'utf8'));
  }
  return found;
}
