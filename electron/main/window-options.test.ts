import { describe, expect, it } from 'vitest';
import { CONTENT_POLICY } from './content-policy.ts';
import { webPreferences } from './window-options.ts';

describe('every window', () => {
  it('is sandboxed, isolated and without Node, packaged or not', () => {
    for (const developing of [true, false]) {
      expect(webPreferences('/preload.cjs', developing)).toMatchObject({
        sandbox: true,
        contextIsolation: true,
        nodeIntegration: false,
        nodeIntegrationInWorker: false,
        nodeIntegrationInSubFrames: false,
        webSecurity: true,
        allowRunningInsecureContent: false,
        experimentalFeatures: false,
        webviewTag: false,
        devTools: developing,
      });
    }
  });

  it('runs no script that is not a file of ours, and speaks to nobody else', () => {
    const policy = new Map(CONTENT_POLICY.split('; ').map((part) => [part.split(' ')[0], part.split(' ').slice(1).join(' ')]));
    expect(policy.get('default-src')).toBe("'none'");
    expect(policy.get('script-src')).toBe("'self'");
    expect(policy.get('connect-src')).toBe("'self'");
    for (const name of ['object-src', 'base-uri', 'frame-ancestors', 'form-action']) expect(policy.get(name)).toBe("'none'");
    expect(CONTENT_POLICY).not.toMatch(/https?:|unsafe-eval|\*/);
  });
});
