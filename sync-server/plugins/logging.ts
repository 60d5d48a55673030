/**
 * The log: lines of JSON by pino, or of text for a person. Fields by the list of log-fields.ts and no others; the text of a line is a constant of
 * the source (logging.test.ts looks). Every line of a request, or of a job it left behind, has the request's id.
 */
import pino, { type Logger } from 'pino';
import { currentCause } from '../core/cause.ts';
import { toldFields } from './log-fields.ts';

export function openLog(level: string, format: 'json' | 'text', destination: 1 | 2 | pino.DestinationStream = 2): Logger {
  const options: pino.LoggerOptions = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    mixin: () => {
      const { request } = currentCause();
      return request === undefined ? {} : { request };
    },
    formatters: { log: toldFields },
    hooks: {
      // Without words of our own pino would take the error's; and what `%s` would put into the text is nobody's to say.
      logMethod([first, second]: unknown[], method) {
        const write = method as (this: Logger, ...args: unknown[]) => void;
        if (typeof first === 'string') write.call(this, first);
        else write.call(this, first instanceof Error ? { err: first } : first, typeof second === 'string' ? second : 'no words');
      },
    },
  };
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
