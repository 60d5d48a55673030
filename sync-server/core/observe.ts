/** How those who run the server see into it: faults and times. Both say what kind and where, never about whom. Absent: nobody looks. */

/** One piece of work. Only what stands here may be said of it; plugins/crash-report.ts holds it to its form. */
export interface Span {
  /** `request`: the route's pattern. `query`: `select patient`. `job`: the queue. */
  kind: 'request' | 'query' | 'job';
  name: string;
  method?: string;
}
/** How it went; a status for requests. */
export interface SpanEnd {
  ok: boolean;
  status?: number;
}
export interface FaultPlace {
  /** A pattern such as `/v1/devices/:id/revoke`. */
  route?: string | undefined;
  queue?: string | undefined;
}

export interface Observe {
  fault(error: unknown, place: FaultPlace): void;
  /** Runs it as a span; queries in it become its children. */
  within<T>(span: Span, run: () => Promise<T>, endOf: (result: T) => SpanEnd): Promise<T>;
  /** A span that ends when the returned is called. */
  begin(span: Span): (end: SpanEnd) => void;
  /** What waits goes out, at most for so many ms. */
  close(ms: number): Promise<void>;
}
