import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const { drawnIcons } = (await import(`${import.meta.dirname}/icons.mjs`)) as { drawnIcons(): Record<string, Buffer> };
const kept = (name: string): Buffer => readFileSync(join(import.meta.dirname, 'icons', name));

test('every picture is what the drawings give: npm run icons', () => {
  for (const [name, bytes] of Object.entries(drawnIcons())) expect(kept(name).equals(bytes), name).toBe(true);
});

test('they are pictures of the sizes that Windows, macOS and Linux ask for', () => {
  const size = (png: Buffer): number[] => [png.readUInt32BE(16), png.readUInt32BE(20)];
  for (const edge of [16, 24, 32, 48, 64, 128, 256, 512]) expect(size(kept(`${edge}x${edge}.png`))).toEqual([edge, edge]);
  expect(size(kept('icon.png'))).toEqual([1024, 1024]);
  const ico = kept('icon.ico');
  const count = ico.readUInt16LE(4);
  expect(Array.from({ length: count }, (_, n) => ico.readUInt8(6 + 16 * n) || 256)).toEqual([16, 24, 32, 48, 64, 256]);
  for (let n = 0; n < count; n += 1) {
    const [length, offset] = [ico.readUInt32LE(6 + 16 * n + 8), ico.readUInt32LE(6 + 16 * n + 12)];
    expect(ico.subarray(offset, offset + 4).toString('latin1')).toBe('\x89PNG');
    expect(offset + length).toBeLessThanOrEqual(ico.length);
  }
  const icns = kept('icon.icns');
  expect([icns.subarray(0, 4).toString('latin1'), icns.readUInt32BE(4)]).toEqual(['icns', icns.length]);
  // 512 and 1024 pixels, which the Finder shows.
  for (const kind of ['ic09', 'ic10']) expect(icns.includes(kind), kind).toBe(true);
  expect(kept('tray/offline.png').equals(kept('tray/in-sync.png'))).toBe(false);
});
