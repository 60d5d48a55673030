/** How a route is said: one value with its schemas, from which the handler, the OpenAPI page and the tests' matrix are made. */
import type { z } from 'zod';
import type { Role } from '#db/model/clinic.ts';
import type { ServerDeps } from '../core/deps.ts';
import type { Principal } from '../core/principal.ts';
import type { Failure } from '../core/result.ts';
import type { StrictBudget } from '../plugins/budgets.ts';

export interface Call<B, Q, P, A> {
  deps: ServerDeps;
  principal: A;
  body: B;
  query: Q;
  params: P;
  headers: Readonly<Record<string, string | undefined>>;
  /** Path and query, as they came. */
  url: string;
  /** `https://host`, as it was asked for (behind a trusted proxy, by its word). */
  origin: string;
  /** Aborted when the client hangs up. */
  gone: AbortSignal;
  /** Aborted when the server shuts down. */
  closing: AbortSignal;
  /** Who the caller's token stands for now, after a wait. */
  authenticateAgain(): Promise<Principal | Failure>;
}

export interface Reply {
  status: number;
  headers?: Readonly<Record<string, string>>;
  /** An object is sent as JSON, a string, bytes or a stream as they are. */
  body?: unknown;
}

export interface Route {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  path: string;
  summary: string;
  /**
   * `open`: no token. `signed-in`: a device's or a person's. `also-revoked`: a revoked device may still come. `person`: a
   * person's, or a device's with the signature of the person at it (db/sync/proof.ts).
   */
  auth: 'open' | 'signed-in' | 'also-revoked' | 'person';
  /** Beside everybody's: a budget counted in Postgres, without which nobody passes (plugins/budgets.ts). */
  budget?: StrictBudget;
  /** The largest body, where that of other JSON (app.ts) is not enough. */
  bodyBytes?: number;
  /** One of these is needed; the person a device was enrolled for counts. */
  roles?: readonly Role[];
  /** Reads charts: refused where the clinic asks for level 4 and the caller has not shown it (core/helseid). */
  reads?: 'chart';
  /** Takes text that cannot be stored as it is (NUL, half a surrogate pair), and keeps it in quarantine; others refuse it. */
  keepsRefused?: boolean;
  body?: z.ZodType;
  /** The body is bytes (application/octet-stream, at most CHUNK_BYTES), handed over as a Buffer; every other route takes JSON. */
  takesBytes?: true;
  /**
   * Takes JSON or a form as the bytes they came in (`RawBody`), for whoever proves a signature over them. Its callers are not counted by
   * address: a vendor speaks for all clinics from a few, and a wrong signature costs less than the counting.
   */
  takesRaw?: true;
  /**
   * Speaks FHIR: refuses with an OperationOutcome, and takes besides JSON a resource as XML, handed over as `{ xml }`, or a form, as `{ form }`.
   */
  fhir?: 'resource' | 'form' | 'no body';
  /** Takes a form, handed over as `{ form }`: of an app that asks for tokens. */
  takesForm?: true;
  query?: z.ZodType;
  params?: z.ZodType;
  responses: Readonly<Record<number, { description: string; schema?: z.ZodType }>>;
  run(call: Call<unknown, unknown, unknown, Principal | undefined>): Promise<Reply | Failure>;
}

interface Spec<B extends z.ZodType, Q extends z.ZodType, P extends z.ZodType, A extends Route['auth']> extends Omit<
  Route,
  'run' | 'auth' | 'body' | 'query' | 'params'
> {
  auth: A;
  body?: B;
  query?: Q;
  params?: P;
  run(call: Call<z.output<B>, z.output<Q>, z.output<P>, A extends 'open' ? undefined : Principal>): Promise<Reply | Failure>;
}

/** Checks a route's handler against its schemas. app.ts parses before it calls, hence the one cast. */
export function route<B extends z.ZodType, Q extends z.ZodType, P extends z.ZodType, A extends Route['auth']>(
  spec: Spec<B, Q, P, A>,
): Route {
  return spec as unknown as Route;
}
