/** Two streams over one replica, where the first one is ended while it asks whether the server was restored. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { v7 } from 'uuid';
import { readRow } from '#db/sqlite/store.ts';
import { createLaptop, until, type Laptop } from '#tests/sync/laptop.ts';
import { applyFeed } from './apply.ts';
import { FRESH, readCursor } from './cursor.ts';
import { startPull, type Pull, type PullDeps } from './pull.ts';

const CLINIC = v7();
const KARI = v7();
const body = JSON.stringify({ field_seq: {}, given_name: 'Kari', family_name: 'Nordmann', sex: 'female', status: 'active' });

let waiting = 0;
/** A feed of one row, begun anew under the handle `new`. */
const feed = createServer((request, response) => {
  const { searchParams } = new URL(request.url ?? '/', 'http://127.0.0.1');
  const [handle, offset] = [searchParams.get('handle'), searchParams.get('offset')];
  const say = (status: number, at: string, messages: unknown[], more: Record<string, string> = {}) => {
    response.writeHead(status, {
      'content-type': 'application/json',
      'electric-handle': 'new',
      'electric-offset': at,
      'electric-schema': '{}',
      'electric-cursor': '1',
      ...more,
    });
    response.end(JSON.stringify(messages));
  };
  const row = { clinic_id: CLINIC, entity: 'patient', id: KARI, seq: '5', deleted: 'false', body };
  if (handle === 'old') say(409, '-1', [{ headers: { control: 'must-refetch' } }]);
  else if (offset === '-1') say(200, '5_0', [{ key: 'kari', value: row, headers: { operation: 'insert' } }]);
  else if (searchParams.get('live') !== 'true') say(200, '5_0', [{ headers: { control: 'up-to-date' } }], { 'electric-up-to-date': '' });
  else waiting += 1;
});

let laptop: Laptop;
const streams: Pull[] = [];
beforeEach(async () => {
  await new Promise<void>((resolve) => feed.listen(0, '127.0.0.1', resolve));
  laptop = createLaptop({ clinicId: CLINIC, person: { id: v7(), name: 'Anna', email: 'a@example.no', roles: ['PRACTITIONER'] } });
});
afterEach(async () => {
  for (const stream of streams) stream.stop();
  feed.closeAllConnections();
  await new Promise((resolve) => feed.close(resolve));
  await laptop.close();
});

test('a stream that is over puts nothing in place: the one after it would take all that is shown away', async () => {
  const { db } = laptop;
  applyFeed(db, [{ clinicId: CLINIC, entity: 'patient', id: KARI, seq: 5, deleted: false, body }], {
    cursor: { ...FRESH, handle: 'old', offset: '5_0', seenSeq: 5, passedSeq: 5, complete: true },
  });
  let ends = 0;
  const deps: PullDeps = {
    db,
    clinicId: CLINIC,
    serverUrl: `http://127.0.0.1:${(feed.address() as AddressInfo).port}`,
    credential: () => 'x',
    fetch,
    nonce: () => v7(),
    pace: async () => {},
    onRows: () => {},
    onUpToDate: () => void (ends += 1),
    onMustRefetch: () => {},
    onFailure: () => {},
    onAnswer: () => {},
    confirmEpoch: async () => true,
  };
  let asked = 0;
  const first = startPull({
    ...deps,
    async confirmEpoch() {
      asked += 1;
      if (asked < 2) return true;
      // As the engine does when its push finds that the server is back.
      streams.push(startPull(deps));
      first.stop();
      return true;
    },
  });
  streams.push(first);
  await until(
    () => ends,
    (n) => n > 0,
    'the feed is read to its end',
  );
  await until(
    () => readCursor(db),
    ({ handle, refetching }) => handle === 'new' && !refetching,
    'it is in place',
  );
  await until(
    () => waiting,
    (n) => n > 0,
    'a stream waits for news',
  );
  expect(readRow(db, 'patient', KARI)).toMatchObject({ familyName: 'Nordmann', deleted: false });
  expect(ends).toBe(1);
});
