/** One draft while it comes: begun, written, ended. Lives as long as its page; who leaves, ends it. */
import { useCallback, useEffect, useRef, useState } from 'react';
import type { AiCode, AiEvent, AiSentence, AiSource, AiWish } from '#electron/contract/ai.ts';
import type { InputOf } from '#electron/contract/index.ts';
import { call, onCoreEvent } from '../../app/client.ts';

export interface DraftState {
  phase: 'none' | 'beginning' | 'writing' | 'ended' | 'waiting';
  sources: AiSource[];
  /** Source sentences that did not fit. */
  left: number;
  sentences: AiSentence[];
  codes: AiCode[];
  /** What is being written. */
  writing: string;
  /** Why it is not whole. */
  code: string | null;
  wish: AiWish | null;
}
const EMPTY: DraftState = { phase: 'none', sources: [], left: 0, sentences: [], codes: [], writing: '', code: null, wish: null };

export interface DraftRun extends DraftState {
  begin(input: InputOf<'ai.start'>): Promise<void>;
  cancel(): void;
  clear(): void;
}

export function useDraft(): DraftRun {
  const [state, setState] = useState(EMPTY);
  const run = useRef<string | null>(null);
  /** Events that come before the answer that names their run. */
  const early = useRef<AiEvent[]>([]);
  const turn = useRef(0);

  useEffect(() => {
    const off = onCoreEvent((event) => {
      if (event.type !== 'ai') return;
      if (event.run === run.current) {
        if (event.step !== 'end') mark('ai:told');
        setState((now) => after(now, event));
      } else if (early.current.length < 10_000) early.current.push(event);
    });
    return () => {
      off();
      if (run.current !== null) void call('ai.cancel', { run: run.current });
    };
  }, []);
  useEffect(() => {
    if (state.writing !== '' || state.sentences.length > 0 || state.codes.length > 0) mark('ai:shown');
  }, [state]);

  const begin = useCallback(async (input: InputOf<'ai.start'>) => {
    if (run.current !== null) void call('ai.cancel', { run: run.current });
    run.current = null;
    early.current = [];
    const mine = ++turn.current;
    performance.clearMarks('ai:told');
    performance.clearMarks('ai:shown');
    setState({ ...EMPTY, phase: 'beginning' });
    const reply = await call('ai.start', input);
    if (mine !== turn.current) {
      if (reply.ok && reply.value.run !== null) void call('ai.cancel', { run: reply.value.run });
      return;
    }
    if (!reply.ok) return setState({ ...EMPTY, phase: 'ended', code: reply.code });
    if (reply.value.run === null) return setState({ ...EMPTY, phase: 'waiting', wish: reply.value.wish });
    const { run: id, sources, left } = reply.value;
    run.current = id;
    const missed = early.current.filter((event) => event.run === id);
    if (missed.length > 0) mark('ai:told');
    setState(missed.reduce(after, { ...EMPTY, phase: 'writing' as const, sources, left }));
  }, []);
  const cancel = useCallback(() => {
    turn.current += 1;
    if (run.current !== null) void call('ai.cancel', { run: run.current });
    setState((now) => (now.phase === 'beginning' ? EMPTY : now));
  }, []);
  const clear = useCallback(() => {
    turn.current += 1;
    if (run.current !== null) void call('ai.cancel', { run: run.current });
    run.current = null;
    setState(EMPTY);
  }, []);
  return { ...state, begin, cancel, clear };
}

function after(state: DraftState, event: AiEvent): DraftState {
  if (event.step === 'writing') return { ...state, writing: event.text };
  if (event.step === 'sentence') return { ...state, writing: '', sentences: [...state.sentences, event.sentence] };
  if (event.step === 'code') return { ...state, codes: [...state.codes, event.code] };
  return { ...state, phase: 'ended', writing: '', code: event.code };
}

/** The first of each is what counts. */
function mark(name: 'ai:told' | 'ai:shown'): void {
  if (performance.getEntriesByName(name).length > 0) return;
  if (name === 'ai:told') performance.mark(name);
  else requestAnimationFrame(() => performance.getEntriesByName(name).length === 0 && performance.mark(name));
}
