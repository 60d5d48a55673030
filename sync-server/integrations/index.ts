/** All integrations; nothing is loaded by itself. */
import type { Integration } from './kit.ts';
import { ai } from './ai/index.ts';
import { email } from './email/index.ts';
import { helfo } from './helfo/index.ts';
import { sms } from './sms/index.ts';
import { storage } from './storage/index.ts';
import { webhooks } from './webhooks/index.ts';

export const integrations: readonly Integration[] = [sms, email, ai, storage, webhooks, helfo];
