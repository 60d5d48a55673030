/** Our own source as a tree, for checks that look at what is written and not at how: every file, every node. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseSync } from 'oxc-parser';
import { ROOT } from './bootstrap.mjs';

const SKIPPED = new Set(['node_modules', '.types', 'dist', 'release', 'canary', 'migrations']);

/** @param {string[]} folders below the root @param {{ tests?: boolean }} options @returns {string[]} paths from the root */
export function sourceFiles(folders, { tests = false } = {}) {
  const found = [];
  const look = (folder) => {
    for (const entry of readdirSync(path.join(ROOT, folder), { withFileTypes: true })) {
      const relative = path.posix.join(folder, entry.name);
      if (entry.isDirectory()) {
        if (!SKIPPED.has(entry.name) && (tests || entry.name !== 'testing')) look(relative);
      } else if (/\.(ts|tsx|mjs|cjs)$/.test(entry.name) && (tests || !/\.test\.tsx?$|^testing\.ts$/.test(entry.name))) found.push(relative);
    }
  };
  for (const folder of folders) look(folder);
  return found;
}

/** @param {string} file @param {(node: any, parent: any) => void} visit */
export function walkFile(file, visit) {
  walkText(file, readFileSync(path.join(ROOT, file), 'utf8'), visit);
}

/** @param {string} name for its ending @param {string} text @param {(node: any, parent: any) => void} visit */
export function walkText(name, text, visit) {
  const { program, errors } = parseSync(name, text);
  if (errors.length > 0) throw new Error(`${name} cannot be read: ${errors[0].message}`);
  const walk = (node, parent) => {
    if (node === null || typeof node !== 'object') return;
    if (Array.isArray(node)) {
      for (const one of node) walk(one, parent);
      return;
    }
    if (typeof node.type === 'string') visit(node, parent);
    for (const key of Object.keys(node)) if (key !== 'parent') walk(node[key], typeof node.type === 'string' ? node : parent);
  };
  walk(program, undefined);
}
