/** What the engine takes from its host, so that tests can bring their own network and time. */
export interface EngineTimers {
  set(run: () => void, ms: number): unknown;
  clear(timer: unknown): void;
}

export type Fetch = typeof globalThis.fetch;

/** How a request went wrong: no answer at all, a passing fault, or a refusal that needs a person. */
export type Failure = { kind: 'no-answer' | 'refused'; code: string };

/** The stable code of a problem+json answer, or one made from the status. */
export async function problemCode(response: Response): Promise<{ code: string; details: Record<string, unknown> }> {
  try {
    const body: unknown = await response.json();
    if (typeof body === 'object' && body !== null && 'code' in body && typeof body.code === 'string')
      return { code: body.code, details: { ...body } };
  } catch {
    // Not JSON: a proxy's page, or cut off.
  }
  return { code: `http/${response.status}`, details: {} };
}

/** The server is older than this laptop: what was written waits here, whole, until the server is upgraded. */
const OLDER_SERVER: ReadonlySet<string> = new Set(['changes/protocol', 'changes/from-newer']);

/** 401, 403 and a server that is too old wait for a person; everything else passes by itself. */
export function failureOf(status: number, code: string): Failure {
  return { kind: status === 401 || status === 403 || OLDER_SERVER.has(code) ? 'refused' : 'no-answer', code };
}
