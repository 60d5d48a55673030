/**
 * `npm run sbom`: the bill of materials of what a clinic gets (ASVS 15.1.2), as CycloneDX 1.5 from the lockfile. What npm itself writes leaves out
 * all that Vite bundles into the window (development packages to npm) and Electron; here the source says what is shipped.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { ROOT } from './bootstrap.mjs';
import { sourceFiles, walkFile } from './syntax.mjs';

const OUT = path.join(ROOT, 'release', 'sbom.cdx.json');

/** @returns {Set<string>} package names that the product's own source imports */
export function importedPackages() {
  const names = new Set();
  for (const file of sourceFiles(['renderer', 'electron', 'db', 'sync-server'])) {
    walkFile(file, (node) => {
      const from = /^(Import|Export)/.test(node.type) && node.importKind !== 'type' ? node.source?.value : undefined;
      if (typeof from === 'string' && !/^(\.|#|node:|\/)/.test(from)) names.add(nameOf(from));
    });
  }
  return names;
}

const nameOf = (specifier) => specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');

/** @param {{ packages: Record<string, any> }} lock @param {Iterable<string>} roots @returns {string[]} their places in the lockfile, with all they need */
export function closure(lock, roots) {
  const places = new Set();
  const take = (from, name) => {
    for (let at = from; ; at = at.includes('/node_modules/') ? at.slice(0, at.lastIndexOf('/node_modules/')) : '') {
      const place = `${at === '' ? '' : `${at}/`}node_modules/${name}`;
      if (lock.packages[place] !== undefined) {
        if (places.has(place)) return;
        places.add(place);
        const { dependencies, optionalDependencies, peerDependencies, peerDependenciesMeta = {} } = lock.packages[place];
        // An optional peer is somebody's who asks for it.
        for (const needed of Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies }))
          if (peerDependenciesMeta[needed]?.optional !== true) take(place, needed);
        return;
      }
      if (at === '') return;
    }
  };
  for (const root of roots) take('', root);
  return [...places].toSorted();
}

/** @param {{ name: string, version: string, packages: Record<string, any> }} lock @param {Iterable<string>} roots */
export function billOfMaterials(lock, roots) {
  const components = closure(lock, roots).map((place) => {
    const {
      version,
      integrity,
      license,
      name = place.slice(place.lastIndexOf('node_modules/') + 'node_modules/'.length),
      resolved,
    } = lock.packages[place];
    const [algorithm, sum] = (integrity ?? '').split('-');
    return {
      type: 'library',
      name,
      version,
      purl: `pkg:npm/${name.replace('@', '%40')}@${version}`,
      ...(integrity
        ? { hashes: [{ alg: algorithm === 'sha512' ? 'SHA-512' : 'SHA-1', content: Buffer.from(sum, 'base64').toString('hex') }] }
        : {}),
      ...(license ? { licenses: [/^[\w.+-]+$/.test(license) ? { license: { id: license } } : { expression: license }] } : {}),
      ...(resolved ? { externalReferences: [{ type: 'distribution', url: resolved }] } : {}),
    };
  });
  return {
    bomFormat: 'CycloneDX',
    specVersion: '1.5',
    version: 1,
    metadata: { component: { type: 'application', name: lock.name, version: lock.version, 'bom-ref': `${lock.name}@${lock.version}` } },
    components,
  };
}

/** The packages of package.json that are for running, what the source imports, and Electron itself. */
export function shippedBill() {
  const lock = JSON.parse(readFileSync(path.join(ROOT, 'package-lock.json'), 'utf8'));
  return billOfMaterials(lock, [...Object.keys(lock.packages[''].dependencies), ...importedPackages(), 'electron']);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const bill = shippedBill();
  mkdirSync(path.dirname(OUT), { recursive: true });
  writeFileSync(OUT, `${JSON.stringify(bill, null, 2)}\n`);
  process.stdout.write(`${bill.components.length} packages in ${path.relative(ROOT, OUT)}\n`);
}
