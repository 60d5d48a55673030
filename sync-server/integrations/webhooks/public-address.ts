/**
 * Which addresses may be called in a clinic's name. An address that leads into the operator's own network would let a clinic's administrator ask what
 * stands there (SSRF; OWASP ASVS 1.3.6, RFC 6890). Judged twice: the address as it is written, and every address its name leads to at the moment of the
 * call, which is then called and no other (a name may lead elsewhere a second later).
 */
import { lookup } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';

const inner = new BlockList();
for (const [network, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
] as const)
  inner.addSubnet(network, bits, 'ipv4');
// Only what is given out to the world (2000::/3), and of it not what wraps an IPv4 address or is for papers.
const outer = new BlockList();
outer.addSubnet('2000::', 3, 'ipv6');
const wrapping = new BlockList();
for (const [network, bits] of [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
] as const)
  wrapping.addSubnet(network, bits, 'ipv6');

export function isPublicAddress(address: string): boolean {
  const family = isIP(address);
  if (family === 4) return !inner.check(address, 'ipv4');
  return family === 6 && outer.check(address, 'ipv6') && !wrapping.check(address, 'ipv6');
}

/** A code of why it may not be called, or undefined. @param allow hosts with ports of the operator's choosing */
export function addressProblem(
  text: string,
  allow: ReadonlySet<string>,
): 'webhook/address' | 'webhook/not-https' | 'webhook/private' | undefined {
  const url = URL.parse(text);
  if (url === null || !['http:', 'https:'].includes(url.protocol) || url.username !== '' || url.password !== '' || url.hash !== '')
    return 'webhook/address';
  if (isAllowed(url, allow)) return undefined;
  if (url.protocol !== 'https:') return 'webhook/not-https';
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (isIP(host) !== 0) return isPublicAddress(host) ? undefined : 'webhook/private';
  return host.includes('.') && !/\.(local|localhost|internal|home|lan|arpa)\.?$/.test(host) ? undefined : 'webhook/private';
}

export const isAllowed = (url: URL, allow: ReadonlySet<string>): boolean =>
  allow.has(`${url.hostname}:${url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : url.port}`);

/** For `http.request`: all addresses of a name, or an error where one of them is not public. */
export const lookupPublic: LookupFunction = (host, options, done) => {
  lookup(host, { ...options, all: true }, (error, found) => {
    if (error !== null) return done(error, '', 0);
    if (found.length === 0 || found.some(({ address }) => !isPublicAddress(address)))
      return done(Object.assign(new Error('not public'), { code: 'WEBHOOK_PRIVATE' }), '', 0);
    if (options.all === true) return done(null, found);
    const [first] = found;
    return done(null, first?.address ?? '', first?.family ?? 0);
  });
};
