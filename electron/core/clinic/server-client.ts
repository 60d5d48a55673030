/** The few calls the core makes to a sync server besides the replica engine's. Answers are parsed; failures are codes. */
import type { z } from 'zod';
import { err, ok } from '#electron/contract/verb.ts';
import type { Result } from '#electron/contract/verb.ts';
import type { Ports } from '../ports.ts';

export async function askServer<T>(
  ports: Ports,
  request: { url: string; method: 'GET' | 'POST' | 'PUT'; body?: unknown; credential?: string; headers?: Record<string, string> },
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

function codeOf(answer: unknown): string | null {
  return typeof answer === 'object' && answer !== null && 'code' in answer && typeof answer.code === 'string' ? answer.code : null;
}
