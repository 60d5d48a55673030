/**
 * OpenAI's chat completions: the only importer of `openai`. Chat completions rather than responses, because servers of one's own speak them.
 * Nothing is tried twice: what was begun may have been paid for, and a person asks again. The SDK's own log is off: it may quote bodies.
 */
import OpenAI, { APIConnectionError, APIConnectionTimeoutError, APIError } from 'openai';
import type { DraftEnd, Ports, WritingHelp } from '../kit.ts';
import { isOpenAi, type AiConfig } from './config.ts';
import { answerSchema, messagesFor } from './prompt.ts';

const OPENAI = 'https://api.openai.com/v1';

export function openWritingHelp(config: AiConfig, ports: Ports): WritingHelp & { check(): Promise<string | undefined> } {
  const baseURL = ports.baseUrls?.['openai'] ?? config.baseUrl ?? OPENAI;
  const own = isOpenAi(config.baseUrl ?? OPENAI);
  const client = new OpenAI({
    apiKey: config.apiKey,
    baseURL,
    timeout: config.timeoutMs,
    maxRetries: 0,
    logLevel: 'off',
    // A redirect would carry the notes elsewhere.
    fetchOptions: { redirect: 'error' },
    // Said, so that the SDK reads no variable of its own.
    organization: null,
    project: null,
    adminAPIKey: null,
    webhookSecret: null,
  });
  return {
    model: config.model,
    limits: {
      maxTokens: config.maxTokens,
      tokensPerDay: config.tokensPerDay,
      tokensPerMonth: config.tokensPerMonth,
      perPersonAndHour: config.perPersonAndHour,
    },
    bound: (ask) => Buffer.byteLength(JSON.stringify([messagesFor(ask), answerSchema(ask)])) + 200,
    async draft(ask, signal) {
      const watch = watchdog(signal, config.timeoutMs);
      try {
        const stream = await client.chat.completions.create(
          {
            model: config.model,
            messages: messagesFor(ask),
            stream: true,
            stream_options: { include_usage: true },
            response_format: { type: 'json_schema', json_schema: { name: ask.task, strict: true, schema: answerSchema(ask) } },
            // OpenAI has a new name for it; others know the old one alone. And it is told to keep nothing.
            ...(own
              ? { max_completion_tokens: config.maxTokens, store: false, ...effortOf(config.model) }
              : { max_tokens: config.maxTokens }),
          },
          { signal: watch.signal },
        );
        return { ok: true, pieces: piecesOf(stream, watch) };
      } catch (error) {
        watch.stop();
        return { ok: false, code: codeOf(error, watch) };
      }
    },
    async check() {
      try {
        const { data } = await client.models.list();
        return data.some(({ id }) => id === config.model) ? undefined : 'vendor/model-unknown';
      } catch (error) {
        const status = error instanceof APIError ? error.status : undefined;
        return status === 401 || status === 403 ? 'vendor/credentials' : 'vendor/unreachable';
      }
    },
  };
}

/** What it thinks to itself is paid for and waited for; a draft out of given sentences needs little of it. Older models know no such word. */
const effortOf = (model: string) => (/^(gpt-([5-9]|\d\d)(?!.*chat)|o\d)/.test(model) ? { reasoning_effort: 'low' as const } : {});

type Chunks = AsyncIterable<OpenAI.Chat.Completions.ChatCompletionChunk>;

/** Never throws: how it ended is what it returns. */
async function* piecesOf(stream: Chunks, watch: Watchdog): AsyncGenerator<string, DraftEnd> {
  let tokens: number | undefined;
  let reason: string | undefined;
  let refused = false;
  let heard = false;
  try {
    for await (const chunk of stream) {
      watch.alive();
      heard = true;
      tokens = chunk.usage?.total_tokens ?? tokens;
      const choice = chunk.choices?.[0];
      reason = choice?.finish_reason ?? reason;
      refused ||= typeof choice?.delta?.refusal === 'string' && choice.delta.refusal !== '';
      const piece = choice?.delta?.content;
      if (typeof piece === 'string' && piece !== '' && !refused) yield piece;
    }
  } catch (error) {
    return { code: heard && !watch.late() && !(error instanceof SyntaxError) ? 'ai/cut' : codeOf(error, watch), tokens };
  } finally {
    watch.stop();
  }
  // The SDK ends quietly what was aborted.
  if (watch.late()) return { code: 'ai/timeout', tokens };
  if (refused || reason === 'content_filter') return { code: 'ai/refused', tokens };
  if (!heard) return { code: 'ai/garbled', tokens };
  return { code: reason === 'stop' ? undefined : 'ai/cut', tokens };
}

/** What of an error may be said: a code. @see https://platform.openai.com/docs/guides/error-codes */
function codeOf(error: unknown, watch: Watchdog): string {
  if (watch.late() || error instanceof APIConnectionTimeoutError) return 'ai/timeout';
  if (error instanceof APIConnectionError) return 'ai/unreachable';
  if (error instanceof SyntaxError) return 'ai/garbled';
  const status = error instanceof APIError ? error.status : undefined;
  if (status === 429) return 'ai/busy';
  if (status === 401 || status === 403) return 'ai/credentials';
  if (status === 400 || status === 404 || status === 413 || status === 422) return 'ai/rejected';
  return 'ai/unreachable';
}

interface Watchdog {
  signal: AbortSignal;
  alive(): void;
  late(): boolean;
  stop(): void;
}

/** Ends what the caller has left, and what says nothing for too long. */
function watchdog(signal: AbortSignal, ms: number): Watchdog {
  const own = new AbortController();
  let late = false;
  const bark = () => {
    late = true;
    own.abort();
  };
  let timer = setTimeout(bark, ms);
  return {
    signal: AbortSignal.any([signal, own.signal]),
    alive() {
      clearTimeout(timer);
      timer = setTimeout(bark, ms);
    },
    late: () => late,
    stop: () => clearTimeout(timer),
  };
}
