/**
 * `npm run migrate`: brings the database to this version and ends; to be run once before the copies of a new version start, by the only one that has the
 * owner's way in (DATABASE_OWNER_URL). Copies of the version before go on serving meanwhile and afterwards: migrations only add (decision 0091).
 */
import { migrate } from '#db/postgres/migrate.ts';
import { whenAccepting } from '#db/postgres/when-accepting.ts';
import { readConfig } from './config.ts';
import { installJobs } from './jobs/queue.ts';
import { queues } from './jobs/queues.ts';

async function main(): Promise<void> {
  const { database } = readConfig();
  if (database?.ownerUrl === undefined) throw new Error('DATABASE_OWNER_URL: must be set; the tables belong to their owner.');
  const appRole = decodeURIComponent(new URL(database.url).username);
  await whenAccepting(database.ownerUrl);
  await migrate(database.ownerUrl, appRole);
  await installJobs(database.ownerUrl, appRole, queues);
  process.stdout.write(`${JSON.stringify({ migrated: true })}\n`);
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
