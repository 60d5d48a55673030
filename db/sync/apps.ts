/** What the server answers about a clinic's apps (SMART App Launch): said by the server, read by the laptop. */
import { z } from 'zod';

export const appsAnswerSchema = z.object({
  /** Whether other systems come in by FHIR at all. */
  api: z.boolean(),
  apps: z.boolean(),
  list: z.array(
    z.object({
      id: z.uuid(),
      name: z.string(),
      kind: z.enum(['public', 'secret', 'key']),
      redirectUris: z.array(z.string()),
      launchUrl: z.string(),
      scopes: z.string(),
      enabled: z.boolean(),
    }),
  ),
});
export const appAddedSchema = z.object({ id: z.uuid(), secret: z.string().nullable() });
export const appSecretSchema = z.object({ secret: z.string() });
export const appLaunchedSchema = z.object({ url: z.string() });
