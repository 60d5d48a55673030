/** Ties the replica engine to an open clinic: who it is to the server, and whom it tells. Without a server there is none. */
import type { CoreEvent } from '#electron/contract/index.ts';
import type { SyncStatus } from '#electron/contract/sync.ts';
import { createContentQueue } from '#electron/sync/content/content-queue.ts';
import { removeErasedFiles } from '#electron/sync/content/keep-house.ts';
import { contentFolder } from '#electron/sync/content/sealed-file.ts';
import { createReplicaEngine } from '#electron/sync/replica-engine.ts';
import { keepTodaysAnchor } from './audit/anchors.ts';
import { outboxCounts } from '#db/sqlite/outbox.ts';
import type { SqliteDatabase } from '#db/sqlite/open.ts';
import { readReplica } from '#db/sqlite/store.ts';
import { appendAudit } from './audit/append-audit.ts';
import { isOrderToErase } from './clinic/revocation.ts';
import { deliverAccountVerifiers } from './clinic/account-verifier.ts';
import type { Ports } from './ports.ts';
import type { OpenClinic, Replica } from './services.ts';
import { forgetLatestTime } from './session/app-state.ts';
import { renewLease } from './session/lease.ts';
import { clinicDay } from '#db/rules/appointments.ts';

/** @param erase called when a person who may has ordered that this device's copy be erased, and all it held is handed in */
export function startReplica(ports: Ports, clinic: OpenClinic, emit: (event: CoreEvent) => void, erase: () => void): Replica | null {
  const { db, clinicId, deviceId } = clinic;
  const serverUrl = readReplica(db, 'server-url');
  const credential = readReplica(db, 'device-credential');
  if (serverUrl === undefined || credential === undefined) return null;
  let delivering: Promise<unknown> | null = null;
  let leaseDay = '';
  const renewDaily = async (): Promise<void> => {
    const day = clinicDay(ports.clock.now().toISOString());
    if (day === leaseDay) return;
    if ((await renewLease(ports, db, clinic)) === 'renewed') leaseDay = day;
  };
  const deliver = (): void => {
    delivering ??= Promise.allSettled([
      deliverAccountVerifiers(ports, db, serverUrl, credential),
      keepTodaysAnchor(ports, db, clinicId, serverUrl, credential),
      renewDaily(),
    ]).finally(() => {
      delivering = null;
    });
  };
  const content = createContentQueue({
    db,
    folder: contentFolder(clinic.folder),
    serverUrl,
    credential: () => credential,
    clock: ports.clock,
    fetch: ports.fetch,
    onChanged: () => emit({ type: 'changed', entities: ['content'], ids: [] }),
    onFault: (code) => ports.log('content/fault', { code }),
  });
  let away = false;
  const engine = createReplicaEngine({
    db,
    clinicId,
    deviceId,
    serverUrl,
    credential: () => credential,
    clock: ports.clock,
    fetch: ports.fetch,
    onRevoked: (order) => {
      if (order === null || !isOrderToErase(db, deviceId, order)) return;
      // The bytes of what the record has taken in go first; what the server does not answer to is tried again with the next refusal.
      void content.handIn().then(
        (all) => {
          if (all) erase();
        },
        // The clinic was closed meanwhile: asked again when it is opened.
        () => {},
      );
    },
    onDifference: ({ entity, repaired, unknownToServer }) => {
      appendAudit(db, {
        clinicId,
        deviceId,
        actor: null,
        now: ports.clock.now().toISOString(),
        verb: 'sync.compare',
        id: ports.ids.uuid(),
        action: 'other',
        details: {
          entity,
          repaired: repaired.slice(0, 200),
          unknownToServer: unknownToServer.slice(0, 200),
          found: repaired.length + unknownToServer.length,
        },
      });
    },
    onApplied: (changed) => {
      emit({ type: 'changed', entities: [...changed.keys()], ids: [...changed.values()].flat() });
      if (changed.has('attachment')) content.nudge();
      if (changed.has('erasure')) {
        removeErasedFiles(db, contentFolder(clinic.folder));
        db.pragma('wal_checkpoint(TRUNCATE)');
      }
    },
    onStatus: (status) => {
      emit({ type: 'sync', status });
      // Red and amber say nothing of the network; the content's own attempts do.
      const wasAway = away;
      away = status.problem !== null;
      if (wasAway && !away) content.online();
      if (status.state !== 'in_sync') return;
      forgetLatestTime(ports, clinic);
      deliver();
    },
  });
  return {
    start() {
      engine.start();
      content.start();
    },
    async stop() {
      await content.stop();
      await engine.stop();
      await delivering;
    },
    syncNow: async () => void (await engine.syncNow()),
    poke() {
      engine.nudge();
      // A changed passphrase writes no row: nothing else would carry its verifier off.
      if (engine.status().state === 'in_sync') deliver();
    },
    status: () => engine.status(),
    pokeContent: () => content.nudge(),
    contentSent: (sha256) => content.sent(sha256),
  };
}

/** What is true of a clinic that has no server yet. */
export function localStatus(db: SqliteDatabase): Omit<SyncStatus, 'openConflicts'> {
  const { pending, quarantined, oldestPendingAt } = outboxCounts(db);
  return {
    state: 'local',
    pending,
    quarantined,
    lastSyncedAt: null,
    oldestPendingAt,
    problem: null,
    progress: null,
    remainingSeconds: null,
  };
}
