/**
 * `.env.example` and what is read, for the whole house: server, desktop, build, tests, and the files of the deployment. Reads are looked up in the
 * syntax tree, so that a comment or a value that is only passed on counts for nothing.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { variables } from '#sync-server/config.ts';
import { sourceFiles, walkText } from './syntax.mjs';

const ROOT = path.join(import.meta.dirname, '..');
const NAME = /^[A-Z][A-Z0-9_]{2,}$/;
const text = (file: string) => readFileSync(path.join(ROOT, file), 'utf8');

/** Of the system, not of ours: found, never asked for. */
const SYSTEM = ['PATH', 'DISPLAY', 'WAYLAND_DISPLAY', 'LOCALAPPDATA', 'XDG_DATA_HOME'];
/** What a run of tests says to the processes it starts itself. */
const OWN_CHILDREN = /^KILL_[A-Z_]+$|^RYGGRAD_TEST_COUNTS$/;

interface Node {
  type: string;
  name?: string;
  value?: unknown;
  computed?: boolean;
  object?: Node;
  property?: Node;
  callee?: Node;
  arguments?: Node[];
  elements?: Node[];
  properties?: { key?: Node }[];
  id?: Node;
  init?: Node;
}

const isEnv = (node: Node | undefined): boolean =>
  (node?.type === 'MemberExpression' && node.object?.name === 'process' && node.property?.name === 'env') ||
  (node?.type === 'Identifier' && node.name === 'env');

/** @returns names that a source reads; through a variable (`process.env[name]`) whatever of its literals looks like a name of ours */
function readsOf(file: string, source: string): string[] {
  const reads: string[] = [];
  const literals: string[] = [];
  let byVariable = false;
  walkText(file, source, (node: Node) => {
    if (node.type === 'Literal' && typeof node.value === 'string' && /^RYGGRAD_[A-Z_]+$/.test(node.value)) literals.push(node.value);
    if (node.type === 'MemberExpression' && isEnv(node.object)) {
      const name = node.computed === true ? node.property?.value : node.property?.name;
      if (typeof name === 'string' && NAME.test(name)) reads.push(name);
      else if (node.computed === true && typeof name !== 'string') byVariable = true;
    }
    if (node.type === 'VariableDeclarator' && isEnv(node.init))
      for (const one of node.id?.properties ?? []) if (NAME.test(one.key?.name ?? '')) reads.push(String(one.key?.name));
  });
  return byVariable ? [...reads, ...literals] : reads;
}

function allReads(): Map<string, string> {
  const found = new Map<string, string>(variables.map((name) => [name, 'sync-server/config.ts']));
  for (const file of sourceFiles(['build', 'electron', 'renderer', 'db', 'sync-server', 'tests'], { tests: true }))
    if (file !== 'build/environment.test.ts') for (const name of readsOf(file, text(file))) found.set(name, file);
  for (const [, name = ''] of text('electron-builder.yml').matchAll(/\$\{env\.([A-Z0-9_]+)\}/g)) found.set(name, 'electron-builder.yml');
  for (const name of [...found.keys()]) if (SYSTEM.includes(name) || OWN_CHILDREN.test(name)) found.delete(name);
  return found;
}

const documented = [...text('.env.example').matchAll(/^#?([A-Z][A-Z0-9_]*)=/gm)].map(([, name = '']) => name);

it('every variable that is read stands in .env.example, and every one there is read', () => {
  const reads = allReads();
  expect(reads.size).toBeGreaterThan(90);
  expect([...reads].filter(([name]) => !documented.includes(name))).toEqual([]);
  expect(documented.filter((name) => !reads.has(name))).toEqual([]);
  expect(documented.filter((name, n) => documented.indexOf(name) !== n)).toEqual([]);
});

it('each has words of its own or of its group above it', () => {
  const lines = text('.env.example').split('\n');
  const bare = lines.flatMap((line, n) => {
    if (!/^#?[A-Z][A-Z0-9_]*=/.test(line)) return [];
    const above = lines.slice(0, n).reverse();
    const first = above.find((one) => !/^#?[A-Z][A-Z0-9_]*=/.test(one)) ?? '';
    return /^# (?!---)./.test(first) ? [] : [line];
  });
  expect(bare).toEqual([]);
});

it('a read is found however it is written, and what is none is not', () => {
  const found = (source: string) => readsOf('x.ts', source);
  expect(found("process.env['A_B'] ?? ''")).toEqual(['A_B']);
  expect(found('process.env.A_B')).toEqual(['A_B']);
  expect(found('const { A_B, C_D: x } = process.env')).toEqual(['A_B', 'C_D']);
  expect(found("(env: NodeJS.ProcessEnv) => env['A_B']")).toEqual(['A_B']);
  expect(found("const f = (name: string) => process.env[name]; f('RYGGRAD_X')")).toEqual(['RYGGRAD_X']);
  expect(found("// process.env['A_B']\nspawn(x, { env: { A_B: '1' } }); 'A_B';")).toEqual([]);
});
