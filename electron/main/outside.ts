/**
 * Opens an address in the person's own browser: https to a host of ours to name, and nothing else. What the system opens is a command in
 * disguise (`ms-msdt:`, `file:`, a share's path), and any page can hold a link. Source: Electron's security guide 15.
 */

/** Where the texts of the app send a person; each is an authority's own site. To add one: here, and say why. */
const HOSTS: ReadonlySet<string> = new Set([
  // The law and the rules for records that the app's own sentences name.
  'lovdata.no',
  'www.helsedirektoratet.no',
  'www.datatilsynet.no',
  // Where a sick note is written: Nav's own form (renderer/features/sick-leave).
  'www.nav.no',
]);

/** The address as it may be handed to the system, or undefined. @param hosts exact names */
export function outsideAddress(text: string, hosts: ReadonlySet<string> = HOSTS): string | undefined {
  // Before the parser forgives it: control signs and backslashes are read differently by each program on the way.
  if (!/^https:\/\/[\x21-\x5b\x5d-\x7e]+$/.test(text)) return undefined;
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    return undefined;
  }
  const plain = url.protocol === 'https:' && url.username === '' && url.password === '' && url.port === '';
  return plain && hosts.has(url.hostname) ? url.href : undefined;
}
