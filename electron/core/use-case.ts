/**
 * How a verb becomes code. `useCase`: synchronous, one transaction, rolled back when it answers with an error.
 * `service`: for what waits (key derivation, PDF, network); it opens its transactions itself.
 */
import type { ParsedOf, OutputOf, VerbName } from '#electron/contract/index.ts';
import type { Result } from '#electron/contract/verb.ts';
import type { Context } from './context.ts';
import type { CoreServices } from './services.ts';

export interface UseCase<N extends VerbName = VerbName> {
  readonly kind: 'use-case';
  readonly verb: N;
  run(context: Context, input: ParsedOf<N>): Result<OutputOf<N>>;
}
export interface Service<N extends VerbName = VerbName> {
  readonly kind: 'service';
  readonly verb: N;
  /** Whether it may run while nobody is in, or while locked. */
  readonly allowedIn: 'any' | 'open';
  run(services: CoreServices, input: ParsedOf<N>): Promise<Result<OutputOf<N>>>;
}
/** As it stands in the list of verbs: the types of one verb are checked where it is written. */
export type AnyHandler =
  | { readonly kind: 'use-case'; readonly verb: VerbName; run(context: Context, input: never): Result<unknown> }
  | {
      readonly kind: 'service';
      readonly verb: VerbName;
      readonly allowedIn: 'any' | 'open';
      run(services: CoreServices, input: never): Promise<Result<unknown>>;
    };

export function useCase<N extends VerbName>(verb: N, run: UseCase<N>['run']): UseCase<N> {
  return { kind: 'use-case', verb, run };
}
export function service<N extends VerbName>(verb: N, run: Service<N>['run'], allowedIn: 'any' | 'open' = 'open'): Service<N> {
  return { kind: 'service', verb, allowedIn, run };
}
