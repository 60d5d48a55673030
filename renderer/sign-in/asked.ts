/** What the laptop put into the address: where it listens, and what it will know the answer by. */
export interface Asked {
  port: number;
  state: string;
  challenge: string;
}

/** Null for anything that is not exactly what a laptop asks with. */
export function readAsked(search: string): Asked | null {
  const given = new URLSearchParams(search);
  const port = given.get('port') ?? '';
  const state = given.get('state') ?? '';
  const challenge = given.get('challenge') ?? '';
  if (!/^\d{4,5}$/.test(port) || Number(port) < 1024 || Number(port) > 65_535) return null;
  return /^[\w-]{43}$/.test(state) && /^[\w-]{43}$/.test(challenge) ? { port: Number(port), state, challenge } : null;
}
