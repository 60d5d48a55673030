/**
 * Which file an address under app://ryggrad/ means. Pure, so that it can be tested against hostile addresses:
 * this is the only way from a page to the disk.
 */
import path from 'node:path';

export const SCHEME = 'app';
export const ORIGIN = 'app://ryggrad';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.woff': 'font/woff',
  '.wasm': 'application/wasm',
};
const NAME = /^[A-Za-z0-9_@][A-Za-z0-9_.@-]*$/;

export interface AppFile {
  file: string;
  type: string;
}

/**
 * @param root folder of the built window
 * @returns undefined for another host, for anything but plain names below `root`, and for a kind of file the window has none of
 */
export function appFile(root: string, address: string): AppFile | undefined {
  let url: URL;
  try {
    url = new URL(address);
  } catch {
    return undefined;
  }
  if (url.protocol !== `${SCHEME}:` || url.host !== 'ryggrad' || url.username !== '' || url.password !== '' || url.port !== '')
    return undefined;
  const pathname = url.pathname === '/' || url.pathname === '' ? '/index.html' : url.pathname;
  // Names are never decoded: an address of ours holds no percent sign, so one that does is somebody else's.
  const names = pathname.slice(1).split('/');
  if (!names.every((name) => NAME.test(name))) return undefined;
  const type = TYPES[path.extname(pathname).toLowerCase()];
  if (type === undefined) return undefined;
  const file = path.join(root, ...names);
  return file.startsWith(root + path.sep) ? { file, type } : undefined;
}
