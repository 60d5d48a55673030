/**
 * The log: route patterns, never paths with ids or query strings; no bodies, no headers. What Postgres says
 * about an error may quote a row, so of an error only name, code and where in our code go in.
 */
import pino, { type Logger } from 'pino';
import { property } from './errors.ts';

export function openLog(level: string, format: 'json' | 'text', destination: 1 | 2 | pino.DestinationStream = 2): Logger {
  const options: pino.LoggerOptions = { level, base: null, timestamp: pino.stdTimeFunctions.isoTime, serializers: { err: safeError } };
  const target = typeof destination === 'number' ? pino.destination(destination) : destination;
  if (format === 'json') return pino(options, target);
  return pino(options, {
    write(line: string) {
      const { time, level: severity, msg, ...rest } = JSON.parse(line) as Record<string, unknown>;
      const name = pino.levels.labels[Number(severity)] ?? 'info';
      const details = Object.keys(rest).length === 0 ? '' : ` ${JSON.stringify(rest)}`;
      target.write(`${String(time)} ${name} ${String(msg)}${details}\n`);
    },
  });
}

/** Name, code, and the frames of the stack; not the message. */
export function safeError(error: unknown): Record<string, unknown> {
  const stack =
    error instanceof Error
      ? (error.stack ?? '')
          .split('\n')
          .filter((line) => /^\s+at /.test(line))
          .slice(0, 8)
      : [];
  return { name: error instanceof Error ? error.name : typeof error, code: property(error, 'code'), stack };
}
