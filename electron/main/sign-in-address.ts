/** Which address may be opened in the system's browser: the page where one signs in, or out, of a server that was set up on this machine, and nothing else. */

const PAGES: ReadonlySet<string> = new Set(['/auth/clerk/sign-in', '/auth/helseid/login', '/auth/helseid/logout']);

/**
 * @param hosts as the installation names them (RYGGRAD_SYNC_URL, RYGGRAD_SIGN_IN_HOSTS); what the page or the core says adds none
 * @returns the address as parsed, or undefined
 */
export function signInAddress(text: unknown, hosts: ReadonlySet<string>, packaged: boolean): string | undefined {
  if (typeof text !== 'string' || text.length > 1000) return undefined;
  const url = parsed(text);
  if (url === null || url.username !== '' || url.password !== '' || url.hash !== '') return undefined;
  const isSafe = url.protocol === 'https:' || (url.protocol === 'http:' && url.hostname === '127.0.0.1' && !packaged);
  return isSafe && hosts.has(url.host) && PAGES.has(url.pathname) ? url.href : undefined;
}

export function signInHosts(env: Readonly<Record<string, string | undefined>>): ReadonlySet<string> {
  const server = parsed(env['RYGGRAD_SYNC_URL'] ?? '')?.host;
  const named = (env['RYGGRAD_SIGN_IN_HOSTS'] ?? '').split(',').map((host) => host.trim());
  return new Set([...(server === undefined ? [] : [server]), ...named].filter((host) => host !== ''));
}

/** What the core asks to be opened, if this is that. */
export function signInAsked(message: unknown): unknown {
  if (typeof message !== 'object' || message === null || !('event' in message)) return undefined;
  const { event } = message;
  return typeof event === 'object' && event !== null && 'type' in event && event.type === 'open-sign-in' && 'url' in event
    ? event.url
    : undefined;
}

/** `URL.parse` is younger than the Electron that the window is tried on (docs of Node: 22.1). */
function parsed(text: string): URL | null {
  try {
    return new URL(text);
  } catch {
    return null;
  }
}
