import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { appFile } from './app-files.ts';

const ROOT = path.resolve('/srv/window');

describe('addresses of the window', () => {
  it('finds the page and its files', () => {
    expect(appFile(ROOT, 'app://ryggrad/')?.file).toBe(path.join(ROOT, 'index.html'));
    expect(appFile(ROOT, 'app://ryggrad/#/today?x=1')?.file).toBe(path.join(ROOT, 'index.html'));
    expect(appFile(ROOT, 'app://ryggrad/assets/index-B3_x.js')).toEqual({
      file: path.join(ROOT, 'assets', 'index-B3_x.js'),
      type: 'text/javascript; charset=utf-8',
    });
  });

  it.each([
    'app://ryggrad/../../etc/passwd.html',
    'app://ryggrad/..%2f..%2fetc%2fpasswd.html',
    'app://ryggrad/%2e%2e/%2e%2e/secret.json',
    'app://ryggrad/..\\..\\secret.json',
    'app://ryggrad/assets/..;/secret.json/..',
    'app://ryggrad//etc/hosts.html',
    'app://ryggrad/C:/windows/win.json',
    'app://ryggrad/.hidden.json',
    'app://ryggrad/index.html%00.png',
    'app://ryggrad/database.sqlite',
    'app://elsewhere/index.html',
    'app://user@ryggrad/index.html',
    'app://ryggrad:80/index.html',
    'file:///etc/passwd',
    'https://ryggrad/index.html',
    'not an address',
  ])('never leaves its folder or its kinds of file: %s', (address) => {
    const found = appFile(ROOT, address);
    // The URL standard folds `..` before we see it; what remains must lie inside.
    const inside = path.relative(ROOT, found?.file ?? path.join(ROOT, 'refused'));
    const folded = /(\.\.|%2e%2e)\/(\.\.|%2e%2e)\//.test(address);
    expect(inside).not.toMatch(/^\.\.|^[/\\]/);
    expect(found === undefined || folded).toBe(true);
  });

  it('stays inside whatever is asked', () => {
    const piece = fc.oneof(
      fc.constantFrom('..', '.', '%2e%2e', '%2f', '\\', '/', '//', '%5c', '\0', 'a.js', 'index.html', ':', '@'),
      fc.string(),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        const found = appFile(ROOT, `app://ryggrad/${pieces.join('')}`);
        expect(path.relative(ROOT, found?.file ?? ROOT).startsWith('..')).toBe(false);
      }),
      { numRuns: 100_000 },
    );
  });
});
