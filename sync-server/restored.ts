/**
 * `npm run restored`: to be run once after the database was put back from a backup, with the server stopped and the server's own
 * environment. Laptops then send again what the backup lacks, and read the feed anew (docs/operations.md).
 */
import { newEpoch } from '#db/postgres/migrate.ts';
import { readConfig } from './config.ts';
import { startEmbeddedPostgres } from './embedded-postgres.ts';

async function main(): Promise<void> {
  const { database, home } = readConfig();
  const embedded = database === undefined ? await startEmbeddedPostgres(home) : undefined;
  try {
    const ownerUrl = embedded?.ownerUrl ?? database?.ownerUrl;
    if (ownerUrl === undefined) throw new Error('DATABASE_OWNER_URL: must be set; the counters belong to the owner of the tables.');
    process.stdout.write(`${JSON.stringify({ epoch: await newEpoch(ownerUrl) })}\n`);
  } finally {
    await embedded?.stop();
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
