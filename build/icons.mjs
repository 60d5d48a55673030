/**
 * `npm run icons`: every picture of the app from two drawings in build/icons, `mark.svg` and, below 48 pixels, `mark-small.svg`. Run after a drawing
 * has changed; its test says when it was forgotten.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { Resvg } from '@resvg/resvg-js';
import { ROOT } from './bootstrap.mjs';

const FOLDER = path.join(ROOT, 'build', 'icons');
/** electron-builder takes the PNGs for Linux by their size in their name. */
const SIZES = [16, 24, 32, 48, 64, 128, 256, 512];
const SMALL = 48;
/** A sign in the tray's corner says how it stands: its colour and, for who does not see colours, its shape. */
const TRAY = {
  'in-sync': '',
  offline: '<circle cx="25" cy="25" r="6" fill="#fff" stroke="#5b6470" stroke-width="3"/>',
  waiting: '<path d="M25 17 L33 32 H17 Z" fill="#e0a100" stroke="#fff" stroke-width="1.5"/>',
  locked:
    '<path d="M21.5 23v-3a3.5 3.5 0 0 1 7 0v3" fill="none" stroke="#fff" stroke-width="5"/><rect x="17" y="21" width="15" height="11" rx="2" fill="#fff"/><path d="M21.5 23v-3a3.5 3.5 0 0 1 7 0v3" fill="none" stroke="#1b1f24" stroke-width="2"/><rect x="18.5" y="22.5" width="12" height="8" rx="1" fill="#1b1f24"/>',
};

/** @returns {Record<string, Buffer>} file below build/icons → its bytes */
export function drawnIcons() {
  const drawing = (name) => readFileSync(path.join(FOLDER, name), 'utf8');
  const [large, small] = [drawing('mark.svg'), drawing('mark-small.svg')];
  const at = (svg, width) => Buffer.from(new Resvg(svg, { fitTo: { mode: 'width', value: width } }).render().asPng());
  const png = (size) => at(size < SMALL ? small : large, size);
  const files = { 'icon.png': png(1024) };
  for (const size of SIZES) files[`${size}x${size}.png`] = png(size);
  files['icon.ico'] = ico([16, 24, 32, 48, 64, 256].map((size) => ({ size, png: png(size) })));
  files['icon.icns'] = icns(png);
  for (const [state, dot] of Object.entries(TRAY)) {
    const svg = small.replace('</svg>', `${dot}</svg>`);
    files[`tray/${state}.png`] = at(svg, 16);
    files[`tray/${state}@2x.png`] = at(svg, 32);
  }
  return files;
}

/** A Windows icon of PNGs (since Vista), so that the small sizes are the small drawing. @param {{ size: number, png: Buffer }[]} images */
function ico(images) {
  const head = Buffer.alloc(6 + 16 * images.length);
  head.writeUInt16LE(1, 2);
  head.writeUInt16LE(images.length, 4);
  let offset = head.length;
  for (const [n, { size, png }] of images.entries()) {
    const entry = 6 + 16 * n;
    head.writeUInt8(size % 256, entry);
    head.writeUInt8(size % 256, entry + 1);
    head.writeUInt16LE(1, entry + 4);
    head.writeUInt16LE(32, entry + 6);
    head.writeUInt32LE(png.length, entry + 8);
    head.writeUInt32LE(offset, entry + 12);
    offset += png.length;
  }
  return Buffer.concat([head, ...images.map(({ png }) => png)]);
}

/** A macOS icon: PNGs by Apple's names for their sizes (`ic11` and `ic12` are 16 and 32 at double density). @param {(size: number) => Buffer} png */
function icns(png) {
  const kinds = { ic11: 32, ic12: 64, ic07: 128, ic08: 256, ic13: 256, ic09: 512, ic14: 512, ic10: 1024 };
  const parts = Object.entries(kinds).map(([kind, size]) => {
    const bytes = png(size);
    const head = Buffer.from(`${kind}0000`, 'latin1');
    head.writeUInt32BE(bytes.length + 8, 4);
    return Buffer.concat([head, bytes]);
  });
  const head = Buffer.from('icns0000', 'latin1');
  head.writeUInt32BE(
    parts.reduce((sum, part) => sum + part.length, 8),
    4,
  );
  return Buffer.concat([head, ...parts]);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  for (const [name, bytes] of Object.entries(drawnIcons())) {
    mkdirSync(path.dirname(path.join(FOLDER, name)), { recursive: true });
    writeFileSync(path.join(FOLDER, name), bytes);
  }
}
