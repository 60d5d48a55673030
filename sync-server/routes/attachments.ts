/** The bytes of attachments: asked for by the id of their row, in pieces that can be sent again (db/sync/content.ts). */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { CHUNK_HASH_HEADER, contentStateSchema, directContentSchema, sha256Schema } from '#db/sync/content.ts';
import { completeContent, contentState, giveChunk, givePlaces, takeChunk } from '../core/attachment-content.ts';
import { err } from '../core/result.ts';
import { route } from './route.ts';

const id = z.uuid().toLowerCase();
const piece = z.strictObject({
  id,
  n: z
    .string()
    .regex(/^\d{1,3}$/)
    .transform(Number),
});

export const attachmentState = route({
  method: 'GET',
  path: '/v1/attachments/:id/content',
  summary: 'Which pieces of an attachment the server has; for who reads notes.',
  auth: 'also-revoked',
  params: z.strictObject({ id }),
  responses: { 200: { description: 'What need not be sent again.', schema: contentStateSchema } },
  async run({ deps, principal, params }) {
    const result = await contentState(deps, principal, params.id);
    return result.ok ? { status: 200, body: result.value } : result;
  },
});

export const putAttachmentChunk = route({
  method: 'PUT',
  path: '/v1/attachments/:id/content/:n',
  summary: 'One piece, with its SHA-256 in x-chunk-sha256. A revoked device may still hand in what the record knows of.',
  auth: 'also-revoked',
  params: piece,
  takesBytes: true,
  responses: { 204: { description: 'Kept; also when it was here already.' } },
  async run({ deps, principal, params, body, headers }) {
    const hash = sha256Schema.safeParse(headers[CHUNK_HASH_HEADER]);
    if (!hash.success || !Buffer.isBuffer(body)) return err('request/malformed', { fields: [CHUNK_HASH_HEADER] });
    const result = await takeChunk(deps, principal, { ...params, bytes: body, hash: hash.data });
    return result.ok ? { status: 204 } : result;
  },
});

export const completeAttachment = route({
  method: 'POST',
  path: '/v1/attachments/:id/content/complete',
  summary: 'Says that all pieces are sent; the server verifies the whole against the hash in the record.',
  auth: 'also-revoked',
  params: z.strictObject({ id }),
  responses: { 204: { description: 'The whole is here and is what the record says.' } },
  async run({ deps, principal, params }) {
    const result = await completeContent(deps, principal, params.id);
    return result.ok ? { status: 204 } : result;
  },
});

export const getAttachmentChunk = route({
  method: 'GET',
  path: '/v1/attachments/:id/content/:n',
  summary: 'One piece of an attachment that is here as a whole; for who reads notes.',
  auth: 'signed-in',
  reads: 'chart',
  params: piece,
  responses: { 200: { description: 'Bytes, with their SHA-256 in x-chunk-sha256.' } },
  async run({ deps, principal, params }) {
    const result = await giveChunk(deps, principal, params.id, params.n);
    if (!result.ok) return result;
    return {
      status: 200,
      headers: {
        'content-type': 'application/octet-stream',
        [CHUNK_HASH_HEADER]: createHash('sha256').update(result.value).digest('hex'),
      },
      body: result.value,
    };
  },
});

export const directAttachment = route({
  method: 'GET',
  path: '/v1/attachments/:id/direct',
  summary: 'Where a bucket gives out the next pieces of a large attachment itself, sealed, each with its own key; may be none.',
  auth: 'signed-in',
  reads: 'chart',
  params: z.strictObject({ id }),
  query: z.strictObject({
    from: z
      .string()
      .regex(/^\d{1,3}$/)
      .transform(Number),
  }),
  responses: { 200: { description: 'Addresses that hold for minutes.', schema: directContentSchema } },
  async run({ deps, principal, params, query }) {
    const result = await givePlaces(deps, principal, params.id, query.from);
    return result.ok ? { status: 200, body: result.value } : result;
  },
});
