/** Where a page ends and the next begins: sealed, since the search it belongs to may hold a patient's name, and bound to whoever searched. */
import { z } from 'zod';
import type { ServerDeps } from '../deps.ts';
import { seal, unseal } from '../sealed-secret.ts';
import { keysOf } from '../second-factor.ts';
import type { FhirCaller } from './who.ts';

/** After the last resource of a page in a list that was sorted, or the last row in one that is walked through. */
const cursorSchema = z.union([
  z.strictObject({ k: z.array(z.union([z.string(), z.number()])), id: z.string() }),
  z.strictObject({ kind: z.int().min(0), after: z.string() }),
]);
export type Cursor = z.infer<typeof cursorSchema>;
const pageSchema = z.strictObject({ type: z.string(), query: z.string(), strict: z.boolean(), cursor: cursorSchema });
export type Page = z.infer<typeof pageSchema>;

const about = ({ clinicId, userId, app }: FhirCaller): string =>
  `fhir-page|${clinicId}|${userId}${app === undefined ? '' : `|${app.grantId}`}`;

export function sealPage(deps: ServerDeps, caller: FhirCaller, page: Page): string {
  return seal(keysOf(deps), about(caller), JSON.stringify(page));
}

/** Undefined for what was not sealed here for this person. */
export function openPage(deps: ServerDeps, caller: FhirCaller, sealed: string): Page | undefined {
  if (sealed.length > 20_000) return undefined;
  const text = unseal(keysOf(deps), about(caller), sealed);
  if (text === undefined) return undefined;
  const parsed = pageSchema.safeParse(JSON.parse(text));
  return parsed.success ? parsed.data : undefined;
}
