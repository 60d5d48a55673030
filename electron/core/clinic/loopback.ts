/**
 * How the browser hands something to this laptop (RFC 8252 § 7.3): a listener on 127.0.0.1 with a port of the system's choosing, for one answer,
 * and for a few minutes. The answer is known by `state`, and is worth nothing without the verifier, which never leaves this process.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { err, ok, type Result } from '#electron/contract/verb.ts';

const WAIT_MS = 5 * 60_000;

export interface Listening {
  /** What the page is asked with. */
  query: string;
  verifier: string;
  /** The code; errors: sign-in/timed-out, sign-in/stopped, and those that the server sends back by the browser. */
  done: Promise<Result<string>>;
  stop(): void;
}

export async function listenOnLoopback(waitMs = WAIT_MS): Promise<Listening> {
  const state = randomBytes(32).toString('base64url');
  const verifier = randomBytes(32).toString('base64url');
  const challenge = createHash('sha256').update(verifier).digest('base64url');
  let settle: (result: Result<string>) => void = () => {};
  const done = new Promise<Result<string>>((resolve) => {
    settle = resolve;
  });
  const server = createServer((request, response) => {
    const said = answerIn(request, server, state);
    answer(response, said);
    if (said !== undefined) end(said);
  });
  // A browser's idle second connection must not keep it open.
  server.requestTimeout = 5000;
  const timer = setTimeout(() => end(err('sign-in/timed-out')), waitMs);
  timer.unref();
  function end(result: Result<string>): void {
    clearTimeout(timer);
    settle(result);
    server.close();
    setTimeout(() => server.closeAllConnections(), 1000).unref();
  }
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: '127.0.0.1', port: 0, exclusive: true }, resolve);
  });
  server.unref();
  const { port } = server.address() as AddressInfo;
  return { query: `port=${port}&state=${state}&challenge=${challenge}`, verifier, done, stop: () => end(err('sign-in/stopped')) };
}

/** Only what the page sends: a GET for this very listener, with our state. Anything else is answered and changes nothing. */
function answerIn({ method, url, headers }: IncomingMessage, server: Server, state: string): Result<string> | undefined {
  const { port } = (server.address() as AddressInfo | null) ?? { port: 0 };
  // A name that was made to point here (DNS rebinding) is not this address.
  if (method !== 'GET' || headers.host !== `127.0.0.1:${port}`) return undefined;
  // Null for what is no address, such as `//`: nothing here may throw, or a stranger's page would end the process.
  const given = URL.parse(url ?? '/', 'http://127.0.0.1');
  if (given === null) return undefined;
  const [shown, wanted] = [Buffer.from(given.searchParams.get('state') ?? ''), Buffer.from(state)];
  const code = given.searchParams.get('code') ?? '';
  const same = shown.length === wanted.length && timingSafeEqual(shown, wanted);
  if (given.pathname !== '/' || !same) return undefined;
  // Why not is one of the server's own words for it; the window has a sentence for each.
  const why = given.searchParams.get('error') ?? '';
  if (/^helseid\/(cancelled|unreachable|refused|claims)$/.test(why)) return err(why);
  return /^[0-9A-Z-]{20,60}$/.test(code) ? ok(code) : undefined;
}

function answer(response: ServerResponse, said: Result<string> | undefined): void {
  response.writeHead(said === undefined ? 404 : 200, {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    connection: 'close',
  });
  const text =
    said?.ok === true
      ? 'Du er logget på. Lukk siden, og gå tilbake til Ryggrad.'
      : 'Innloggingen ble ikke fullført. Lukk siden; Ryggrad sier hvorfor.';
  response.end(
    said === undefined ? '' : `<!doctype html><html lang="nb"><meta charset="utf-8"><title>Ryggrad</title><p>${text}</p></html>`,
  );
}
