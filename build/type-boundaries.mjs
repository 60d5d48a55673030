/**
 * Holds type imports to the table of layers.cjs. `tsc -b` sees a type-only import only where the folder is not
 * referenced even indirectly (TS6307), and the cruiser's swc parser does not see `import('…').Type`, so the table is
 * checked here by name. Also here: every file belongs to a row, and one file per process imports argon2.
 */
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import table from './layers.cjs';

const { layers, doors, single, tests, layerOf } = table;
const TESTS = new RegExp(tests);
const SKIPPED = new Set(['node_modules', '.types', 'dist']);

/** @returns {Promise<{from: string, to: string, rule: string}[]>} */
export async function typeViolations(base, folders) {
  // Loaded here: the starters import this folder with nothing installed.
  const { parse } = await import('@swc/core');
  const found = [];
  const users = new Map();
  for (const file of folders.flatMap((folder) => sources(base, folder))) {
    if (TESTS.test(file)) continue;
    const layer = layerOf(file);
    if (layer === undefined) {
      found.push({ from: file, to: '(no layer)', rule: 'every file has a row in layers.cjs' });
      continue;
    }
    const text = readFileSync(path.join(base, file), 'utf8');
    const tree = await parse(text, { syntax: 'typescript', tsx: file.endsWith('.tsx') });
    for (const { target, typeOnly } of imports(tree)) {
      const to = target.startsWith('#')
        ? target.slice(1)
        : target.startsWith('.')
          ? path.posix.join(path.posix.dirname(file), target)
          : undefined;
      if (to === undefined) {
        const name = packageName(target);
        const door = doors[name];
        if (door !== undefined && !new RegExp(door).test(file)) found.push({ from: file, to: name, rule: `door ${name}` });
        if (single[name] && !typeOnly) users.set(name, [...(users.get(name) ?? []), file]);
        continue;
      }
      const other = layerOf(to);
      if (other === layer && layers[layer].apart) {
        const [mine, theirs] = [file, to].map((name) => name.slice(layer.length + 1).split('/'));
        if (mine.length > 1 && theirs.length > 1 && mine[0] !== theirs[0]) found.push({ from: file, to, rule: `apart, ${layer}` });
      }
      if (other === undefined || other === layer) continue;
      const row = layers[layer];
      const allowed = row.may.includes(other) || (typeOnly && (row.types ?? []).includes(other));
      if (!allowed) found.push({ from: file, to, rule: `layer ${layer}` });
    }
  }
  for (const [name, files] of users) {
    for (const group of single[name]) {
      const many = files.filter((file) => new RegExp(group).test(file));
      for (const file of many.slice(1))
        found.push({ from: file, to: name, rule: `one file per process imports ${name}; that is ${many[0]}` });
    }
  }
  return found;
}

function packageName(target) {
  const parts = target.split('/');
  return target.startsWith('@') ? `${parts[0]}/${parts[1]}` : parts[0];
}

function sources(base, relative) {
  const full = path.join(base, relative);
  if (!existsSync(full)) return [];
  if (statSync(full).isFile()) return /\.tsx?$/.test(relative) ? [relative] : [];
  return readdirSync(full)
    .filter((entry) => !SKIPPED.has(entry))
    .flatMap((entry) => sources(base, path.posix.join(relative, entry)));
}

/** Every import, export-from, import() and type import("…") of a syntax tree. */
function imports(tree) {
  const found = [];
  const walk = (node) => {
    if (Array.isArray(node)) return node.forEach(walk);
    if (node === null || typeof node !== 'object') return undefined;
    if (node.type === 'ImportDeclaration' || node.type === 'ExportNamedDeclaration' || node.type === 'ExportAllDeclaration') {
      if (node.source) {
        const specifiers = node.specifiers ?? [];
        const eachIsType = specifiers.length > 0 && specifiers.every((one) => one.isTypeOnly);
        found.push({ target: node.source.value, typeOnly: Boolean(node.typeOnly) || eachIsType });
      }
    } else if (node.type === 'TsImportType') {
      found.push({ target: node.argument.value, typeOnly: true });
    } else if (node.type === 'CallExpression' && node.callee?.type === 'Import') {
      const argument = node.arguments[0]?.expression;
      if (argument?.type === 'StringLiteral') found.push({ target: argument.value, typeOnly: false });
    }
    for (const value of Object.values(node)) walk(value);
    return undefined;
  };
  walk(tree);
  return found;
}
