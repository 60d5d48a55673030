import { MAX_REQUEST_BYTES, pushReplySchema, pushRequestSchema, WAITED_HEADER } from '#db/sync/change.ts';
import { HANDED_IN } from '#db/sync/handed-in.ts';
import { acceptChanges } from '../core/accept-changes.ts';
import { noteHandedIn } from '../core/handed-in.ts';
import { heldIn } from '../core/held.ts';
import { seal as sealText } from '../core/sealed-secret.ts';
import { keysOf } from '../core/second-factor.ts';
import { countOutcome, countRefusal, countWaited } from '../plugins/metrics.ts';
import { route } from './route.ts';

export const pushChanges = route({
  method: 'POST',
  path: '/v1/changes',
  summary: "A device's changes and log, in order. One outcome per change; 200 does not mean applied.",
  auth: 'also-revoked',
  keepsRefused: true,
  bodyBytes: MAX_REQUEST_BYTES,
  body: pushRequestSchema,
  responses: { 200: { description: 'What became of each change.', schema: pushReplySchema } },
  async run({ deps, principal, body, headers }) {
    countWaited(headers[WAITED_HEADER]);
    const { store, epoch, now } = deps;
    const keys = keysOf(deps);
    const seal = (clinicId: string, text: string) => sealText(keys, heldIn(clinicId), text);
    const result = await acceptChanges({ store, epoch, now, elapsed: () => performance.now(), count: countOutcome, seal }, principal, body);
    if (!result.ok) return result;
    for (const { code } of result.value.outcomes) if (code !== undefined) countRefusal(code);
    if (result.value.outcomes.some(({ code }) => code === HANDED_IN)) await noteHandedIn(deps.pool, principal.clinicId, body.deviceId);
    return { status: 200, body: result.value };
  },
});
