/** Expected failures are values with a stable code; plugins/errors.ts knows their HTTP status. */
export type Result<T> = { ok: true; value: T } | Failure;
export interface Failure {
  ok: false;
  code: string;
  /** Ids, numbers and field names; never clinical text. */
  details?: Readonly<Record<string, unknown>>;
}
export const ok = <T>(value: T): { ok: true; value: T } => ({ ok: true, value });
export const err = (code: string, details?: Readonly<Record<string, unknown>>): Failure =>
  details === undefined ? { ok: false, code } : { ok: false, code, details };
