/** The operator's variables for webhooks that go out. Nothing goes anywhere before an administrator of a clinic has named an address. */
import { z } from 'zod';

const whole = (min: number, max: number) => z.coerce.number().int().min(min).max(max);

export const environment = {
  WEBHOOKS_ALLOW: z
    .string()
    .default('')
    .transform((text) =>
      text
        .split(',')
        .map((one) => one.trim().toLowerCase())
        .filter((one) => one !== ''),
    )
    .refine(
      (all) => all.every((one) => /^(?:[a-z0-9.-]+|\[[0-9a-f:]+\]):\d{1,5}$/.test(one)),
      'must be hosts with their ports, as erp.internal:8080, with commas between',
    ),
  WEBHOOKS_TIMEOUT_MS: whole(500, 30_000).default(10_000),
  WEBHOOKS_DISABLE_AFTER_HOURS: whole(1, 720).default(120),
};

export interface WebhooksConfig {
  /** Hosts with ports to which plain HTTP and private addresses are allowed. */
  allow: ReadonlySet<string>;
  timeoutMs: number;
  disableAfterHours: number;
}

export function configure(e: z.output<z.ZodObject<typeof environment>>): WebhooksConfig {
  return {
    allow: new Set(e.WEBHOOKS_ALLOW),
    timeoutMs: e.WEBHOOKS_TIMEOUT_MS,
    disableAfterHours: e.WEBHOOKS_DISABLE_AFTER_HOURS,
  };
}
