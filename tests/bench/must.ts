/** A verb that must succeed, or the measurement means nothing. */
import type { Core } from '#electron/core/create-core.ts';

export async function must<T>(core: Core, verb: string, input: unknown): Promise<T> {
  const reply = await core.call(verb, input);
  if (!reply.ok) throw new Error(`${verb}: ${reply.code}`);
  return reply.value as T;
}
