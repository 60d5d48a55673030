/**
 * The table of layers.cjs as rules of dependency-cruiser, for what runs. The swc parser is not a taste: with
 * TypeScript 7 alone the cruiser reports "no violations" over real ones (style.md §5), hence also the canary.
 */
const { layers, doors, tests } = require('./layers.cjs');

const escape = (text) => text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
const inside = (names) => `^(${names.map((name) => `${escape(name)}/`).join('|')})`;
const pkg = (names) => `(^|/)node_modules/(@types/)?(${names.map(escape).join('|')})(/|$)`;
/** A row inside another (sync-server/integrations) is judged by its own alone. */
const inner = (name) => Object.keys(layers).filter((other) => other.startsWith(`${name}/`));
const from = (name) => ({ path: inside([name]), pathNot: [tests, ...inner(name).map((other) => inside([other]))] });
const OURS = '^(db|electron|renderer|sync-server|tests|build)/';

const forbidden = [
  {
    name: 'no-circle',
    comment: 'Two files that need each other at run time are one file, or three.',
    severity: 'error',
    from: { pathNot: tests },
    to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
  },
  {
    name: 'not-found',
    comment: 'An import that leads nowhere.',
    severity: 'error',
    from: {},
    // @medplum/fhirtypes is declarations alone: nothing to resolve at run time.
    to: { couldNotResolve: true, pathNot: ['\\?(url|raw|worker)$', '^@medplum/fhirtypes$'] },
  },
  {
    name: 'no-test-in-product',
    comment: 'Product code never imports tests, canaries or build tooling.',
    severity: 'error',
    from: { path: '^(db|electron|renderer|sync-server)/', pathNot: tests },
    to: { path: ['^tests/', '^build/', '\\.test\\.tsx?$'] },
  },
];

for (const [name, row] of Object.entries(layers)) {
  forbidden.push({
    name: `layer ${name}`,
    comment: `${name} may import: ${[...row.may, ...(row.npm ?? ['npm packages'])].join(', ') || 'nothing'}.`,
    severity: 'error',
    from: from(name),
    to: { path: OURS, pathNot: inside([name, ...row.may, ...(row.types ?? [])]) },
  });
  if (row.apart) {
    forbidden.push({
      name: `apart, ${name}`,
      comment: 'One of them never imports another.',
      severity: 'error',
      from: { path: `^${escape(name)}/([^/]+)/`, pathNot: tests },
      to: { path: `^${escape(name)}/[^/]+/`, pathNot: `^${escape(name)}/$1/` },
    });
  }
  if (row.types) {
    forbidden.push({
      name: `types only, ${name}`,
      severity: 'error',
      from: from(name),
      to: { path: inside(row.types), dependencyTypesNot: ['type-only'] },
    });
  }
  if (!row.node) {
    forbidden.push({
      name: `no Node in ${name}`,
      severity: 'error',
      from: from(name),
      to: { dependencyTypes: ['core'] },
    });
  }
  if (row.npm) {
    forbidden.push({
      name: `packages of ${name}`,
      severity: 'error',
      from: from(name),
      to: { path: 'node_modules', pathNot: pkg(row.npm) },
    });
  }
}

for (const [vendor, door] of Object.entries(doors)) {
  forbidden.push({
    name: `door ${vendor}`,
    comment: `${vendor} is imported only in ${door}.`,
    severity: 'error',
    from: { path: OURS, pathNot: [door, tests] },
    to: { path: pkg([vendor]) },
  });
}

module.exports = {
  forbidden,
  options: {
    parser: 'swc',
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(\\.types|dist)/' },
    moduleSystems: ['es6', 'cjs'],
    enhancedResolveOptions: {
      conditionNames: ['import', 'node', 'default', 'types'],
      extensions: ['.ts', '.tsx', '.mjs', '.cjs', '.js', '.json', '.css'],
      exportsFields: ['exports'],
    },
  },
};
