/**
 * The writing help as the window asks for it. What may leave is collected, pseudonymised and looked through here; that it left is logged as an
 * export, which also asks whether the journal is open to the person (J12). A draft ends when the laptop is locked or another clinic opened.
 */
import { randomInt } from 'node:crypto';
import { z } from 'zod';
import type { AiSource } from '#electron/contract/ai.ts';
import type { ParsedOf } from '#electron/contract/index.ts';
import { err, ok, type Result } from '#electron/contract/verb.ts';
import { identifiersIn } from '#db/rules/ai-identifiers.ts';
import { aiOffReason } from '#db/rules/ai-options.ts';
import { pseudonyms, type Pseudonyms } from '#db/rules/ai-pseudonyms.ts';
import { sourcesOf, type Source } from '#db/rules/ai-sources.ts';
import { suspectSources } from '#db/rules/ai-suspect.ts';
import type { AiAsk } from '#db/rules/ai-task.ts';
import { codesOf } from '#db/reference/code-systems.ts';
import { readReplica, writeReplica } from '#db/sqlite/store.ts';
import { proofHeaders } from '../clinic/proof.ts';
import { askServer, streamServer } from '../clinic/server-client.ts';
import type { Context } from '../context.ts';
import { settingId } from '../messages/message-facts.ts';
import type { CoreServices, OpenClinic } from '../services.ts';
import { service, useCase } from '../use-case.ts';
import { collect, type Collected } from './collect.ts';
import { knownAround } from './known-identities.ts';
import { readAnswer, type DraftEnd } from './run.ts';
import { addWish, dropWishes, wishesOf } from './wishes.ts';

const PATH = '/v1/ai/drafts';
/** What the server said last of the operator's switch. */
const OPERATOR = 'ai-operator';
const FRESH_MS = 60_000;
const stateReply = z.object({ integrations: z.array(z.object({ name: z.string(), state: z.string() })), strict: z.boolean() });
const running = new WeakMap<OpenClinic, Map<string, AbortController>>();
const asked = new WeakMap<OpenClinic, number>();

interface Prepared extends Collected {
  run: string;
  sources: Source[];
  left: number;
  suspects: ReadonlySet<number>;
  names: Pseudonyms;
  ask: AiAsk;
}

export const aiHandlers = [
  service('ai.state', async (services) => {
    const setting = services.transaction((ctx) => ok(ctx.get('integration_setting', settingId(ctx.clinicId, 'ai'))));
    if (!setting.ok) return setting;
    if (setting.value?.enabled === true) await askOperator(services);
    return services.transaction((ctx) => {
      const [ready, strict] = (readReplica(ctx.db, OPERATOR) ?? '').split(' ');
      const on = ready === 'ready' && aiOffReason(setting.value, strict === 'strict') === null;
      return ok({ on, wishes: on ? wishesOf(ctx) : [] });
    });
  }),

  service('ai.start', async (services, input) => {
    const { clinic } = services;
    if (clinic === null) return err('session/closed');
    const prepared = services.transaction((ctx) => prepare(ctx, input));
    if (!prepared.ok) return prepared;
    const { run, ask, sources, left, suspects } = prepared.value;
    const control = new AbortController();
    const answer = await begin(services, clinic, ask, control.signal);
    if (!answer.ok) {
      if (answer.code === 'net/unreachable' && input.task !== 'tidy')
        return services.transaction((ctx) => ok({ run: null, wish: addWish(ctx, input.task, prepared.value.subject.id) }));
      finish(services, clinic, prepared.value, { code: answer.code, tokens: 0 });
      return answer;
    }
    services.transaction((ctx) => ok(dropWishes(ctx, (wish) => wish.task === input.task && wish.subjectId === prepared.value.subject.id)));
    const runs = running.get(clinic) ?? new Map<string, AbortController>();
    running.set(clinic, runs.set(run, control));
    void follow(services, clinic, prepared.value, answer.value, control);
    const shown = sources.map(({ n, part, at, text }): AiSource => ({ n, part, at, text, suspect: suspects.has(n) }));
    return ok({ run, sources: shown, left, wish: null });
  }),

  service('ai.cancel', async ({ clinic }, { run }) => {
    if (clinic !== null) running.get(clinic)?.get(run)?.abort();
    return ok(null);
  }),
  useCase('ai.forget', (ctx, { id }) => {
    dropWishes(ctx, (wish) => wish.id === id);
    return ok(null);
  }),
];

function prepare(ctx: Context, input: ParsedOf<'ai.start'>): Result<Prepared> {
  const collected = collect(ctx, input);
  if (!collected.ok) return collected;
  const { patientId, subject, parts } = collected.value;
  const run = ctx.newId();
  const { sources, left } = sourcesOf(parts);
  if (sources.length === 0) return err('ai/nothing');
  const { known, birthDates } = knownAround(ctx, patientId);
  const names = pseudonyms(known, { offsetDays: (randomInt(2) === 0 ? -1 : 1) * randomInt(30, 400), birthDates });
  const sent = sources.map(({ n, part, text }) => ({ n, part: part.replaceAll(/[^A-Za-z]/g, ''), text: names.hide(text) }));
  // Nothing that the server would refuse is even sent to it.
  if (sent.some(({ text }) => identifiersIn(text).length > 0)) return err('ai/identifier');
  const codes =
    input.task === 'icpc' ? codesOf('icpc-2').flatMap(({ code, hidden }) => (/^[A-Z]\d{2}$/.test(code) && !hidden ? [code] : [])) : [];
  ctx.audit({
    action: 'export',
    subjectEntity: subject.entity,
    subjectId: subject.id,
    patientId,
    details: { ai: input.task, run, sources: sources.length },
  });
  const ask: AiAsk = { task: input.task, patientId, sources: sent, codes };
  return ok({ ...collected.value, run, sources, left, suspects: suspectSources(parts, sources), names, ask });
}

function begin({ ports }: CoreServices, clinic: OpenClinic, ask: AiAsk, signal: AbortSignal): Promise<Result<AsyncIterable<string>>> {
  const url = readReplica(clinic.db, 'server-url');
  const credential = readReplica(clinic.db, 'device-credential');
  if (url === undefined || credential === undefined) return Promise.resolve(err('server/not-connected'));
  const headers = proofHeaders(clinic.actor, { method: 'POST', path: PATH, body: ask });
  return streamServer(ports, { url: `${url}${PATH}`, body: ask, credential, headers }, signal);
}

/** Reads it to its end, for as long as the same person is in. */
async function follow(
  services: CoreServices,
  clinic: OpenClinic,
  draft: Prepared,
  lines: AsyncIterable<string>,
  control: AbortController,
): Promise<void> {
  const who = clinic.actor.userId;
  const here = () => services.clinic === clinic && !clinic.locked && clinic.actor.userId === who;
  const end = await readAnswer({ ...draft, task: draft.ask.task, codes: draft.ask.codes }, lines, (event) => {
    if (here()) services.emit(event);
    else control.abort();
  });
  const code = control.signal.aborted ? 'ai/cancelled' : end.code;
  running.get(clinic)?.delete(draft.run);
  control.abort();
  finish(services, clinic, draft, { ...end, code });
  if (here()) services.emit({ type: 'ai', run: draft.run, step: 'end', code });
}

/** How it ended, in the log: without a word of it. */
function finish(services: CoreServices, clinic: OpenClinic, { run, ask, subject, patientId }: Prepared, { code, tokens }: DraftEnd): void {
  if (services.clinic !== clinic) return;
  services.transaction((ctx) => {
    const details = { ai: ask.task, run, tokens, code: code ?? 'ok' };
    ctx.audit({ action: 'other', subjectEntity: subject.entity, subjectId: subject.id, patientId, details });
    return ok(null);
  });
}

/** Asks the server what the operator has, at most once a minute; unreached, what it said last stands. */
async function askOperator({ clinic, ports, transaction }: CoreServices): Promise<void> {
  if (clinic === null) return;
  const now = ports.clock.now().getTime();
  if (Math.abs(now - (asked.get(clinic) ?? 0)) < FRESH_MS) return;
  const url = readReplica(clinic.db, 'server-url');
  const credential = readReplica(clinic.db, 'device-credential');
  if (url === undefined || credential === undefined) return;
  asked.set(clinic, now);
  const answer = await askServer(ports, { url: `${url}/v1/integrations`, method: 'GET', credential }, stateReply);
  if (!answer.ok) return;
  const state = answer.value.integrations.find(({ name }) => name === 'ai')?.state ?? 'not-configured';
  transaction((ctx) => {
    writeReplica(ctx.db, OPERATOR, `${state} ${answer.value.strict ? 'strict' : 'open'}`);
    return ok(null);
  });
}
