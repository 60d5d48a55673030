import { createServer } from 'node:http';
import { once } from 'node:events';
import { ShapeStream, isChangeMessage, type Message } from '@electric-sql/client';
import { expect, it } from 'vitest';
import { createCarrier } from './carried.ts';

type Value = { id: string; body: string; [key: string]: string };
const row = (n: number) => ({
  key: `"public"."feed"/"${n}"`,
  value: { id: String(n), body: `{"text":"æøå ${'x'.repeat(90)} ${n}"}` },
  headers: { operation: 'insert' },
});
const UP_TO_DATE = { headers: { control: 'up-to-date' } };

function answer(messages: unknown[], more: ResponseInit = {}): Response {
  const body = JSON.stringify(messages);
  return new Response(body, { headers: { 'content-length': String(Buffer.byteLength(body)), 'electric-offset': '9_0' }, ...more });
}
const MANY = Array.from({ length: 1000 }, (_, n) => row(n));

it('the stock client gives every row of a large answer, in order, and what stands beside them', async () => {
  const pages = [MANY.slice(0, 600), [...MANY.slice(600), UP_TO_DATE]];
  const server = createServer((request, response) => {
    const offset = new URL(request.url ?? '', 'http://x').searchParams.get('offset');
    const page = offset === '-1' ? 0 : offset === '1_0' ? 1 : undefined;
    if (page === undefined) return;
    const body = JSON.stringify(pages[page]);
    response.writeHead(200, {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      'electric-handle': 'h',
      'electric-offset': `${page + 1}_0`,
      'electric-schema': '{"id":{"type":"text"},"body":{"type":"text"}}',
      ...(page === 1 ? { 'electric-up-to-date': '' } : {}),
    });
    response.end(body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const carrier = createCarrier<Value>();
  const aborter = new AbortController();
  const got: Message<Value>[] = [];
  let carried = 0;
  const stream = new ShapeStream<Value>({
    url: `http://127.0.0.1:${port}/v1/shape`,
    params: { table: 'feed' },
    signal: aborter.signal,
    fetchClient: async (input, init) => {
      const light = await carrier.lighten(await fetch(input, init));
      carried += 1;
      expect((await light.clone().text()).length).toBeLessThan(200);
      return light;
    },
  });
  await new Promise<void>((resolve, reject) => {
    stream.subscribe((messages) => {
      got.push(...carrier.unload(messages));
      if (stream.isUpToDate) resolve();
    }, reject);
  });
  aborter.abort();
  server.close();
  server.closeAllConnections();
  expect(carried).toBe(2);
  expect(got.filter(isChangeMessage).map(({ value }) => value)).toEqual(MANY.map(({ value }) => value));
  expect(got.at(-1)).toMatchObject(UP_TO_DATE);
});

it('small answers, refusals and what cannot be read go by as they came', async () => {
  const carrier = createCarrier<Value>();
  const small = answer([row(1), UP_TO_DATE]);
  expect(await carrier.lighten(small)).toBe(small);
  const refused = answer(MANY, { status: 409 });
  expect(await carrier.lighten(refused)).toBe(refused);
  const cut = JSON.stringify(MANY).slice(0, 90_000);
  const unreadable = await carrier.lighten(new Response(cut, { headers: { 'content-length': '90000' } }));
  expect(await unreadable.text()).toBe(cut);
});

it('rows that are not here any more are an error, never an empty batch', async () => {
  const carrier = createCarrier<Value>();
  const answers: Message<Value>[][] = [];
  for (let n = 0; n < 9; n += 1) answers.push((await (await carrier.lighten(answer(MANY))).json()) as Message<Value>[]);
  expect(carrier.unload(answers[8] ?? [])).toHaveLength(1000);
  expect(() => carrier.unload(answers[0] ?? [])).toThrow('gone');
  expect(() => carrier.unload(answers[8] ?? [])).toThrow('gone');
});
