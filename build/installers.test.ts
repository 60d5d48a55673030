/** What cannot be built on this machine (NSIS, dmg) is held against electron-builder's own schema, and against what we promise. */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { expect, test } from 'vitest';
import { BACKUP_ENDING } from '#electron/main/arguments.ts';

const ROOT = join(import.meta.dirname, '..');
const require = createRequire(import.meta.url);
const { validateConfiguration } = require('app-builder-lib/out/util/config/config.js') as {
  validateConfiguration(config: object, log: object): Promise<void>;
};
const { DebugLogger } = require('builder-util') as { DebugLogger: new (on: boolean) => object };
const text = readFileSync(join(ROOT, 'electron-builder.yml'), 'utf8');
const config = () => load(text) as Record<string, Record<string, unknown>>;
const judge = async (one: object) =>
  await validateConfiguration(one, new DebugLogger(false)).then(
    () => 'valid',
    (error: Error) => error.message,
  );

test('electron-builder knows every word of our configuration, and says so when it does not', async () => {
  expect(await judge(config())).toBe('valid');
  expect(await judge({ ...config(), nsis: { ...config()['nsis'], oneClikc: true } })).toContain('configuration.nsis');
  expect(await judge({ ...config(), mac: { ...config()['mac'], notarize: 'later' } })).toContain('configuration.mac');
});

test('each system gets its installers, signed or not at all, hardened and notarised, from pictures that are there', () => {
  const { win, mac, linux, nsis, publish } = config() as Record<string, Record<string, unknown>>;
  expect(win).toMatchObject({ target: 'nsis', requestedExecutionLevel: 'asInvoker', verifyUpdateCodeSignature: true });
  expect(mac).toMatchObject({ hardenedRuntime: true, notarize: true, target: [{ target: 'dmg' }, { target: 'zip' }] });
  expect(linux?.['target']).toEqual(['AppImage', 'deb']);
  expect(nsis).toMatchObject({ perMachine: false, deleteAppDataOnUninstall: false });
  expect(config()['forceCodeSigning']).toBe(true);
  expect(publish).toEqual({ provider: 'generic', url: '${env.RYGGRAD_UPDATE_URL}' });
  for (const one of [win, mac, linux]) expect(existsSync(join(ROOT, String(one?.['icon']))), String(one?.['icon'])).toBe(true);
  const entitlements = readFileSync(join(ROOT, String(mac?.['entitlements'])), 'utf8');
  expect([...entitlements.matchAll(/<key>(.*?)<\/key>/g)].map(([, key]) => key)).toEqual(['com.apple.security.cs.allow-jit']);
});

test('a backup file is the app’s to open, by the ending that the app writes', () => {
  expect(config()['fileAssociations']).toMatchObject([{ ext: BACKUP_ENDING.slice(1) }]);
  expect(readFileSync(join(ROOT, 'electron/core/clinic/make-backup.ts'), 'utf8')).toContain(BACKUP_ENDING);
});
