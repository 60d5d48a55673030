/** The operator's variables for the writing help: OpenAI, or any server that speaks its chat completions (a model in the clinic's own cellar). */
import { isIP } from 'node:net';
import { z } from 'zod';

const whole = (min: number, max: number) => z.coerce.number().int().min(min).max(max);

/** OpenAI's for everyday work (developers.openai.com/api/docs/models, November 2026). Another server has other models, and must name one. */
const DEFAULT_MODEL = 'gpt-5.6-terra';

export const environment = {
  OPENAI_API_KEY: z.string().min(1).optional(),
  OPENAI_BASE_URL: z
    .url({ protocol: /^https?$/ })
    .transform((url) => url.replace(/\/+$/, ''))
    .optional(),
  AI_MODEL: z.string().min(1).max(100).optional(),
  AI_MAX_TOKENS: whole(100, 100_000).default(2000),
  AI_TIMEOUT_MS: whole(1000, 300_000).default(30_000),
  AI_TOKENS_PER_DAY: whole(1000, 1_000_000_000).default(300_000),
  AI_TOKENS_PER_MONTH: whole(1000, 1_000_000_000).default(3_000_000),
  AI_RATE_LIMIT_PER_PERSON: whole(1, 10_000).default(60),
};
type Slice = z.output<z.ZodObject<typeof environment>>;

export interface AiConfig {
  apiKey: string;
  /** Undefined: OpenAI's own. */
  baseUrl: string | undefined;
  model: string;
  maxTokens: number;
  /** Until the first word, and between two pieces. */
  timeoutMs: number;
  tokensPerDay: number;
  tokensPerMonth: number;
  perPersonAndHour: number;
}

/** Throws a sentence for the operator. */
export function configure(e: Slice): AiConfig | undefined {
  if (e.OPENAI_API_KEY === undefined && e.OPENAI_BASE_URL === undefined) return undefined;
  if (e.OPENAI_BASE_URL !== undefined && e.AI_MODEL === undefined && !isOpenAi(e.OPENAI_BASE_URL))
    throw new Error('AI_MODEL: must be set beside OPENAI_BASE_URL: that server has models of its own.');
  if (e.OPENAI_BASE_URL !== undefined && !isSafe(e.OPENAI_BASE_URL))
    throw new Error('OPENAI_BASE_URL: must be https; plain http is taken on this machine and in private networks alone.');
  return {
    // A server of one's own asks for no key; the SDK wants one to send.
    apiKey: e.OPENAI_API_KEY ?? 'none',
    baseUrl: e.OPENAI_BASE_URL,
    model: e.AI_MODEL ?? DEFAULT_MODEL,
    maxTokens: e.AI_MAX_TOKENS,
    timeoutMs: e.AI_TIMEOUT_MS,
    tokensPerDay: e.AI_TOKENS_PER_DAY,
    tokensPerMonth: e.AI_TOKENS_PER_MONTH,
    perPersonAndHour: e.AI_RATE_LIMIT_PER_PERSON,
  };
}

/** OpenAI's own servers, the European among them: they take what others may not know. */
export const isOpenAi = (url: string): boolean => /(^|\.)openai\.com$/.test(new URL(url).hostname);

function isSafe(url: string): boolean {
  const { protocol, hostname } = new URL(url);
  if (protocol === 'https:') return true;
  const host = hostname.replace(/^\[|\]$/g, '');
  if (isIP(host) === 4) return /^(127\.|10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.)/.test(host);
  if (isIP(host) === 6) return host === '::1' || /^f[cd]/i.test(host);
  // A name without a dot is a neighbour's in a container network.
  return host === 'localhost' || !host.includes('.') || host.endsWith('.internal') || host.endsWith('.local');
}
