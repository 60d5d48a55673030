/**
 * The process: opens, listens, says so in one line on stdout, and ends cleanly on a signal (or when the process
 * that started it is gone). Logs go to stderr.
 */
import { readConfig } from './config.ts';
import { openServer, type OpenServer } from './open-server.ts';
import { openLog } from './plugins/logging.ts';

const LAST_MS = 5000;

async function main(): Promise<void> {
  const config = readConfig();
  const log = openLog(config.log.level, config.log.format);
  const running: { server?: OpenServer } = {};
  // What nobody caught: its text may quote a patient, so Node's own way of printing it is not taken.
  process.on('uncaughtException', (error) => {
    log.fatal({ err: error }, 'the process ends by a fault');
    running.server?.deps.observe?.fault(error, {});
    const ended = () => process.exit(1);
    void (running.server?.close() ?? Promise.resolve()).then(ended, ended);
    setTimeout(ended, LAST_MS).unref();
  });
  const opened = await openServer(config, log);
  running.server = opened;
  let ending: Promise<void> | undefined;
  const end = (code: number) => {
    ending ??= opened.close().then(
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
  void opened.databaseEnded.then(() => {
    if (ending === undefined) process.stderr.write('Postgres ended; the server ends too.\n');
    end(1);
  });
  await opened.app.listen({ host: config.host, port: config.port, backlog: 4096 });
  const address = opened.app.server.address();
  const port = address !== null && typeof address === 'object' ? address.port : config.port;
  const host = config.host.includes(':') ? `[${config.host}]` : config.host;
  process.stdout.write(`${JSON.stringify({ ready: true, url: `http://${host}:${port}` })}\n`);
}

main().catch((error: unknown) => {
  process.stderr.write(`${sentenceOf(error)}\n`);
  process.exit(1);
});

/** Our own sentences, and what the system says of addresses, files and passwords. Of any other fault of Postgres its code: its text may quote a row. */
function sentenceOf(error: unknown): string {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  if (code === 'EADDRINUSE') return 'RYGGRAD_SYNC_PORT: the port is in use by another program.';
  if (typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) && !/^(?:08|28|3D|53|57|E)/.test(code))
    return `Postgres refused the start with code ${code} (its appendix of error codes says what that is).`;
  return error instanceof Error ? error.message : String(error);
}
