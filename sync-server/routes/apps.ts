/** Apps of the clinic: an administrator registers them, a person launches one for a patient from their laptop. */
import { z } from 'zod';
import { appAddedSchema, appLaunchedSchema, appSecretSchema, appsAnswerSchema } from '#db/sync/apps.ts';
import { listApps, registerApp, renewSecret, setApp, setSwitches } from '../core/smart/apps.ts';
import { beginLaunch } from '../core/smart/launch.ts';
import { route } from './route.ts';

const id = z.uuid().toLowerCase();
const params = z.strictObject({ id });
const admin = { auth: 'person', roles: ['ADMIN'] } as const;
const address = z.string().min(1).max(1000);
const fields = {
  name: z.string().trim().min(1).max(80),
  redirectUris: z.array(address).min(1).max(10),
  launchUrl: address,
  scopes: z.string().min(1).max(2000),
};

const listAll = route({
  method: 'GET',
  path: '/v1/apps',
  summary: 'Apps that may be launched; all of them, with what they may, for an administrator. No secrets.',
  auth: 'person',
  responses: { 200: { description: 'Apps and switches.', schema: appsAnswerSchema } },
  run: async ({ deps, principal }) => ({ status: 200, body: await listApps(deps, principal) }),
});

const add = route({
  ...admin,
  method: 'POST',
  path: '/v1/apps',
  summary: 'Registers an app; its client id, and its secret where it has one, which is told this once.',
  body: z.strictObject({
    ...fields,
    kind: z.enum(['public', 'secret', 'key']),
    jwks: z.looseObject({ keys: z.array(z.record(z.string().max(20), z.unknown())).max(5) }).optional(),
  }),
  responses: { 201: { description: 'Registered.', schema: appAddedSchema } },
  async run({ deps, principal, body }) {
    const result = await registerApp(deps, principal, body);
    return result.ok ? { status: 201, body: result.value } : result;
  },
});

const change = route({
  ...admin,
  method: 'POST',
  path: '/v1/apps/:id',
  summary: 'Switches an app on or off, or changes what is registered; what it holds is worth nothing while it is off.',
  params,
  body: z
    .strictObject({
      name: fields.name.optional(),
      redirectUris: fields.redirectUris.optional(),
      launchUrl: fields.launchUrl.optional(),
      scopes: fields.scopes.optional(),
      enabled: z.boolean().optional(),
    })
    .refine((body) => Object.keys(body).length > 0),
  responses: { 204: { description: 'Done.' } },
  async run({ deps, principal, params: { id: appId }, body }) {
    const result = await setApp(deps, principal, appId, body);
    return result.ok ? { status: 204 } : result;
  },
});

const renew = route({
  ...admin,
  method: 'POST',
  path: '/v1/apps/:id/secret',
  summary: 'A new secret, told this once; the old one is worth nothing from now on.',
  params,
  responses: { 200: { description: 'The secret.', schema: appSecretSchema } },
  async run({ deps, principal, params: { id: appId } }) {
    const result = await renewSecret(deps, principal, appId);
    return result.ok ? { status: 200, body: result.value } : result;
  },
});

const remove = route({
  ...admin,
  method: 'DELETE',
  path: '/v1/apps/:id',
  summary: 'Takes an app away, with all it holds.',
  params,
  responses: { 204: { description: 'Gone.' } },
  async run({ deps, principal, params: { id: appId } }) {
    const result = await setApp(deps, principal, appId, { enabled: false, deleted: true });
    return result.ok ? { status: 204 } : result;
  },
});

const switches = route({
  ...admin,
  method: 'PUT',
  path: '/v1/apps/switches',
  summary: 'Whether the clinic lets other systems in by FHIR at all, and whether it lets apps in.',
  body: z.strictObject({ api: z.boolean(), apps: z.boolean() }),
  responses: { 204: { description: 'So it is now.' } },
  async run({ deps, principal, body }) {
    await setSwitches(deps, principal, body);
    return { status: 204 };
  },
});

const launch = route({
  method: 'POST',
  path: '/v1/apps/:id/launch',
  summary: 'Begins to launch an app for a patient: the address that the system’s browser is to open within a minute.',
  auth: 'person',
  reads: 'chart',
  params,
  body: z.strictObject({ patientId: id, encounterId: id.nullable() }),
  responses: { 201: { description: 'The address.', schema: appLaunchedSchema } },
  async run({ deps, principal, params: { id: appId }, body, origin }) {
    const begun = await beginLaunch(deps, principal, { appId, ...body });
    return begun.ok ? { status: 201, body: { url: `${deps.publicUrl ?? origin}/auth/smart/launch?ticket=${begun.value.ticket}` } } : begun;
  },
});

export const appRoutes = [listAll, add, change, renew, remove, switches, launch];
