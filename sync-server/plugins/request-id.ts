/**
 * The id of a request: in each line of the log about it, in the answer's `x-request-id`, in a problem's `instance`, and with the jobs it leaves
 * behind. A trusted proxy may say it, in a form that can hold nothing else than an id; whoever else says one is not asked.
 */
import { randomUUID } from 'node:crypto';
import { BlockList, isIP } from 'node:net';
import type { IncomingMessage } from 'node:http';

export const REQUEST_ID_HEADER = 'x-request-id';
/** A UUID, or 32 hexadecimal digits (a W3C trace id; nginx's $request_id). */
const FORM = /^(?:[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i;

export function requestIds(isTrusted: (address: string) => boolean): (raw: IncomingMessage) => string {
  return ({ headers, socket }) => {
    const said = headers[REQUEST_ID_HEADER];
    return typeof said === 'string' && FORM.test(said) && isTrusted(socket.remoteAddress ?? '') ? said.toLowerCase() : randomUUID();
  };
}

const NAMED: Readonly<Record<string, readonly string[]>> = {
  loopback: ['127.0.0.0/8', '::1/128'],
  linklocal: ['169.254.0.0/16', 'fe80::/10'],
  uniquelocal: ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7'],
};

/** @param proxies TRUSTED_PROXIES, already judged (config.ts) @returns whether an address is one of them */
export function trustOf(proxies: readonly string[]): (address: string) => boolean {
  const list = new BlockList();
  for (const one of proxies.flatMap((name) => NAMED[name] ?? [name])) {
    const [address = '', bits] = one.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    list.addSubnet(address, bits === undefined ? (family === 'ipv6' ? 128 : 32) : Number(bits), family);
  }
  return (address) => {
    const plain = address.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, '');
    const family = isIP(plain);
    return family !== 0 && list.check(plain, family === 6 ? 'ipv6' : 'ipv4');
  };
}
