/** Where a window may go: nowhere but its own origin. Addresses are compared parsed, never as text. */

/** @param own for example `app://ryggrad` or, unpackaged only, `http://127.0.0.1:4310` */
export function isOwnAddress(address: string, own: string): boolean {
  try {
    const url = new URL(address);
    const home = new URL(own);
    return url.protocol === home.protocol && url.host === home.host && url.username === '' && url.password === '';
  } catch {
    return false;
  }
}

/** Whether an address is memory of a page of `own`. */
export function isOwnBlob(address: string, own: string): boolean {
  return address.startsWith('blob:') && isOwnAddress(address.slice('blob:'.length), own);
}

/**
 * The address of a dev-host that the window may show instead of its own files: loopback only, never when packaged.
 * @returns undefined when absent or refused
 */
export function developmentAddress(text: string | undefined, packaged: boolean): string | undefined {
  if (text === undefined || text === '' || packaged) return undefined;
  try {
    const url = new URL(text);
    return url.protocol === 'http:' && url.hostname === '127.0.0.1' && url.username === '' ? url.href : undefined;
  } catch {
    return undefined;
  }
}
