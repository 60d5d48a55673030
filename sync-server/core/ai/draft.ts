/**
 * A draft, asked for by a person at their laptop: who may, what may go out, what it costs; then the model's words as they come. Nothing of it is
 * kept here. Of each use there is a row of `ai_use` and a line in the log, with model, tokens, time and code, and no content.
 */
import { v7 } from 'uuid';
import { withClinic, type Tx } from '#db/postgres/open.ts';
import { accessTo, addUse, aiSetting, settleUse, spentByClinic } from '#db/postgres/queries/ai-use.ts';
import { isShut } from '#db/rules/access.ts';
import { identifiersIn } from '#db/rules/ai-identifiers.ts';
import { aiOffReason } from '#db/rules/ai-options.ts';
import type { AiAsk, AiLine } from '#db/rules/ai-task.ts';
import { clinicDay, clinicDayBounds } from '#db/rules/appointments.ts';
import { readsNotes } from '#db/rules/permissions.ts';
import type { DraftEnd, WritingHelp } from '../../integrations/kit.ts';
import type { ServerDeps } from '../deps.ts';
import type { Principal } from '../principal.ts';
import { err, ok, type Result } from '../result.ts';

interface Use {
  id: string;
  clinicId: string;
  ask: AiAsk;
  begun: number;
  reserved: number;
}

/**
 * Errors: ai/off, ai/clinic-off, ai/no-agreement, role/forbidden, patient/blocked, ai/identifier (`kinds`), ai/budget, ai/too-many (`retryAfter`),
 * and what the vendor said before it began (ai/unreachable, ai/timeout, ai/busy, ai/credentials, ai/rejected).
 * @param gone ends it at the vendor too
 * @returns the answer's lines
 */
export async function draftFor(
  deps: ServerDeps,
  principal: Principal,
  ask: AiAsk,
  gone: AbortSignal,
): Promise<Result<AsyncGenerator<AiLine, void>>> {
  const help = deps.integrations?.writing;
  if (help === undefined) return err('ai/off');
  if (!readsNotes(principal.roles)) return err('role/forbidden');
  const kinds = [...new Set(ask.sources.flatMap(({ text }) => identifiersIn(text)))];
  if (kinds.length > 0) return err('ai/identifier', { kinds });
  const use: Use = {
    id: v7(),
    clinicId: principal.clinicId,
    ask,
    begun: performance.now(),
    reserved: help.bound(ask) + help.limits.maxTokens,
  };
  const taken = await withClinic(deps.pool, principal.clinicId, (tx) => take(tx, deps, help, principal, use));
  if (!taken.ok) return taken;
  const draft = await help.draft(ask, gone);
  if (draft.ok) return ok(linesOf(deps, help, use, draft.pieces, gone));
  // Refused before a word was written: nothing was spent. Not waited for is something else: it may have been at it, and nobody says how long.
  const code = gone.aborted ? 'ai/cancelled' : draft.code;
  await settle(deps, help, use, { tokens: code === 'ai/cancelled' || code === 'ai/timeout' ? use.reserved : 0, code });
  return err(draft.code);
}

/** Whether it may be, and what it may cost at most put aside for it: in one transaction. */
async function take(tx: Tx, deps: ServerDeps, help: WritingHelp, { clinicId, userId }: Principal, use: Use): Promise<Result<null>> {
  const off = aiOffReason(await aiSetting(tx, clinicId), deps.gdprStrict === true);
  if (off !== null) return err(off);
  const now = deps.now();
  const { blocks, emergencies } = await accessTo(tx, clinicId, use.ask.patientId, userId);
  if (isShut(blocks, emergencies, now.toISOString())) return err('patient/blocked');
  const today = clinicDay(now.toISOString());
  const since = {
    day: clinicDayBounds(today).from,
    month: clinicDayBounds(`${today.slice(0, 7)}-01`).from,
    hour: new Date(now.getTime() - 3_600_000).toISOString(),
  };
  const spent = await spentByClinic(tx, clinicId, userId, since);
  const { tokensPerDay, tokensPerMonth, perPersonAndHour } = help.limits;
  if (spent.mine >= perPersonAndHour) return err('ai/too-many', { retryAfter: 600 });
  if (spent.month + use.reserved > tokensPerMonth) return err('ai/budget', { period: 'month' });
  if (spent.day + use.reserved > tokensPerDay) return err('ai/budget', { period: 'day' });
  await addUse(tx, clinicId, { id: use.id, userId, task: use.ask.task, model: help.model, at: now, reserved: use.reserved });
  return ok(null);
}

async function* linesOf(
  deps: ServerDeps,
  help: WritingHelp,
  use: Use,
  pieces: AsyncGenerator<string, DraftEnd>,
  gone: AbortSignal,
): AsyncGenerator<AiLine, void> {
  let bytes = 0;
  let end: DraftEnd = { code: 'ai/cancelled', tokens: undefined };
  try {
    for (;;) {
      const next = await pieces.next();
      if (next.done === true) {
        end = gone.aborted ? { ...next.value, code: 'ai/cancelled' } : next.value;
        break;
      }
      bytes += Buffer.byteLength(next.value);
      yield { text: next.value };
    }
  } finally {
    // Also when whoever asked is gone: then the vendor has not said what it cost, and it counts as what it can have cost at most.
    const tokens = end.tokens ?? Math.min(use.reserved, help.bound(use.ask) + bytes);
    await settle(deps, help, use, { tokens, code: end.code });
  }
  if (end.code !== undefined) yield { failed: end.code };
  else yield { done: { model: help.model, tokens: end.tokens ?? 0, ms: Math.round(performance.now() - use.begun) } };
}

async function settle(
  deps: ServerDeps,
  help: WritingHelp,
  use: Use,
  { tokens, code }: { tokens: number; code: string | undefined },
): Promise<void> {
  const ms = Math.round(performance.now() - use.begun);
  deps.log.info({ task: use.ask.task, model: help.model, tokens, ms, ...(code === undefined ? {} : { code }) }, 'writing help');
  await withClinic(deps.pool, use.clinicId, (tx) => settleUse(tx, use.clinicId, use.id, { tokens, ms, code: code ?? null })).catch(() => {
    // What was put aside stays spent.
    deps.log.warn({ task: use.ask.task }, 'what a draft cost was not written down');
  });
}
