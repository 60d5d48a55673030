/**
 * Bundles main and preload as CommonJS (Electron 25's sandboxed preload knows nothing else) and the core as one module,
 * into dist/electron. npm packages of the core stay outside the bundle: some are native, some read their own files.
 */
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from './bootstrap.mjs';

const OUT = path.join(ROOT, 'dist', 'electron');
/** Where our code reads files of its own (migrations, fonts): copied under tree/ at the same paths. */
const WITH_FILES = ['db/migrations/sqlite', 'db/sqlite', 'db/reference', 'electron/core', 'electron/sync'];

export async function bundleElectron() {
  rmSync(OUT, { recursive: true, force: true });
  await bundle('electron/main/index.ts', 'main.cjs', 'cjs');
  await bundle('electron/preload/index.ts', 'preload.cjs', 'cjs');
  if (existsSync(path.join(ROOT, 'electron', 'core', 'process.ts'))) await bundle('electron/core/process.ts', 'core.mjs', 'es');
  for (const folder of WITH_FILES) copyFiles(folder);
  cpSync(path.join(ROOT, 'build', 'icons', 'tray'), path.join(OUT, 'tray'), { recursive: true });
  return OUT;
}

/** What a release carries (electron/main/built-in.ts). @returns {{ updateKey: string, sentryDsn: string }} */
function builtIn() {
  return { updateKey: process.env.RYGGRAD_UPDATE_KEY ?? '', sentryDsn: process.env.SENTRY_DSN ?? '' };
}

async function bundle(entry, name, format) {
  const { build } = await import('vite');
  await build({
    root: ROOT,
    configFile: false,
    logLevel: 'warn',
    plugins: [ownFiles()],
    define: { RYGGRAD_BUILT_IN: JSON.stringify(builtIn()) },
    ssr: { noExternal: format === 'cjs' ? true : undefined },
    build: {
      ssr: path.join(ROOT, entry),
      target: format === 'cjs' ? 'node18' : 'node24',
      outDir: OUT,
      emptyOutDir: false,
      minify: false,
      rollupOptions: {
        external: ['electron'],
        output: { format, entryFileNames: name, codeSplitting: false },
      },
    },
  });
}

/** In a bundle `import.meta` is the bundle's own: point it to the copied tree instead. */
function ownFiles() {
  return {
    name: 'ryggrad-own-files',
    transform(code, id) {
      const relative = path.relative(ROOT, id.split('?')[0]).split(path.sep).join('/');
      if (relative.startsWith('..') || relative.startsWith('node_modules') || !code.includes('import.meta.')) return undefined;
      const folder = path.posix.dirname(relative);
      return code
        .replaceAll('import.meta.dirname', `(import.meta.dirname + ${JSON.stringify(`/tree/${folder}`)})`)
        .replaceAll('import.meta.url', `new URL(${JSON.stringify(`./tree/${relative}`)}, import.meta.url).href`);
    },
  };
}

function copyFiles(folder) {
  const full = path.join(ROOT, folder);
  if (!existsSync(full)) return;
  for (const entry of readdirSync(full)) {
    const relative = path.posix.join(folder, entry);
    const from = path.join(ROOT, relative);
    if (entry === '.types' || entry === 'meta') continue;
    if (statSync(from).isDirectory()) copyFiles(relative);
    else if (!/\.(ts|md)$|^tsconfig\.json$/.test(entry)) {
      const to = path.join(OUT, 'tree', relative);
      mkdirSync(path.dirname(to), { recursive: true });
      cpSync(from, to);
    }
  }
}
