/** Code search: the clinic's own use counts, read once per open clinic and kept up with what is added. */
import type { CodeHit } from '#electron/contract/codes.ts';
import { err, ok } from '#electron/contract/verb.ts';
import { clinicDayBounds } from '#db/rules/appointments.ts';
import { normaliseCode } from '#db/rules/codes.ts';
import { findCode } from '#db/reference/code-systems.ts';
import { icd10For } from '#db/reference/icd10-suggestions.ts';
import { searchCodes } from '#db/reference/code-search.ts';
import { codeStatistics, signedVisits } from '#db/sqlite/queries/code-statistics.ts';
import { codeUsage } from '#db/sqlite/queries/encounters.ts';
import { useCase } from '../use-case.ts';

const usage = new WeakMap<object, Map<string, { at: number; counts: Map<string, number> }>>();
const FRESH_MS = 10 * 60_000;

/** What the ICPC-2 codes beside it may mean in ICD-10 comes first: one code or none is chosen, by a person. */
function withSuggested(hits: readonly CodeHit[], besides: readonly string[], limit: number): CodeHit[] {
  const suggested = besides.flatMap((icpc2) =>
    icd10For(normaliseCode(icpc2)).flatMap(({ code }): CodeHit[] => {
      const found = findCode('icd-10', code);
      return found === undefined ? [] : [{ ...found, why: 'suggested', via: icpc2 }];
    }),
  );
  const first = suggested.filter(({ code }, at) => suggested.findIndex((other) => other.code === code) === at);
  return [...first, ...hits.filter(({ code }) => !first.some((other) => other.code === code))].slice(0, limit);
}

export const codeHandlers = [
  useCase('code.search', (ctx, { query, system, limit, besides }) => {
    let known = usage.get(ctx.db);
    if (known === undefined) usage.set(ctx.db, (known = new Map()));
    const now = Date.parse(ctx.now);
    let counted = known.get(system);
    if (counted === undefined || Math.abs(now - counted.at) > FRESH_MS)
      known.set(system, (counted = { at: now, counts: codeUsage(ctx.db, system) }));
    const hits = searchCodes(query, { system, usage: counted.counts, limit });
    return ok({ hits: query.trim() === '' && system === 'icd-10' ? withSuggested(hits, besides, limit) : hits });
  }),
  useCase('code.statistics', (ctx, { system, from, to, practitionerId }) => {
    if (to < from) return err('period/backwards');
    const period = { from: clinicDayBounds(from).from, to: clinicDayBounds(to).to, practitionerId };
    ctx.audit({ action: 'read', details: { statistics: { system, from, to } } });
    return ok({ rows: codeStatistics(ctx.db, system, period), visits: signedVisits(ctx.db, period) });
  }),
];
