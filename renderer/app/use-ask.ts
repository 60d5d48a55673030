/** Asks the core, and asks again when it says that something the answer rests on has changed. */
import { useCallback, useEffect, useRef, useState } from 'react';
import type { InputOf, OutputOf, VerbName } from '#electron/contract/index.ts';
import { call, onCoreEvent } from './client.ts';

export interface Asked<T> {
  /** The last answer; null before the first. */
  value: T | null;
  /** Code of the last refusal. */
  code: string | null;
  again(): void;
}

/** @param entities which changes ask again; a question without an input (null) is not asked */
export function useAsk<N extends VerbName>(verb: N, input: InputOf<N> | null, entities: readonly string[] = []): Asked<OutputOf<N>> {
  const [value, setValue] = useState<OutputOf<N> | null>(null);
  const [code, setCode] = useState<string | null>(null);
  const key = JSON.stringify(input);
  const turn = useRef(0);

  const ask = useCallback(async () => {
    if (key === 'null') return;
    const mine = ++turn.current;
    const reply = await call(verb, JSON.parse(key) as InputOf<N>);
    if (mine !== turn.current) return;
    if (reply.ok) setValue(() => reply.value);
    setCode(reply.ok ? null : reply.code);
  }, [verb, key]);

  const watched = entities.join(' ');
  useEffect(() => {
    void ask();
    if (watched === '') return undefined;
    const names = new Set(watched.split(' '));
    let timer: number | null = null;
    const off = onCoreEvent((event) => {
      const concerns =
        event.type === 'changed' ? event.entities.some((entity) => names.has(entity)) : event.type === 'sync' && names.has('sync');
      if (!concerns) return;
      if (timer !== null) window.clearTimeout(timer);
      timer = window.setTimeout(() => void ask(), 30);
    });
    return () => {
      off();
      if (timer !== null) window.clearTimeout(timer);
    };
  }, [ask, watched]);

  const again = useCallback(() => void ask(), [ask]);
  return { value, code, again };
}
