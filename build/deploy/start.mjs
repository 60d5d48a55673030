/**
 * `node start.mjs FOLDER ENTRY`: hands the server its secrets, which an orchestrator mounts as files (`/run/secrets/SESSION_KEY`), as the variables
 * that it reads; then runs the entry in this process, so that signals reach it. What is said both ways stops the start: nobody would know which holds.
 */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const [folder, entry, ...rest] = process.argv.slice(2);
if (folder === undefined || entry === undefined) stop('Usage: node start.mjs FOLDER ENTRY');
for (const [name, value] of secretsIn(folder)) {
  if (Object.hasOwn(process.env, name)) stop(`${name}: is set, and ${path.join(folder, name)} is there too. Keep one of them.`);
  process.env[name] = value;
}
process.argv = [process.argv[0], entry, ...rest];
await import(pathToFileURL(path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..', entry)).href);

/** @param {string} where @returns {[string, string][]} names of variables with what their files say, without the last line break */
function secretsIn(where) {
  if (!existsSync(where)) return [];
  return readdirSync(where)
    .filter((name) => /^[A-Z][A-Z0-9_]+$/.test(name) && statSync(path.join(where, name)).isFile())
    .map((name) => [name, readFileSync(path.join(where, name), 'utf8').replace(/\r?\n$/, '')]);
}

/** @param {string} sentence @returns {never} */
function stop(sentence) {
  process.stderr.write(`${sentence}\n`);
  process.exit(1);
}
