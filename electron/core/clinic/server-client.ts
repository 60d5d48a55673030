/** The few calls the core makes to a sync server besides the replica engine's. Answers are parsed; failures are codes. */
import type { z } from 'zod';
import { err, ok } from '#electron/contract/verb.ts';
import type { Result } from '#electron/contract/verb.ts';
import type { Ports } from '../ports.ts';

export async function askServer<T>(
  ports: Ports,
  request: {
    url: string;
    method: 'GET' | 'POST' | 'PUT' | 'DELETE';
    body?: unknown;
    credential?: string;
    headers?: Record<string, string>;
  },
  schema: z.ZodType<T>,
): Promise<Result<T>> {
  let response: Response;
  try {
    response = await ports.fetch(request.url, {
      method: request.method,
      headers: {
        ...(request.body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(request.credential === undefined ? {} : { authorization: `Bearer ${request.credential}` }),
        ...request.headers,
      },
      ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
      cache: 'no-store',
      redirect: 'error',
      signal: AbortSignal.timeout(20_000),
    });
  } catch {
    return err('net/unreachable');
  }
  const answer: unknown = await response.json().catch(() => null);
  if (!response.ok) return err(codeOf(answer) ?? 'server/refused', { status: response.status });
  const parsed = schema.safeParse(answer);
  return parsed.success ? ok(parsed.data) : err('server/refused', { status: response.status });
}

/** How long the server may take to begin; while it answers, it may take its time. */
const BEGIN_MS = 60_000;

/**
 * An answer that comes in lines. @param signal hangs up @returns the lines as they come; they throw when the connection goes
 */
export async function streamServer(
  ports: Ports,
  request: { url: string; body: unknown; credential: string; headers: Record<string, string> },
  signal: AbortSignal,
): Promise<Result<AsyncIterable<string>>> {
  const begun = new AbortController();
  const timer = setTimeout(() => begun.abort(), BEGIN_MS);
  try {
    const response = await ports.fetch(request.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${request.credential}`, ...request.headers },
      body: JSON.stringify(request.body),
      cache: 'no-store',
      redirect: 'error',
      signal: AbortSignal.any([signal, begun.signal]),
    });
    if (response.ok && response.body !== null) return ok(linesIn(response.body));
    const answer: unknown = await response.json().catch(() => null);
    return err(codeOf(answer) ?? 'server/refused', { status: response.status });
  } catch {
    return err('net/unreachable');
  } finally {
    clearTimeout(timer);
  }
}

async function* linesIn(body: ReadableStream<Uint8Array>): AsyncGenerator<string, void> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of body) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line !== '') yield line;
  }
  if (rest.trim() !== '') yield rest;
}

function codeOf(answer: unknown): string | null {
  return typeof answer === 'object' && answer !== null && 'code' in answer && typeof answer.code === 'string' ? answer.code : null;
}
