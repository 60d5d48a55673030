/** The window's built files with the policy a packaged app has; nothing outside their folder is reachable. */
import { readFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

const BUILT = fileURLToPath(new URL('../../dist/renderer/', import.meta.url));
const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.woff2': 'font/woff2',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.json': 'application/json',
  '.wasm': 'application/wasm',
};

/** Same words as electron/main sends. Styles may be inline: Mantine sets sizes as style attributes. */
export const CONTENT_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "font-src 'self'",
  "img-src 'self' blob: data:",
  "connect-src 'self'",
  "worker-src 'self'",
  "frame-src 'self' blob:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "object-src 'none'",
].join('; ');

/** @param root folder with a slash at its end; dist/renderer unless a test brings its own */
export async function serveFile(path: string, secret: string, response: ServerResponse, root = BUILT): Promise<void> {
  const wanted = path === '/' ? '/index.html' : decoded(path);
  if (wanted === null) return notFound(response);
  const file = join(root, normalize(wanted));
  const type = TYPES[extname(file)];
  if (!file.startsWith(root) || type === undefined) return notFound(response);
  const body = await readFile(file).catch(() => null);
  if (body === null) return notFound(response);
  const headers = {
    'content-type': type,
    'cache-control': 'no-store',
    'content-security-policy': CONTENT_POLICY,
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
  };
  response.writeHead(200, headers);
  response.end(
    wanted === '/index.html' ? body.toString('utf8').replace('</head>', `<meta name="ryggrad-secret" content="${secret}"></head>`) : body,
  );
}

function decoded(path: string): string | null {
  try {
    return decodeURIComponent(path);
  } catch {
    return null;
  }
}

function notFound(response: ServerResponse): void {
  response.writeHead(404, { 'cache-control': 'no-store' });
  response.end();
}
