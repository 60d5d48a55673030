/** Code search: the clinic's own use counts, read once per open clinic and kept up with what is added. */
import { ok } from '#electron/contract/verb.ts';
import { searchCodes } from '#db/reference/code-search.ts';
import { codeUsage } from '#db/sqlite/queries/encounters.ts';
import { useCase } from '../use-case.ts';

const usage = new WeakMap<object, Map<string, { at: number; counts: Map<string, number> }>>();
const FRESH_MS = 10 * 60_000;

export const codeHandlers = [
  useCase('code.search', (ctx, { query, system, limit }) => {
    let known = usage.get(ctx.db);
    if (known === undefined) usage.set(ctx.db, (known = new Map()));
    const now = Date.parse(ctx.now);
    let counted = known.get(system);
    if (counted === undefined || Math.abs(now - counted.at) > FRESH_MS)
      known.set(system, (counted = { at: now, counts: codeUsage(ctx.db, system) }));
    return ok({ hits: searchCodes(query, { system, usage: counted.counts, limit }) });
  }),
];
