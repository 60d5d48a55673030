/**
 * Electric carries the envelopes of the rows unread. They are opened on their way through here, as the embedded engine opens its own: keys
 * stay on the server (docs/decisions/0058).
 */
import { readClinic, type Pool } from '#db/postgres/open.ts';
import { openBodies } from '#db/postgres/queries/feed.ts';
import type { Reply } from '../routes/route.ts';
import { err, type Failure } from './result.ts';

interface Message {
  value?: { entity?: unknown; id?: unknown; body?: unknown };
}

/** A row that does not open is left out, as by the embedded engine. Errors: upstream/unreachable (502: no messages). */
export async function openShape(pool: Pool, clinicId: string, answer: Reply): Promise<Reply | Failure> {
  const { body } = answer;
  // A body of the feed that begins with no brace has envelopes before it.
  if (answer.status !== 200 || typeof body !== 'string' || !/"body":\s*"(v2\.|~)/.test(body)) return answer;
  let messages: Message[];
  try {
    messages = JSON.parse(body) as Message[];
  } catch {
    return err('upstream/unreachable');
  }
  const rows = messages.map((message) => {
    const { entity, id, body: sealed } = message.value ?? {};
    return { message, entity: String(entity), id: String(id), body: typeof sealed === 'string' ? sealed : null };
  });
  const opened = await readClinic(pool, clinicId, (tx) => openBodies(tx, rows));
  const out = opened.map((row) => (row.body === null ? row.message : { ...row.message, value: { ...row.message.value, body: row.body } }));
  return { ...answer, body: JSON.stringify(out) };
}
