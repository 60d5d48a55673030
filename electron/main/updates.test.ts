/** electron-updater's own code against a server on this machine; only Electron's network is Node's here. */
import { createHash, generateKeyPairSync } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, request as httpRequest, type Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AppUpdater } from 'electron-updater';
import { dump } from 'js-yaml';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { signedRelease } from '../../build/sign-update.ts';
import { isSigned } from './update-signature.ts';
import { keepUpdated } from './updates.ts';

const require = createRequire(import.meta.url);
const { DebUpdater } = require('electron-updater/out/DebUpdater.js') as { DebUpdater: new (options: null, app: object) => AppUpdater };
const { HttpExecutor, configureRequestUrl } = require('builder-util-runtime') as {
  HttpExecutor: new () => { doDownload(options: object, call: object, redirects: number): void };
  configureRequestUrl(url: URL, options: object): void;
};
type Asked = {
  cancellationToken: {
    createPromise<T>(run: (resolve: (value: T) => void, reject: (error: Error) => void, cancel: unknown) => void): Promise<T>;
  };
};
/** As electron-updater's, over Node's http. */
class NodeHttp extends HttpExecutor {
  async download(url: URL, destination: string, options: Asked): Promise<string> {
    return await options.cancellationToken.createPromise((resolve, reject, onCancel) => {
      const target = {};
      configureRequestUrl(url, target);
      const callback = (error?: Error | null): void => (error ? reject(error) : resolve(destination));
      this.doDownload(target, { destination, options, onCancel, callback, responseHandler: null }, 0);
    });
  }
  createRequest(options: object, callback: (response: unknown) => void): unknown {
    return httpRequest({ ...options, protocol: 'http:' }, callback);
  }
}

const owner = generateKeyPairSync('ed25519');
const KEY = owner.publicKey.export({ format: 'der', type: 'spki' }).toString('base64');
const PEM = owner.privateKey.export({ format: 'pem', type: 'pkcs8' }) as string;
const installer = Buffer.from('the new version, in full');
const sha512 = (bytes: Buffer): string => createHash('sha512').update(bytes).digest('base64');

let server: Server;
let home: string;
let latest: string;
let served: Buffer;
const asked: string[] = [];
beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), 'ryggrad-update-'));
  asked.length = 0;
  served = installer;
  server = createServer((request, response) => {
    asked.push(request.url?.split('?')[0] ?? '');
    response.end(request.url?.includes('.yml') === true ? latest : served);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  await new Promise((resolve) => server.close(resolve));
  rmSync(home, { recursive: true });
});

const release = (version: string, extra: object = {}): string =>
  dump({
    version,
    files: [{ url: 'ryggrad.deb', sha512: sha512(installer), size: installer.length }],
    path: 'ryggrad.deb',
    sha512: sha512(installer),
    releaseDate: '2026-11-28T00:00:00Z',
    ...extra,
  });

/** A laptop of version 1.2.0 that looks once. */
async function look(stagingId?: string) {
  const quits: ((code: number) => void)[] = [];
  const app = {
    version: '1.2.0',
    name: 'ryggrad',
    isPackaged: true,
    appUpdateConfigPath: join(home, 'app-update.yml'),
    userDataPath: home,
    baseCachePath: home,
    whenReady: () => Promise.resolve(),
    relaunch: () => expect.unreachable('it starts nothing anew'),
    quit: () => expect.unreachable('it ends no session'),
    onQuit: (listener: (code: number) => void) => void quits.push(listener),
  };
  const { port } = server.address() as AddressInfo;
  const updater = new DebUpdater(null, app);
  Object.assign(updater, {
    httpExecutor: new NodeHttp(),
    _testOnlyOptions: { platform: 'linux' },
    configOnDisk: { value: Promise.resolve({ provider: 'generic', url: `http://127.0.0.1:${port}`, updaterCacheDirName: 'cache' }) },
    ...(stagingId === undefined ? {} : { stagingUserIdPromise: { value: Promise.resolve(stagingId) } }),
  });
  const installed: unknown[] = [];
  Object.assign(updater, { doInstall: (options: unknown) => installed.push(options) });
  const ready: string[] = [];
  const logged: string[] = [];
  await keepUpdated(updater, KEY, { onReady: (version) => ready.push(version), log: (event) => logged.push(event) })();
  return {
    ready,
    logged,
    installed,
    quit: (code: number) => quits.forEach((listener) => listener(code)),
    fetched: asked.includes('/ryggrad.deb'),
  };
}

test('a newer version, signed: fetched, told, and put in place at the person’s own quit only', async () => {
  latest = signedRelease(release('1.3.0'), PEM);
  const { ready, logged, installed, quit, fetched } = await look();
  expect({ ready, logged, installed, fetched }).toEqual({ ready: ['1.3.0'], logged: [], installed: [], fetched: true });
  quit(1);
  expect(installed).toEqual([]);
  quit(0);
  expect(installed).toEqual([{ isSilent: true, isForceRunAfter: false, isAdminRightsRequired: false }]);
});

test('without the owner’s signature nothing is fetched: none, another key’s, and one of another version or file', async () => {
  const stranger = generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' }) as string;
  const good = signedRelease(release('1.3.0'), PEM);
  for (const text of [
    release('1.3.0'),
    release('1.3.0', { signature: 'AAAA' }),
    signedRelease(release('1.3.0'), stranger),
    good.replace('version: 1.3.0', 'version: 1.4.0'),
    good.replaceAll(sha512(installer), sha512(Buffer.from('something else'))),
    good.replace('url: ryggrad.deb', 'url: other.deb'),
  ]) {
    latest = text;
    asked.length = 0;
    const { ready, logged, fetched } = await look();
    expect({ ready, logged, fetched }, text).toEqual({ ready: [], logged: ['update/not-signed'], fetched: false });
  }
});

test('a file that is not the signed one is thrown away', async () => {
  latest = signedRelease(release('1.3.0'), PEM);
  served = Buffer.from('the new version, in fu11');
  const { ready, logged, installed, quit } = await look();
  expect({ ready, logged, installed }).toEqual({ ready: [], logged: ['update/failed'], installed: [] });
  quit(0);
  expect(installed).toEqual([]);
  expect(existsSync(join(home, 'cache', 'pending', 'ryggrad.deb'))).toBe(false);
});

test('an older version and the same one are left alone, well signed as they are', async () => {
  for (const version of ['1.1.9', '1.2.0', '1.2.0-beta.1', '0.9.0']) {
    latest = signedRelease(release(version), PEM);
    const { ready, fetched, logged } = await look();
    expect({ ready, fetched, logged }, version).toEqual({ ready: [], fetched: false, logged: [] });
  }
});

test('a share of the laptops has it first: of a hundred about as many as it says, always the same ones, and nobody at first sight of none', async () => {
  latest = signedRelease(release('1.3.0'), PEM, 30);
  expect(latest).toContain('stagingPercentage: 30');
  const ids = Array.from({ length: 100 }, (_, at) => {
    const place = Math.floor(((at + 0.5) / 100) * 0xffffffff)
      .toString(16)
      .padStart(8, '0');
    return `00000000-0000-5000-8000-0000${place}`;
  });
  const had: number[] = [];
  for (const [at, id] of ids.entries()) if ((await look(id)).ready.length > 0) had.push(at);
  expect(had).toEqual(Array.from({ length: 30 }, (_, at) => at));
  expect(() => signedRelease(release('1.3.0'), PEM, 0)).toThrow('1–100');
});

test('a server that is not there, and one that talks nonsense, are a line in the log', async () => {
  latest = 'version: [';
  expect((await look()).logged).toEqual(['update/failed']);
  latest = '<html>404</html>';
  expect((await look()).logged).toEqual(['update/failed']);
});

test('a signature by another kind of key, or a damaged key, is none', () => {
  const one = { version: '1.0.0', files: [{ url: 'a', sha512: 'b' }], signature: 'AAAA' };
  expect(isSigned(one, '')).toBe(false);
  expect(
    isSigned(one, generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ format: 'der', type: 'spki' }).toString('base64')),
  ).toBe(false);
  expect(readFileSync(join(import.meta.dirname, 'updates.ts'), 'utf8')).not.toMatch(/quitAndInstall\(|allowDowngrade = true/);
});
