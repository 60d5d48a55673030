/**
 * The core of the laptop: one place that takes a verb, parses its input, asks whether this person may, runs it in a
 * transaction and answers. Bugs throw and are caught here, once; the window gets a code and loses nothing.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { crashReport } from '#electron/contract/crash-report.ts';
import { contract, isVerbName } from '#electron/contract/index.ts';
import type { CoreEvent, VerbName } from '#electron/contract/index.ts';
import { err } from '#electron/contract/verb.ts';
import type { Err, Result } from '#electron/contract/verb.ts';
import { allowed } from '#db/rules/permissions.ts';
import { isDamage } from '#db/sqlite/open.ts';
import { storable } from '#db/rules/text.ts';
import { releaseAll } from '#db/sqlite/outbox.ts';
import { JournalShut } from './access/guard.ts';
import { appendAudit } from './audit/append-audit.ts';
import { backUpToday } from './clinic/backup-plan.ts';
import { introduceDemo } from './clinic/connect.ts';
import { eraseClinic } from './clinic/revocation.ts';
import { removeErasedFiles, tidyContent } from '#electron/sync/content/keep-house.ts';
import { contentFolder } from '#electron/sync/content/sealed-file.ts';
import { createContext } from './context.ts';
import type { Context } from './context.ts';
import type { Ports } from './ports.ts';
import { startReplica } from './replica.ts';
import type { CoreServices, OpenClinic, Replica } from './services.ts';
import { actorOf } from './session/actor.ts';
import { appState, clockIsBehind, sessionView } from './session/app-state.ts';
import { releaseHome } from './session/home-lock.ts';
import type { AnyHandler } from './use-case.ts';
import { handlers as allHandlers } from './handlers.ts';

export interface Core {
  call(verb: string, input: unknown): Promise<Result<unknown>>;
  on(listener: (event: CoreEvent) => void): () => void;
  /** Quit or suspend: releases what is unsent, zeroes keys, closes the database. */
  close(): Promise<void>;
  /** Idle: the window is locked, database and sync go on. */
  lock(): Promise<void>;
}

const INTRODUCE_MS = 15_000;
/** How often it is asked whether a backup is due (a minute), and how long nobody must have asked for anything before it is made. */
const LOOK_MS = 60_000;
const QUIET_MS = 2 * 60_000;
/** Verbs that answer while the session is locked. */
const WHILE_LOCKED = new Set<VerbName>([
  'app.state',
  'app.report',
  'session.unlockPin',
  'session.unlockPassphrase',
  'session.close',
  'sync.status',
]);

export function createCore(ports: Ports, handlers: readonly AnyHandler[] = allHandlers): Core {
  const byVerb = new Map<VerbName, AnyHandler>();
  for (const handler of handlers) {
    if (byVerb.has(handler.verb)) throw new Error(`${handler.verb} is handled twice`);
    byVerb.set(handler.verb, handler);
  }
  const listeners = new Set<(event: CoreEvent) => void>();
  let clinic: OpenClinic | null = null;
  let replica: Replica | null = null;
  let clockBehind = false;
  let lastCall = 0;

  const emit = (event: CoreEvent): void => {
    for (const listener of listeners) listener(event);
  };

  function transaction<T>(verb: VerbName, run: (context: Context) => Result<T>): Result<T> {
    if (clinic === null) return err('session/closed');
    const { db } = clinic;
    const context = createContext({ db, clinicId: clinic.clinicId, deviceId: clinic.deviceId, actor: clinic.actor, ports, verb });
    db.exec('begin immediate');
    let result: Result<T>;
    try {
      result = run(context);
      // Whoever writes says so themselves, with the patient; this is the net under them.
      if (result.ok && context.unlogged())
        context.audit({
          action: 'change',
          details: { entities: [...context.touched.entities], ids: [...context.touched.ids].slice(0, 20) },
        });
      db.exec(result.ok ? 'commit' : 'rollback');
    } catch (error) {
      if (db.inTransaction) db.exec('rollback');
      if (error instanceof JournalShut) return refuse(verb, 'patient/blocked', error.patientId);
      throw error;
    }
    if (result.ok && context.touched.entities.size > 0) {
      emit({ type: 'changed', entities: [...context.touched.entities], ids: [...context.touched.ids] });
      replica?.poke();
    }
    return result;
  }

  /** A refusal is logged too, in a transaction of its own. */
  function refuse(verb: VerbName, code = 'permission/denied', patientId: string | null = null): Err {
    if (clinic !== null) {
      const { db, clinicId, deviceId, actor } = clinic;
      const now = ports.clock.now().toISOString();
      appendAudit(db, { clinicId, deviceId, actor, now, verb, id: ports.ids.uuid(), action: 'refused', patientId });
    }
    return err(code);
  }

  const services = (verb: VerbName): CoreServices => ({
    ports,
    verb,
    get clinic() {
      return clinic;
    },
    transaction: (run) => transaction(verb, run),
    async openClinic(next) {
      await services(verb).closeClinic();
      clinic = next;
      tidyContent(next.db, contentFolder(next.folder));
      removeErasedFiles(next.db, contentFolder(next.folder));
      replica = startReplica(ports, next, emit, () => void erase(next));
      replica?.start();
      if (replica === null && sessionView(ports, next).demo) void introduce(next);
      void everyMinute(next);
      emit({ type: 'session', state: appState(ports, clinic) });
    },
    async closeClinic(silently = false) {
      if (clinic === null) return;
      const closing = clinic;
      const engine = replica;
      replica = null;
      clinic = null;
      try {
        await engine?.stop();
        releaseAll(closing.db);
        closing.db.pragma('wal_checkpoint(TRUNCATE)');
        closing.guard.remember(closing.db, closing.deviceId);
      } catch (error) {
        // A full or failing disk: what is committed stays committed, and the keys must go all the same.
        ports.log('core/close', { code: String((error as { code?: unknown }).code ?? 'unknown') });
      } finally {
        closing.db.close();
        closing.databaseKey.fill(0);
        releaseHome(closing.folder);
      }
      if (!silently) emit({ type: 'session', state: appState(ports, null) });
    },
    setLocked(locked) {
      if (clinic === null || clinic.locked === locked) return;
      if (locked) releaseAll(clinic.db);
      clinic.locked = locked;
      replica?.poke();
      emit({ type: 'session', state: appState(ports, clinic) });
    },
    state: () => appState(ports, clinic),
    sessionView() {
      if (clinic === null) throw new Error('no clinic is open');
      return sessionView(ports, clinic);
    },
    replica: () => replica,
    async restartReplica() {
      await replica?.stop();
      const open = clinic;
      replica = open === null ? null : startReplica(ports, open, emit, () => void erase(open));
      replica?.start();
    },
    emit,
  });

  /** Revoked by a person who may, and everything handed in: keys first, then the files. */
  async function erase(open: OpenClinic): Promise<void> {
    if (clinic !== open) return;
    await services('session.close').closeClinic();
    eraseClinic(ports, open);
    emit({ type: 'session', state: appState(ports, null) });
  }

  /** The demo finds its server by itself, now or whenever it is there. */
  async function introduce(demo: OpenClinic): Promise<void> {
    while (clinic === demo) {
      const settled = await introduceDemo(ports, demo).catch(() => true);
      if (clinic !== demo) return;
      if (settled) return await services('server.connect').restartReplica();
      await sleep(INTRODUCE_MS, undefined, { ref: false });
    }
  }

  /** How far the record has come is remembered; the day's backup waits for a moment in which nobody waits for an answer. */
  async function everyMinute(open: OpenClinic): Promise<void> {
    while (clinic === open) {
      await sleep(LOOK_MS, undefined, { ref: false });
      if (clinic === open) open.guard.remember(open.db, open.deviceId);
      const quiet = open.locked || performance.now() - lastCall > QUIET_MS;
      if (clinic === open && quiet) await backUpToday(services('backup.create'));
    }
  }

  /** Says once when the clock is found set back. */
  function watchClock(open: OpenClinic): void {
    const behind = clockIsBehind(ports, open);
    if (behind && !clockBehind) emit({ type: 'clock-behind' });
    clockBehind = behind;
  }

  async function call(name: string, rawInput: unknown): Promise<Result<unknown>> {
    if (!isVerbName(name)) return err('verb/unknown');
    lastCall = performance.now();
    const handler = byVerb.get(name);
    if (handler === undefined) return err('verb/unknown');
    const parsed = contract[name].input.safeParse(storable(rawInput));
    if (!parsed.success) return err('input/invalid', { fields: parsed.error.issues.map((issue) => issue.path.join('.')) });
    const needsSession = handler.kind === 'use-case' || handler.allowedIn === 'open';
    if (clinic === null && needsSession) return err('session/closed');
    if (clinic?.locked === true && !WHILE_LOCKED.has(name)) return err('session/locked');
    try {
      if (clinic !== null) {
        clinic.actor = actorOf(clinic.db, clinic.actor, ports.clock.now());
        watchClock(clinic);
      }
      if (clinic !== null && needsSession && !allowed(name, clinic.actor.roles, clinic.actor.granted)) return refuse(name);
      if (handler.kind === 'service') return await handler.run(services(name), parsed.data as never);
      return transaction(name, (context) => handler.run(context, parsed.data as never));
    } catch (error) {
      return failure(name, error);
    }
  }

  function failure(verb: VerbName, error: unknown): Err {
    const code = (error as { code?: unknown }).code;
    if (code === 'SQLITE_FULL' || code === 'ENOSPC') return err('disk/full');
    if (isDamage(error)) return err('database/damaged');
    if (typeof code === 'string' && (code.startsWith('SQLITE_IOERR') || code === 'SQLITE_READONLY' || code === 'EIO'))
      return err('disk/error');
    if (code === 'keystore/unavailable') return err('keystore/unavailable');
    // The guards of SQLite: this very entry was erased by law, and its visit not yet heard of as gone.
    if (error instanceof Error && error.message === 'row/erased') return err('erased/meanwhile');
    // The message may hold a value; only where it happened may be logged.
    ports.report?.(crashReport('core', error));
    ports.log('core/bug', { verb, kind: error instanceof Error ? error.name : typeof error, at: placeOf(error) });
    return err('core/bug');
  }

  return {
    call,
    on(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    async lock() {
      services('session.lock').setLocked(true);
    },
    async close() {
      await services('session.close').closeClinic();
    },
  };
}

/** First frames of the stack without the message. */
function placeOf(error: unknown): string {
  if (!(error instanceof Error) || error.stack === undefined) return '';
  return error.stack
    .split('\n')
    .filter((line) => line.trimStart().startsWith('at '))
    .slice(0, 4)
    .map((line) => line.trim())
    .join(' ');
}
