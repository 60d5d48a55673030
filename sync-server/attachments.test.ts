/** The bytes of attachments at the server: what is taken, what is refused and why, and who may have them. */
import { createHash, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { v7 } from 'uuid';
import { CHUNK_BYTES, CHUNK_HASH_HEADER } from '#db/sync/content.ts';
import { withClinic } from '#db/postgres/open.ts';
import { addColleague, foundClinic, newAttachment, newPatient, request, write, type Laptop } from './testing/test-clinic.ts';
import { openedFields } from './testing/opened.ts';
import { openTestDatabase, PLACES, type TestDatabase } from './testing/test-database.ts';
import { openTestServer, type TestServer } from './testing/test-server.ts';

const PNG = Buffer.from('89504e470d0a1a0a', 'hex');
const image = (length: number) => Buffer.concat([PNG, randomBytes(length - PNG.length)]);

describe.each(PLACES)('attachments (%s)', (place) => {
  let database: TestDatabase;
  let server: TestServer;
  let owner: Laptop;
  let colleague: Laptop;
  let desk: Laptop;
  let foreigner: Laptop;
  let patientId: string;
  beforeAll(async () => {
    database = await openTestDatabase(place);
    server = await openTestServer(database);
    owner = await foundClinic(server.app);
    colleague = await addColleague(server.app, owner, ['PRACTITIONER']);
    desk = await addColleague(server.app, owner, ['ASSISTANT']);
    foreigner = await foundClinic(server.app);
    const patient = newPatient();
    patientId = patient.rowId;
    await write(server.app, owner, patient);
  });
  afterAll(async () => {
    await server?.close();
    await database?.close();
  });

  /** Its row, accepted; not yet its bytes. */
  async function attached(bytes: Buffer, mediaType?: string): Promise<string> {
    const draft = newAttachment(owner, patientId, bytes, mediaType);
    expect(await write(server.app, owner, draft)).toMatchObject({ outcome: 'applied' });
    return draft.rowId;
  }
  const put = (id: string, n: number, bytes: Buffer, caller = owner) =>
    request(server.app, caller, 'PUT', `/v1/attachments/${id}/content/${n}`, bytes);
  const state = async (id: string, caller = owner) =>
    (await request(server.app, caller, 'GET', `/v1/attachments/${id}/content`)).json<unknown>();
  const complete = (id: string, caller = owner) => request(server.app, caller, 'POST', `/v1/attachments/${id}/content/complete`);
  const get = (id: string, n: number, caller = colleague) => request(server.app, caller, 'GET', `/v1/attachments/${id}/content/${n}`);
  const code = (answer: { json<T>(): T }) => answer.json<{ code: string }>().code;
  const pieces = (bytes: Buffer) =>
    Array.from({ length: Math.ceil(bytes.length / CHUNK_BYTES) }, (_, n) => bytes.subarray(n * CHUNK_BYTES, (n + 1) * CHUNK_BYTES));

  it('goes up in pieces in any order, is verified as a whole, and comes down byte for byte on a colleague’s laptop', async () => {
    const bytes = image(2 * CHUNK_BYTES + 77);
    const id = await attached(bytes);
    expect(await state(id)).toEqual({ byteLength: bytes.length, complete: false, have: [] });
    const [first, second, third] = pieces(bytes) as [Buffer, Buffer, Buffer];
    expect((await put(id, 2, third)).statusCode).toBe(204);
    expect((await put(id, 0, first)).statusCode).toBe(204);
    expect(await state(id)).toMatchObject({ have: [0, 2] });
    expect(code(await complete(id))).toBe('attachment/incomplete');
    // Nothing goes out before the whole was verified.
    expect(code(await get(id, 0))).toBe('attachment/not-uploaded');
    expect((await put(id, 1, second)).statusCode).toBe(204);
    // Sent again because the answer was lost: the same.
    expect((await put(id, 1, second)).statusCode).toBe(204);
    expect((await complete(id)).statusCode).toBe(204);
    expect((await complete(id)).statusCode).toBe(204);
    expect(await state(id, colleague)).toMatchObject({ complete: true, have: [0, 1, 2] });
    const back = await Promise.all([0, 1, 2].map((n) => get(id, n)));
    for (const { headers, rawPayload } of back) {
      expect(headers[CHUNK_HASH_HEADER]).toBe(createHash('sha256').update(rawPayload).digest('hex'));
      expect(headers['cache-control']).toBe('private, no-store');
      expect(headers['content-type']).toBe('application/octet-stream');
    }
    expect(Buffer.concat(back.map(({ rawPayload }) => rawPayload)).equals(bytes)).toBe(true);
    // The same picture for another attachment is there already.
    expect(await state(await attached(bytes))).toMatchObject({ complete: true });
  });

  it('refuses a piece of another length, another hash, another kind of file, and one beyond the end', async () => {
    const bytes = image(CHUNK_BYTES + 10);
    const id = await attached(bytes);
    const [first, second] = pieces(bytes) as [Buffer, Buffer];
    expect(code(await put(id, 0, first.subarray(1)))).toBe('attachment/chunk-size');
    expect(code(await put(id, 1, first))).toBe('attachment/chunk-size');
    expect(code(await put(id, 2, second))).toBe('attachment/chunk-size');
    expect(code(await put(id, 0, Buffer.concat([first, Buffer.of(1)])))).toBe('request/too-large');
    const forged = await server.app.inject({
      method: 'PUT',
      url: `/v1/attachments/${id}/content/1`,
      headers: {
        authorization: `Bearer ${owner.credential}`,
        'content-type': 'application/octet-stream',
        [CHUNK_HASH_HEADER]: createHash('sha256').update('something else').digest('hex'),
      },
      payload: second,
    });
    expect([forged.statusCode, code(forged)]).toEqual([422, 'attachment/chunk-hash']);
    const page = Buffer.concat([Buffer.from('<html><script>'), randomBytes(CHUNK_BYTES - 14)]);
    expect(code(await put(id, 0, page))).toBe('attachment/type');
    // A PDF is allowed, but this row says that it is a picture.
    expect(code(await put(id, 0, Buffer.concat([Buffer.from('%PDF-1.7\n'), randomBytes(CHUNK_BYTES - 9)])))).toBe('attachment/type');
    expect(await state(id)).toMatchObject({ have: [] });
  });

  it('pieces that together are not what was signed are thrown away, and can be sent again', async () => {
    const bytes = image(CHUNK_BYTES + 10);
    const id = await attached(bytes);
    const [first, second] = pieces(bytes) as [Buffer, Buffer];
    await put(id, 0, first);
    await put(id, 1, randomBytes(10));
    expect([code(await complete(id)), await state(id)]).toEqual([
      'attachment/hash-mismatch',
      expect.objectContaining({ complete: false, have: [] }),
    ]);
    await put(id, 0, first);
    await put(id, 1, second);
    expect((await complete(id)).statusCode).toBe(204);
  });

  it('takes and gives nothing across clinics, nothing to the desk, and nothing the record does not name', async () => {
    const bytes = image(100);
    const id = await attached(bytes);
    for (const answer of [await put(id, 0, bytes, foreigner), await get(id, 0, foreigner), await complete(id, foreigner)])
      expect([answer.statusCode, code(answer)]).toEqual([404, 'attachment/unknown']);
    for (const answer of [await put(id, 0, bytes, desk), await get(id, 0, desk), await complete(id, desk)])
      expect([answer.statusCode, code(answer)]).toEqual([403, 'attachment/forbidden']);
    expect(code(await put(v7(), 0, bytes))).toBe('attachment/unknown');
    expect(await state(id)).toMatchObject({ have: [] });
    // Row security holds also where a query forgets the clinic.
    await put(id, 0, bytes);
    const seen = await withClinic(server.pool, foreigner.clinicId, (tx) => tx.query('select n from content_chunk'));
    expect(seen.rows).toEqual([]);
  });

  it('a row that says too much, or another kind of file, is kept in quarantine and takes no bytes', async () => {
    const bytes = image(100);
    const tooLarge = newAttachment(owner, patientId, bytes);
    tooLarge.set.byteLength = 200 * 1024 * 1024 + 1;
    const wrongKind = newAttachment(owner, patientId, bytes, 'text/html');
    for (const draft of [tooLarge, wrongKind]) {
      expect(await write(server.app, owner, draft)).toMatchObject({ outcome: 'rejected', code: 'change/malformed' });
      expect(code(await put(draft.rowId, 0, bytes))).toBe('attachment/unknown');
    }
    const fromDesk = newAttachment(desk, patientId, bytes);
    expect(await write(server.app, desk, fromDesk)).toMatchObject({ outcome: 'rejected', code: 'actor/forbidden' });
  });

  it('a finished attachment changes only to entered in error; nobody deletes it', async () => {
    const id = await attached(image(100));
    expect(await write(server.app, owner, { entity: 'attachment', rowId: id, set: { deleted: true } })).toMatchObject({
      outcome: 'rejected',
    });
    expect(await write(server.app, owner, { entity: 'attachment', rowId: id, set: { title: 'Noe annet' } })).toMatchObject({
      outcome: 'conflict',
    });
    const closing = {
      status: 'entered_in_error',
      closedReason: 'Feil pasient',
      closedById: owner.userId,
      closedAt: '2026-11-23T09:00:00.000Z',
    };
    expect(await write(server.app, owner, { entity: 'attachment', rowId: id, set: closing })).toMatchObject({ outcome: 'applied' });
    expect(await openedFields(server.pool, owner.clinicId, 'attachment', ['title', 'status'], 'id = $1', [id])).toEqual([
      { title: 'Røntgen', status: 'entered_in_error' },
    ]);
    await expect(
      withClinic(server.pool, owner.clinicId, (tx) => tx.query("update attachment set sha256 = 'x' where id = $1", [id])),
    ).rejects.toMatchObject({ code: 'RG001' });
  });

  it('a revoked laptop hands in what the record knows of, and gets nothing', async () => {
    const bytes = image(100);
    const late = await addColleague(server.app, owner, ['PRACTITIONER']);
    const draft = newAttachment(late, patientId, bytes);
    await write(server.app, late, draft);
    expect((await request(server.app, owner, 'POST', `/v1/devices/${late.deviceId}/revoke`)).statusCode).toBe(204);
    expect((await put(draft.rowId, 0, bytes, late)).statusCode).toBe(204);
    expect((await complete(draft.rowId, late)).statusCode).toBe(204);
    expect(code(await get(draft.rowId, 0, late))).toBe('device/revoked');
    expect((await get(draft.rowId, 0)).rawPayload.equals(bytes)).toBe(true);
  });

  it('bytes are taken where bytes are meant, and nowhere else', async () => {
    const id = await attached(image(100));
    expect(code(await request(server.app, owner, 'PUT', `/v1/attachments/${id}/content/0`, { a: 1 }))).toBe('request/media-type');
    expect(code(await request(server.app, owner, 'POST', '/v1/changes', Buffer.from('{}')))).toBe('request/media-type');
  });
});
