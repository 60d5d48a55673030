/** For those who operate the server. */
import { z } from 'zod';
import { metricsText, metricsType } from '../plugins/metrics.ts';
import { openApi } from './openapi.ts';
import { route, type Route } from './route.ts';

export const health = route({
  method: 'GET',
  path: '/health',
  summary: 'The process is alive.',
  auth: 'open',
  responses: { 200: { description: 'Alive.', schema: z.object({ status: z.literal('ok'), version: z.string() }) } },
  async run({ deps }) {
    return { status: 200, body: { status: 'ok', version: deps.version } };
  },
});

export const ready = route({
  method: 'GET',
  path: '/ready',
  summary: 'The process can do its work: each dependency with its state.',
  auth: 'open',
  responses: {
    200: {
      description: 'Ready.',
      schema: z.object({
        status: z.literal('ready'),
        postgres: z.string(),
        listening: z.string(),
        redis: z.string().optional(),
        integrations: z.record(z.string(), z.string()),
        clerk: z.enum(['on', 'off']),
        helseId: z.enum(['on', 'off']),
        virusScan: z.enum(['on', 'off']),
      }),
    },
    503: { description: 'Not ready.' },
  },
  async run({ deps }) {
    const postgres = await deps.pool.query('select 1').then(
      () => 'ok',
      () => 'unreachable',
    );
    const listening = deps.wakeUps.connected() ? 'ok' : 'reconnecting';
    const heard = deps.wakeUps.redisConnected?.();
    const redis = heard === undefined ? {} : { redis: heard ? 'ok' : 'reconnecting' };
    // What is off does not make the server unready: it says so, and the clinics work on.
    const integrations = Object.fromEntries((deps.integrations?.states() ?? []).map(({ name, state }) => [name, state]));
    const clerk = deps.clerk === undefined ? 'off' : 'on';
    const helseId = deps.helseId === undefined ? 'off' : 'on';
    // Off: attachments are given out as they came.
    const virusScan = deps.scans === undefined ? 'off' : 'on';
    // One of the two ways to hear of changes is enough.
    const isReady = postgres === 'ok' && (listening === 'ok' || heard === true);
    return {
      status: isReady ? 200 : 503,
      body: { status: isReady ? 'ready' : 'not-ready', postgres, listening, ...redis, clerk, helseId, virusScan, integrations },
    };
  },
});

export const metrics = route({
  method: 'GET',
  path: '/metrics',
  summary: 'Prometheus metrics.',
  auth: 'open',
  responses: { 200: { description: 'Text in the Prometheus format.' } },
  async run({ deps }) {
    return { status: 200, headers: { 'content-type': metricsType }, body: await metricsText(deps) };
  },
});

export function openApiPage(routes: () => readonly Route[]): Route {
  return route({
    method: 'GET',
    path: '/openapi.json',
    summary: 'This description.',
    auth: 'open',
    responses: { 200: { description: 'OpenAPI 3.1.' } },
    async run({ deps }) {
      return { status: 200, body: openApi(routes(), deps.version) };
    },
  });
}
