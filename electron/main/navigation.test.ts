import { describe, expect, it } from 'vitest';
import { developmentAddress, isOwnAddress, isOwnBlob } from './navigation.ts';

describe('a locked window', () => {
  it('stays on its own origin', () => {
    expect(isOwnAddress('app://ryggrad/index.html#/today', 'app://ryggrad')).toBe(true);
    for (const foreign of [
      'https://ryggrad/',
      'app://ryggrad.example/',
      'app://ryggrad@evil.example/',
      'app://user@ryggrad/',
      'file:///etc/passwd',
      'javascript:alert(1)',
      'data:text/html,x',
      'about:blank',
      '\\\\server\\share',
      '',
    ]) {
      expect(isOwnAddress(foreign, 'app://ryggrad'), foreign).toBe(false);
    }
  });

  it('lets a file out of its own page only', () => {
    expect(isOwnBlob('blob:app://ryggrad/6f1c', 'app://ryggrad')).toBe(true);
    for (const foreign of ['blob:https://evil.example/6f1c', 'blob:null/6f1c', 'app://ryggrad/index.html', 'data:application/pdf,x']) {
      expect(isOwnBlob(foreign, 'app://ryggrad'), foreign).toBe(false);
    }
  });

  it('shows a dev-host only from this machine and only unpackaged', () => {
    expect(developmentAddress('http://127.0.0.1:4310', false)).toBe('http://127.0.0.1:4310/');
    expect(developmentAddress('http://127.0.0.1:4310', true)).toBeUndefined();
    for (const refused of [
      'http://127.0.0.1.evil.example/',
      'https://127.0.0.1/',
      'http://a@127.0.0.1/',
      'http://10.0.0.1/',
      'x',
      '',
      undefined,
    ]) {
      expect(developmentAddress(refused, false)).toBeUndefined();
    }
  });
});
