/** The page on which one signs in by Clerk: our files, and Clerk's from the instance's own host. Built by `npm run sign-in-page`. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { err } from '../core/result.ts';
import { route } from './route.ts';

const FILES = path.join(import.meta.dirname, '..', '..', 'dist', 'sign-in');
const TYPES: Readonly<Record<string, string>> = { '.js': 'text/javascript; charset=utf-8', '.css': 'text/css; charset=utf-8' };

/** Scripts are ours and Clerk's; Clerk asks its own host, and shows its robot check (docs: clerk.com, CSP). */
const policyFor = (issuer: string): string =>
  [
    "default-src 'none'",
    `script-src 'self' ${issuer} https://challenges.cloudflare.com`,
    `connect-src 'self' ${issuer}`,
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' https://img.clerk.com data:",
    "worker-src 'self' blob:",
    'frame-src https://challenges.cloudflare.com',
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ');

export const signInPage = route({
  method: 'GET',
  path: '/auth/clerk/sign-in',
  summary: 'The page on which somebody signs in by Clerk, for a laptop that waits on its loopback.',
  auth: 'open',
  responses: { 200: { description: 'HTML.' } },
  async run({ deps }) {
    const { clerk } = deps;
    if (clerk === undefined) return err('clerk/off');
    const file = path.join(FILES, 'index.html');
    if (!existsSync(file)) return err('clerk/page-not-built');
    const html = readFileSync(file, 'utf8').replace('name="clerk-key" content=""', `name="clerk-key" content="${clerk.publishableKey}"`);
    return {
      status: 200,
      headers: {
        'content-type': 'text/html; charset=utf-8',
        'content-security-policy': policyFor(clerk.issuer),
        'cross-origin-embedder-policy': 'unsafe-none',
        'cross-origin-opener-policy': 'unsafe-none',
      },
      body: html,
    };
  },
});

export const signInAsset = route({
  method: 'GET',
  path: '/auth/clerk/assets/:file',
  summary: 'A script or style of that page.',
  auth: 'open',
  params: z.strictObject({ file: z.string().regex(/^[\w-]{1,80}\.(js|css)$/) }),
  responses: { 200: { description: 'The file.' } },
  async run({ deps, params }) {
    if (deps.clerk === undefined) return err('clerk/off');
    const file = path.join(FILES, 'assets', params.file);
    if (!existsSync(file)) return err('route/unknown');
    return { status: 200, headers: { 'content-type': TYPES[path.extname(file)] ?? 'text/plain' }, body: readFileSync(file) };
  },
});
