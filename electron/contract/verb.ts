/**
 * The language of the contract. A verb is what the window may ask of the core: its input is parsed in
 * the core before anything else happens; its output is a type both sides compile against.
 */
import type { z } from 'zod';

export interface Verb<S extends z.ZodType = z.ZodType, O = unknown> {
  readonly input: S;
  /** Only for the compiler. */
  readonly output?: O;
  /** Codes this verb may answer with, besides the general ones (errors.ts). */
  readonly errors: readonly string[];
}

export interface Ok<T> {
  readonly ok: true;
  readonly value: T;
}
export interface Err {
  readonly ok: false;
  readonly code: string;
  /** Ids, numbers and field names for the sentence shown; never clinical text. */
  readonly details?: Readonly<Record<string, unknown>>;
}
export type Result<T> = Ok<T> | Err;

export const ok = <T>(value: T): Ok<T> => ({ ok: true, value });
export const err = (code: string, details?: Readonly<Record<string, unknown>>): Err =>
  details === undefined ? { ok: false, code } : { ok: false, code, details };

/** `verb<Output>()(input, errors)`: the output type is named, the input's is inferred. */
export const verb =
  <O>() =>
  <S extends z.ZodType>(input: S, errors: readonly string[] = []): Verb<S, O> => ({ input, errors });
