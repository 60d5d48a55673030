/**
 * The process: opens, listens, says so in one line on stdout, and ends cleanly on a signal (or when the process
 * that started it is gone). Logs go to stderr.
 */
import { readConfig } from './config.ts';
import { openServer } from './open-server.ts';

async function main(): Promise<void> {
  const config = readConfig();
  const server = await openServer(config);
  let ending: Promise<void> | undefined;
  const end = (code: number) => {
    ending ??= server.close().then(
      () => process.exit(code),
      () => process.exit(1),
    );
  };
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => end(0));
  if (config.hasParent)
    process.stdin
      .resume()
      .once('end', () => end(0))
      .once('close', () => end(0))
      .once('error', () => end(0));
  void server.databaseEnded.then(() => {
    if (ending === undefined) process.stderr.write('Postgres ended; the server ends too.\n');
    end(1);
  });
  await server.app.listen({ host: config.host, port: config.port, backlog: 4096 });
  const address = server.app.server.address();
  const port = address !== null && typeof address === 'object' ? address.port : config.port;
  const host = config.host.includes(':') ? `[${config.host}]` : config.host;
  process.stdout.write(`${JSON.stringify({ ready: true, url: `http://${host}:${port}` })}\n`);
}

main().catch((error: unknown) => {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  const message =
    code === 'EADDRINUSE'
      ? 'RYGGRAD_SYNC_PORT: the port is in use by another program.'
      : error instanceof Error
        ? error.message
        : String(error);
  process.stderr.write(`${message}\n`);
  process.exit(1);
});
