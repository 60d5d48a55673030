/**
 * OpenAI as this server sees it over HTTP, for tests: the key and the whole body are checked as the vendor checks them, and the answer comes as
 * a stream of events; what is refused is quoted. What it writes is the test's: a model that obeys whoever speaks last is one line. Keeps every body, for canaries.
 */
import { randomBytes } from 'node:crypto';
import http from 'node:http';
import { z } from 'zod';

const bodySchema = z.strictObject({
  model: z.string(),
  messages: z.array(z.strictObject({ role: z.enum(['system', 'user']), content: z.string().min(1) })).min(3),
  stream: z.literal(true),
  stream_options: z.strictObject({ include_usage: z.literal(true) }),
  response_format: z.strictObject({
    type: z.literal('json_schema'),
    json_schema: z.strictObject({ name: z.string(), strict: z.literal(true), schema: z.record(z.string(), z.unknown()) }),
  }),
  max_completion_tokens: z.int().optional(),
  max_tokens: z.int().optional(),
  store: z.literal(false).optional(),
  reasoning_effort: z.enum(['none', 'low', 'medium', 'high']).optional(),
});

export interface Asked {
  task: string;
  sources: { n: number; part: string; text: string }[];
  body: z.output<typeof bodySchema>;
}
/** `hangs`: takes the question and never answers. `stalls`: falls silent in the midst. `cut`: the connection goes. `ends`: closes early, politely. `moved`: names another address. */
export type Mood =
  | 'well'
  | 'slow'
  | 'throttled'
  | 'broken'
  | 'rejected'
  | 'garbage'
  | 'page'
  | 'hangs'
  | 'moved'
  | 'stalls'
  | 'cut'
  | 'ends'
  | 'long'
  | 'refuses'
  | 'filtered';

export interface FakeModel {
  baseUrls: { openai: string };
  environment: Record<string, string>;
  /** Everything that was asked, as it was asked. */
  asked: Asked[];
  bodies: string[];
  /** What came where it pointed to when it had moved. */
  elsewhere: string[];
  /** When the first piece of each answer was sent: `performance.timeOrigin + performance.now()`, in ms. */
  firstSent: number[];
  /** Answers that whoever asked did not wait for. */
  left: number;
  mood: Mood;
  /** Wait before each piece, in ms. */
  pace: number;
  /** Tokens it says it used; undefined: it says nothing. */
  usage: number | undefined;
  /** What it writes; text is sent as it is. The default repeats each source. */
  answer(asked: Asked): unknown;
  close(): Promise<void>;
}

const MOVED = '/flyttet';

/** @param port for a process that must be told where it is beforehand */
export async function openFakeModel({
  model = 'test-model',
  port = 0,
  key = `sk-${randomBytes(12).toString('hex')}`,
} = {}): Promise<FakeModel> {
  const fake: FakeModel = {
    baseUrls: { openai: '' },
    environment: {},
    asked: [],
    bodies: [],
    elsewhere: [],
    firstSent: [],
    left: 0,
    mood: 'well',
    pace: 0,
    usage: 500,
    answer: ({ task, sources }) => ({
      entries: sources.map(({ n, text }) =>
        task === 'icpc' ? { sources: [n], code: 'L03' } : { ...(task === 'letter' ? { section: 'history' } : {}), sources: [n], text },
      ),
    }),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  const server = http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const reply = (status: number, value: unknown) =>
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
      const failed = (status: number, message: string, code: string) =>
        reply(status, { error: { message, type: 'invalid_request_error', param: null, code } });
      if (request.url === MOVED) {
        fake.elsewhere.push(Buffer.concat(chunks).toString('utf8'));
        return void response.writeHead(200).end();
      }
      if (request.headers.authorization !== `Bearer ${key}`) return failed(401, 'Incorrect API key provided', 'invalid_api_key');
      if (request.method === 'GET' && request.url === '/v1/models')
        return reply(200, { object: 'list', data: [{ id: model, object: 'model', created: 1, owned_by: 'test' }] });
      if (request.method !== 'POST' || request.url !== '/v1/chat/completions') return failed(404, 'Unknown request URL', 'unknown_url');
      const raw = Buffer.concat(chunks).toString('utf8');
      fake.bodies.push(raw);
      const asked = askedIn(raw);
      if (typeof asked === 'string') return failed(400, asked, 'invalid_request');
      if (asked.body.model !== model) return failed(404, 'The model does not exist', 'model_not_found');
      fake.asked.push(asked);
      if (fake.mood === 'throttled') return failed(429, `Rate limit reached: ${raw}`, 'rate_limit_exceeded');
      if (fake.mood === 'broken') return failed(500, `The server had an error: ${raw}`, 'server_error');
      if (fake.mood === 'rejected') return failed(400, `Invalid schema: ${raw}`, 'invalid_schema');
      if (fake.mood === 'moved') return void response.writeHead(307, { location: MOVED }).end();
      if (fake.mood === 'page') return void response.writeHead(200, { 'content-type': 'text/html' }).end(`<h1>Velkommen</h1>${raw}`);
      void stream(fake, asked, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const address = server.address();
  const base = `http://127.0.0.1:${address !== null && typeof address === 'object' ? address.port : 0}/v1`;
  fake.baseUrls.openai = base;
  fake.environment = { OPENAI_API_KEY: key, OPENAI_BASE_URL: base, AI_MODEL: model, AI_TIMEOUT_MS: '10000' };
  return fake;
}

async function stream(fake: FakeModel, asked: Asked, response: http.ServerResponse): Promise<void> {
  let gone = false;
  response.once('close', () => {
    if (response.writableFinished) return;
    gone = true;
    fake.left += 1;
  });
  const { mood } = fake;
  if (mood === 'hangs') return;
  const rest = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
  const event = (data: unknown) => response.write(`data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`);
  const chunk = (delta: object, finish: string | null = null) =>
    event({
      id: 'chatcmpl-1',
      object: 'chat.completion.chunk',
      created: 1,
      model: asked.body.model,
      choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }],
    });
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
  response.flushHeaders();
  if (mood === 'slow') await rest(300);
  chunk({ role: 'assistant', content: '', refusal: null });
  if (mood === 'refuses') chunk({ refusal: 'Jeg kan ikke hjelpe med det.' });
  const answer = fake.answer(asked);
  const text =
    mood === 'garbage' ? 'Selvsagt! {"entries": [{"sources": [1], "te' : typeof answer === 'string' ? answer : JSON.stringify(answer);
  const pieces = text.match(/[\s\S]{1,12}/g) ?? [];
  for (const [index, piece] of (mood === 'refuses' ? [] : pieces).entries()) {
    if (fake.pace > 0) await rest(fake.pace);
    if (gone) return;
    if (index === 0) fake.firstSent.push(performance.timeOrigin + performance.now());
    chunk({ content: piece });
    if (index < pieces.length / 2) continue;
    if (mood === 'stalls') return;
    if (mood === 'ends') return void response.end();
    if (mood === 'cut') {
      await rest(20);
      return void response.destroy();
    }
  }
  if (mood === 'garbage') event('{ikke json');
  chunk({}, mood === 'long' ? 'length' : mood === 'filtered' ? 'content_filter' : 'stop');
  if (fake.usage !== undefined)
    event({
      id: 'chatcmpl-1',
      object: 'chat.completion.chunk',
      created: 1,
      model: asked.body.model,
      choices: [],
      usage: { prompt_tokens: fake.usage - 1, completion_tokens: 1, total_tokens: fake.usage },
    });
  event('[DONE]');
  response.end();
}

/** What was asked, or what is wrong with it. */
function askedIn(raw: string): Asked | string {
  const parsed = bodySchema.safeParse(JSON.parse(raw));
  if (!parsed.success) return parsed.error.message;
  const { messages, response_format: format } = parsed.data;
  const [first, ...others] = messages.filter(({ role }) => role === 'user');
  if (first === undefined || others.length > 0) return 'the sources stand in one message of their own';
  const [, fence = '', data = '', end = ''] = /^<kilder-([0-9a-f]{18})>\n(.*)\n<\/kilder-([0-9a-f]{18})>$/.exec(first.content) ?? [];
  if (fence === '' || fence !== end || /[<>]/.test(data)) return 'the fence of the sources can be closed from within';
  return { task: format.json_schema.name, sources: JSON.parse(data) as Asked['sources'], body: parsed.data };
}
