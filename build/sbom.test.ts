import { expect, test } from 'vitest';

interface Component {
  name: string;
  version: string;
  purl: string;
  hashes?: { alg: string; content: string }[];
  licenses?: unknown[];
}
type Lock = { name: string; version: string; packages: Record<string, Record<string, unknown>> };
const { billOfMaterials, importedPackages, shippedBill } = (await import(`${import.meta.dirname}/sbom.mjs`)) as {
  billOfMaterials(lock: Lock, roots: string[]): { components: Component[] };
  importedPackages(): Set<string>;
  shippedBill(): { bomFormat: string; specVersion: string; components: Component[] };
};

test('the bill names what is shipped with version, checksum and licence: also what is bundled into the window, and Electron', () => {
  const bill = shippedBill();
  expect(bill).toMatchObject({ bomFormat: 'CycloneDX', specVersion: '1.5' });
  const names = new Set(bill.components.map(({ name }) => name));
  for (const name of [
    'react-dom',
    '@mantine/core',
    'better-sqlite3-multiple-ciphers',
    'electron',
    'fastify',
    'pdfjs-dist',
    '@node-rs/argon2',
  ])
    expect(names, name).toContain(name);
  for (const name of ['vitest', 'typescript', 'playwright', 'oxlint']) expect(names, name).not.toContain(name);
  for (const { name, version, hashes, purl } of bill.components) {
    expect(version, name).toMatch(/^\d+\.\d+\.\d+/);
    expect(hashes?.[0]?.content, name).toMatch(/^[0-9a-f]{40,128}$/);
    expect(purl).toContain(version);
  }
});

test('a package that the source begins to import is on the bill, with what it needs, at the version it gets', () => {
  expect(importedPackages()).toContain('react');
  const lock: Lock = {
    name: 'x',
    version: '1.0.0',
    packages: {
      '': {},
      'node_modules/a': { version: '1.0.0', dependencies: { b: '^2' } },
      'node_modules/b': { version: '1.0.0' },
      'node_modules/a/node_modules/b': { version: '2.0.0', dependencies: { c: '*' } },
      'node_modules/c': { version: '3.0.0' },
      'node_modules/tool': { version: '9.0.0' },
    },
  };
  expect(billOfMaterials(lock, ['a']).components.map(({ name, version }) => `${name}@${version}`)).toEqual([
    'a@1.0.0',
    'b@2.0.0',
    'c@3.0.0',
  ]);
});
