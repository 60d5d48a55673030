/** How every route is asked, for tests that judge all of them: a new route is put here, or they fail. */
import { BEFORE_ALL } from '#db/sync/compare.ts';
import type { Route } from '../routes/route.ts';

export const PNG = Buffer.from('89504e470d0a1a0a', 'hex');
export const nameOf = ({ method, path }: Route) => `${method} ${path}`;

/** Somebody's things: their person, their device, and an attachment with the device's id. */
export interface Target {
  userId: string;
  deviceId: string;
}

/** Routes that may be asked without a token; a new one must be put here on purpose. */
export const OPEN = [
  'GET /health',
  'GET /ready',
  'GET /metrics',
  'GET /openapi.json',
  'GET /fhir/R4/metadata',
  'POST /v1/clinics',
  'POST /v1/sessions',
  'POST /v1/devices',
  // Proven by the vendor's signature (messages.test.ts).
  'POST /api/v1/webhooks/:source',
  'POST /api/v1/webhooks/clerk',
  // Proven by our own signature (watched.test.ts).
  'GET /api/v1/watched/open/:token',
  'GET /api/v1/watched/click/:token',
  'GET /auth/clerk/sign-in',
  'GET /auth/clerk/assets/:file',
  // By the state of a login, and the cookie of the browser that began it (helseid-refused.test.ts).
  'GET /auth/helseid/login',
  'GET /auth/helseid/callback',
  'GET /auth/helseid/logout',
  'POST /v1/sessions/helseid',
  // SMART: by a ticket, a launch with its browser's cookie, or what an app shows (smart.test.ts).
  'GET /fhir/R4/.well-known/smart-configuration',
  'GET /auth/smart/.well-known/openid-configuration',
  'GET /auth/smart/jwks',
  'GET /auth/smart/launch',
  'GET /auth/smart/authorize',
  'POST /auth/smart/token',
  'POST /auth/smart/introspect',
  'POST /auth/smart/revoke',
];

/** Valid by FHIR, whoever the patient is. */
const answersAbout = (patientId: string) => ({
  resourceType: 'QuestionnaireResponse',
  questionnaire: 'http://example.test/Questionnaire/1',
  status: 'completed',
  subject: { reference: `Patient/${patientId}` },
});
const bookingOf = (id: string, userId: string) => ({
  resourceType: 'Appointment',
  id,
  status: 'booked',
  serviceType: [{ coding: [{ system: 'urn:ryggrad:visit-type', code: 'follow_up' }] }],
  start: '2026-12-01T09:00:00.000Z',
  end: '2026-12-01T09:30:00.000Z',
  participant: [
    { actor: { reference: `Patient/${id}` }, status: 'needs-action' },
    { actor: { reference: `Practitioner/${userId}` }, status: 'accepted' },
  ],
});
const transactionOf = (resource: object) => ({
  resourceType: 'Bundle',
  type: 'transaction',
  entry: [{ resource, request: { method: 'POST', url: 'QuestionnaireResponse' } }],
});

/** How each closed route is asked about something of `target`'s clinic; a route without an entry fails the test. */
export const PROBES: Record<string, (target: Target) => { url: string; payload?: unknown }> = {
  'POST /v1/devices/invitations': (target) => ({ url: '/v1/devices/invitations', payload: { userId: target.userId } }),
  'GET /v1/devices': () => ({ url: '/v1/devices' }),
  'POST /v1/devices/:id/revoke': (target) => ({ url: `/v1/devices/${target.deviceId}/revoke` }),
  'PUT /v1/accounts/:userId': (target) => ({
    url: `/v1/accounts/${target.userId}`,
    payload: { verifier: '$argon2id$v=19$m=65536,t=3,p=1$c29tZXNhbHRzb21lc2FsdA$H2GkA3cRKs4Y0rkNdcAtH3KnKVbBDmPgSgbOWaWzgQ8' },
  }),
  'GET /v1/second-factor': () => ({ url: '/v1/second-factor' }),
  'POST /v1/second-factor': () => ({ url: '/v1/second-factor' }),
  'POST /v1/second-factor/confirm': () => ({ url: '/v1/second-factor/confirm', payload: { code: 'ikke en kode' } }),
  'POST /v1/second-factor/recovery-codes': () => ({ url: '/v1/second-factor/recovery-codes', payload: { code: 'ikke en kode' } }),
  'POST /v1/second-factor/off': () => ({ url: '/v1/second-factor/off', payload: { code: 'ikke en kode' } }),
  'POST /v1/accounts/:userId/second-factor/reset': (target) => ({ url: `/v1/accounts/${target.userId}/second-factor/reset` }),
  'POST /v1/changes': (target) => ({ url: '/v1/changes', payload: { protocol: 1, deviceId: target.deviceId, changes: [], audit: [] } }),
  'GET /v1/shape': () => ({ url: '/v1/shape?table=feed&offset=-1' }),
  'GET /v1/bootstrap': () => ({ url: '/v1/bootstrap' }),
  'GET /v1/digest': () => ({ url: '/v1/digest' }),
  'POST /v1/compare': () => ({
    url: '/v1/compare',
    payload: { entity: 'note_section', after: BEFORE_ALL, limit: 500, withRows: true },
  }),
  'GET /v1/lease': () => ({ url: '/v1/lease' }),
  'DELETE /v1/sessions/helseid': () => ({ url: '/v1/sessions/helseid' }),
  'GET /v1/helseid': () => ({ url: '/v1/helseid' }),
  'POST /v1/helseid/binding': () => ({ url: '/v1/helseid/binding', payload: { code: 'ikke en kode', verifier: 'v'.repeat(43) } }),
  'POST /v1/helseid/bindings/:userId/remove': (target) => ({ url: `/v1/helseid/bindings/${target.userId}/remove` }),
  'PUT /v1/helseid/required': () => ({ url: '/v1/helseid/required', payload: { required: false } }),
  'GET /v1/audit/anchor': () => ({ url: '/v1/audit/anchor' }),
  'POST /v1/audit': (target) => ({
    url: '/v1/audit',
    payload: { patientId: null, actorId: target.userId, action: null, from: null, to: null, before: null, limit: 100 },
  }),
  'POST /v1/handed-in': () => ({ url: '/v1/handed-in', payload: { limit: 10 } }),
  'POST /v1/held': () => ({ url: '/v1/held', payload: { limit: 10 } }),
  'POST /v1/handed-in/decide': (target) => ({
    url: '/v1/handed-in/decide',
    payload: { deviceId: target.deviceId, ns: [1, 2, 3, 4, 5], decision: 'set_aside' },
  }),
  // The target's attachment has the id of its device.
  'GET /v1/attachments/:id/content': (target) => ({ url: `/v1/attachments/${target.deviceId}/content` }),
  'PUT /v1/attachments/:id/content/:n': (target) => ({ url: `/v1/attachments/${target.deviceId}/content/0`, payload: PNG }),
  'POST /v1/attachments/:id/content/complete': (target) => ({ url: `/v1/attachments/${target.deviceId}/content/complete` }),
  'GET /v1/attachments/:id/content/:n': (target) => ({ url: `/v1/attachments/${target.deviceId}/content/0` }),
  'GET /v1/attachments/:id/direct': (target) => ({ url: `/v1/attachments/${target.deviceId}/direct?from=0` }),
  'GET /v1/letters/:id/pdf': (target) => ({ url: `/v1/letters/${target.deviceId}/pdf` }),
  'GET /v1/payments/:id/receipt': (target) => ({ url: `/v1/payments/${target.deviceId}/receipt` }),
  'GET /v1/invoices/:id/pdf': (target) => ({ url: `/v1/invoices/${target.deviceId}/pdf` }),
  'POST /v1/statements': (target) => ({
    url: '/v1/statements',
    payload: { patientId: target.deviceId, from: '2026-01-01', to: '2026-12-31' },
  }),
  'GET /v1/apps': () => ({ url: '/v1/apps' }),
  'POST /v1/apps': () => ({
    url: '/v1/apps',
    payload: {
      name: 'App',
      kind: 'public',
      redirectUris: ['https://app.example.test/ferdig'],
      launchUrl: 'https://app.example.test/start',
      scopes: 'launch patient/*.rs',
    },
  }),
  'POST /v1/apps/:id': (target) => ({ url: `/v1/apps/${target.deviceId}`, payload: { enabled: false } }),
  'POST /v1/apps/:id/secret': (target) => ({ url: `/v1/apps/${target.deviceId}/secret` }),
  'DELETE /v1/apps/:id': (target) => ({ url: `/v1/apps/${target.deviceId}` }),
  'PUT /v1/apps/switches': () => ({ url: '/v1/apps/switches', payload: { api: true, apps: true } }),
  'POST /v1/apps/:id/launch': (target) => ({
    url: `/v1/apps/${target.deviceId}/launch`,
    payload: { patientId: target.userId, encounterId: null },
  }),
  'GET /v1/webhooks': () => ({ url: '/v1/webhooks' }),
  'POST /v1/webhooks': () => ({ url: '/v1/webhooks', payload: { url: 'https://erp.example.no/ryggrad', events: ['booking.created'] } }),
  'POST /v1/webhooks/:id': (target) => ({ url: `/v1/webhooks/${target.deviceId}`, payload: { enabled: false } }),
  'DELETE /v1/webhooks/:id': (target) => ({ url: `/v1/webhooks/${target.deviceId}` }),
  'POST /v1/webhooks/:id/test': (target) => ({ url: `/v1/webhooks/${target.deviceId}/test` }),
  'POST /v1/webhooks/deliveries/:id/replay': (target) => ({ url: `/v1/webhooks/deliveries/${target.deviceId}/replay` }),
  'GET /v1/integrations': () => ({ url: '/v1/integrations' }),
  'POST /v1/integrations/:name/check': () => ({ url: '/v1/integrations/sms/check' }),
  'POST /v1/ai/drafts': (target) => ({
    url: '/v1/ai/drafts',
    payload: { task: 'letter', patientId: target.userId, sources: [{ n: 1, part: 'subjective', text: 'Bedre siden sist.' }], codes: [] },
  }),
  'GET /v1/jobs/dead': () => ({ url: '/v1/jobs/dead' }),
  'POST /v1/jobs/dead/:id/replay': (target) => ({ url: `/v1/jobs/dead/${target.deviceId}/replay` }),
  // The target's attachment is a DocumentReference with the id of its device.
  'GET /fhir/R4/:type': () => ({ url: '/fhir/R4/Patient' }),
  'POST /fhir/R4/:type/_search': () => ({ url: '/fhir/R4/Encounter/_search' }),
  'GET /fhir/R4/:type/:id': (target) => ({ url: `/fhir/R4/DocumentReference/${target.deviceId}` }),
  'GET /fhir/R4/:type/:id/_history': (target) => ({ url: `/fhir/R4/DocumentReference/${target.deviceId}/_history` }),
  'GET /fhir/R4/:type/:id/_history/:version': (target) => ({ url: `/fhir/R4/Practitioner/${target.userId}/_history/1` }),
  'POST /fhir/R4/:type': (target) => ({ url: '/fhir/R4/QuestionnaireResponse', payload: answersAbout(target.deviceId) }),
  'PUT /fhir/R4/:type/:id': (target) => ({
    url: `/fhir/R4/Appointment/${target.deviceId}`,
    payload: bookingOf(target.deviceId, target.userId),
  }),
  'GET /fhir/R4/Binary/:id': (target) => ({ url: `/fhir/R4/Binary/${target.deviceId}` }),
  'GET /fhir/R4/$export': () => ({ url: '/fhir/R4/$export' }),
  'GET /fhir/R4/Patient/$export': () => ({ url: '/fhir/R4/Patient/$export' }),
  'GET /fhir/R4/_export/:id': (target) => ({ url: `/fhir/R4/_export/${target.deviceId}` }),
  'DELETE /fhir/R4/_export/:id': (target) => ({ url: `/fhir/R4/_export/${target.deviceId}` }),
  'GET /fhir/R4/_export/:id/:file': (target) => ({ url: `/fhir/R4/_export/${target.deviceId}/0` }),
  'POST /fhir/R4': (target) => ({ url: '/fhir/R4', payload: transactionOf(answersAbout(target.deviceId)) }),
  'POST /fhir/R4/': (target) => ({ url: '/fhir/R4/', payload: transactionOf(answersAbout(target.deviceId)) }),
  'GET /fhir/R4/Patient/:id/$everything': (target) => ({ url: `/fhir/R4/Patient/${target.deviceId}/$everything` }),
};

/** Asked of a type, not of anything of somebody's: the answer is the caller's own. */
export const OF_A_TYPE = new Set(['GET /fhir/R4/:type', 'POST /fhir/R4/:type/_search']);

/** What was refused, said as a problem or as an OperationOutcome. */
export function refusalIn(answer: { statusCode: number; json(): unknown }): { status: number; code: string | undefined } {
  const said = answer.json() as { status?: number; code?: string; issue?: { details?: { coding?: { code?: string }[] } }[] };
  if (said.issue === undefined) return { status: said.status ?? answer.statusCode, code: said.code };
  return { status: answer.statusCode, code: said.issue[0]?.details?.coding?.[0]?.code };
}
