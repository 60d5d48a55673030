/** The words of the server's log, in its source (decision 0090). */
import { expect, it } from 'vitest';
import { sourceFiles, walkFile } from './syntax.mjs';

interface Node {
  type: string;
  start: number;
  name?: string;
  value?: unknown;
  callee?: Node;
  object?: Node;
  property?: Node;
  arguments?: Node[];
  consequent?: Node;
  alternate?: Node;
}

const LEVELS: ReadonlySet<string> = new Set(['trace', 'debug', 'info', 'warn', 'error', 'fatal']);

function isConstant(node: Node | undefined): boolean {
  if (node?.type === 'ConditionalExpression') return isConstant(node.consequent) && isConstant(node.alternate);
  return node?.type === 'Literal' && typeof node.value === 'string';
}

it('what a line says in words is a constant of the source: nothing is put into it', () => {
  const found: string[] = [];
  let calls = 0;
  for (const file of sourceFiles(['sync-server', 'db/postgres'])) {
    walkFile(file, (node: Node) => {
      const of = node.callee?.object;
      if (node.type !== 'CallExpression' || !LEVELS.has(node.callee?.property?.name ?? '')) return;
      if ((of?.name ?? of?.property?.name) !== 'log') return;
      calls += 1;
      if (!isConstant(node.arguments?.at(-1))) found.push(`${file} at ${node.start}`);
    });
  }
  expect(found).toEqual([]);
  expect(calls).toBeGreaterThan(10);
});
