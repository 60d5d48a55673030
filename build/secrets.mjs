/**
 * Looks for secrets in every file git keeps (ASVS 13.3.1): keys by the shape their maker gives them, private keys, and long random text
 * assigned to a name that says secret. Synthetic ones in tests are told by `example` or by standing on the list.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from './bootstrap.mjs';

/** What it is → its shape. Shapes of the makers' own documentation. */
const SHAPES = {
  'private key': /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----\s*[A-Za-z0-9+/=\s]{40,}/,
  'AWS key': /\b(?:AKIA|ASIA)[A-Z2-7]{16}\b/,
  'OpenAI key': /\bsk-(?:proj-|svcacct-)?[A-Za-z0-9_-]{32,}\b/,
  'Anthropic key': /\bsk-ant-[A-Za-z0-9_-]{24,}/,
  'Clerk or Stripe key': /\b[sr]k_(?:live|test)_[A-Za-z0-9]{24,}\b/,
  'webhook secret': /\bwhsec_[A-Za-z0-9+/=]{32,}/,
  'GitHub token': /\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_\w{40,})\b/,
  'npm token': /\bnpm_[A-Za-z0-9]{36}\b/,
  'Slack token': /\bxox[abprs]-[A-Za-z0-9-]{20,}/,
  'Google key': /\bAIza[A-Za-z0-9_-]{35}\b/,
  'SendGrid key': /\bSG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}\b/,
  'Twilio account and key': /\b(?:AC|SK)[0-9a-f]{32}\b/,
  'Sentry address with a key': /https:\/\/[0-9a-f]{32}@[\w.-]*sentry\.io\/\d+/,
  'Sentry token': /\bsntry[su]_[A-Za-z0-9+/=_-]{40,}/,
  'token of a session': /\beyJ[A-Za-z0-9_-]{20,}\.eyJ[A-Za-z0-9_-]{20,}\.[A-Za-z0-9_-]{20,}/,
  'address with a password':
    /\b(?:postgres(?:ql)?|rediss?|mongodb|amqp|smtps?):\/\/[^\s:@/'"`$]+:([^\s@'"`$]{8,})@(?!localhost|127\.0\.0\.1|\[::1\]|db\.example)/,
};
const NAMED = /\b\w*(?:secret|password|passphrase|api_?key|token|private_?key)\w*["']?\s*[:=]\s*["'`]([A-Za-z0-9+/_=-]{32,})["'`]/gi;
/** Bits per sign above which a text is random, not words. */
const RANDOM = 4.2;
const WORDS = 3.3;
/** Known by their place: [file, why]. */
const KNOWN = new Map([
  ['build/secrets.mjs', 'the shapes'],
  ['build/secrets.test.ts', 'planted ones'],
  ['package-lock.json', 'checksums of packages'],
]);
const LARGEST = 2_000_000;

/** @param {string} text @returns {{ what: string, line: number }[]} never the secret itself: a log keeps what it is told */
export function secretsIn(text) {
  const found = [];
  const add = (what, at) => found.push({ what, line: text.slice(0, at).split('\n').length });
  for (const [what, shape] of Object.entries(SHAPES)) {
    for (const match of text.matchAll(new RegExp(shape, `${shape.flags}g`)))
      if (!/example|change-me/i.test(match[0]) && !isWord(match[1])) add(what, match.index);
  }
  for (const match of text.matchAll(NAMED))
    if (bitsPerSign(match[1]) >= RANDOM && !/example/i.test(match[1])) add('random text named as a secret', match.index);
  return found;
}

/** A password that a person made up for a test; `undefined`: the shape says enough. */
const isWord = (text) => text !== undefined && bitsPerSign(text) < WORDS;

function bitsPerSign(text) {
  const counts = new Map();
  for (const sign of text) counts.set(sign, (counts.get(sign) ?? 0) + 1);
  return [...counts.values()].reduce((sum, n) => sum - (n / text.length) * Math.log2(n / text.length), 0);
}

/** A file that should never be kept at all, whatever is in it. */
export function isSecretFile(file) {
  return /(^|\/)(\.env(\.(?!example$)[\w.]+)?|id_(rsa|ed25519|ecdsa)|[^/]*\.(pem|p12|pfx|key|keystore|jks|mobileprovision)|\.npmrc|\.netrc)$/.test(
    file,
  );
}

/** @returns {string | undefined} a line per find, or undefined */
export function secretsComplaint() {
  const listed = spawnSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: ROOT,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  // A tree without git (an unpacked archive) has nothing that git would keep.
  if (listed.status !== 0) return undefined;
  const wrong = listed.stdout.split('\0').filter(Boolean).flatMap(inFile);
  return wrong.length === 0 ? undefined : wrong.join('\n');
}

function inFile(file) {
  if (isSecretFile(file)) return [`${file}: a file of this kind is not kept`];
  const full = path.join(ROOT, file);
  const stat = statSync(full, { throwIfNoEntry: false });
  if (KNOWN.has(file) || stat === undefined || !stat.isFile() || stat.size > LARGEST) return [];
  const bytes = readFileSync(full);
  if (bytes.includes(0)) return [];
  return secretsIn(bytes.toString('utf8')).map(({ what, line }) => `${file}:${line}: ${what}`);
}
