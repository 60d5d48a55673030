import { describe, expect, it } from 'vitest';
import { ryggradHome } from './home.mjs';

describe('where the data lives', () => {
  it('follows each platform', () => {
    const at = (platform: string, uid: number | undefined, env: Record<string, string> = {}) =>
      ryggradHome({ platform, uid, env, home: platform === 'win32' ? 'C:\\Users\\kari' : '/home/kari' });
    expect(at('linux', 1000)).toBe('/home/kari/.local/share/ryggrad');
    expect(at('linux', 1000, { XDG_DATA_HOME: '/data' })).toBe('/data/ryggrad');
    expect(at('linux', 0)).toBe('/var/lib/ryggrad');
    expect(at('darwin', 501)).toBe('/home/kari/Library/Application Support/Ryggrad');
    expect(at('win32', undefined, { LOCALAPPDATA: 'C:\\Local' })).toBe('C:\\Local\\Ryggrad');
    expect(at('linux', 0, { RYGGRAD_HOME: '/srv/clinic' })).toBe('/srv/clinic');
  });
});
