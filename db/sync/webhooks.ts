/** The wire form of a clinic's webhooks (GET and POST /v1/webhooks): its addresses, and what went to them. */
import { z } from 'zod';

const instant = z.string().nullable();
export const webhooksAnswerSchema = z.object({
  endpoints: z.array(
    z.object({
      id: z.string(),
      url: z.string(),
      events: z.array(z.string()),
      enabled: z.boolean(),
      failingSince: instant,
      endedBy: z.string().nullable(),
    }),
  ),
  deliveries: z.array(
    z.object({
      id: z.string(),
      endpointId: z.string(),
      type: z.string(),
      state: z.enum(['waiting', 'delivered', 'failed', 'dropped']),
      attempts: z.int(),
      status: z.int().nullable(),
      ms: z.int().nullable(),
      code: z.string().nullable(),
      createdAt: z.string(),
      triedAt: instant,
    }),
  ),
});
/** The secret is told this once. */
export const webhookAddedSchema = z.object({ id: z.string(), secret: z.string() });
