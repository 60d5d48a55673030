/** The chart's data: asked once, asked again when the core says that something of it changed. */
import { startTransition, useCallback, useEffect, useRef, useState } from 'react';
import { call, onCoreEvent } from '#renderer/app/client.ts';
import type { ChartView, SignProblem } from './types.ts';

const CHART_ENTITIES = new Set([
  'encounter',
  'note_section',
  'observation',
  'red_flag_answer',
  'treatment_consent',
  'diagnosis',
  'treatment_line',
  'payment',
  'amendment',
  'letter',
  'safety_fact',
  'patient',
  'guardian',
  'conflict',
  'episode',
  'series_cover',
  'billing_setting',
]);

export interface ChartState {
  chart: ChartView | null;
  problems: readonly SignProblem[];
  /** Code of the last thing that could not be done; shown as a sentence. */
  problem: string | null;
  setProblem(code: string | null): void;
  refresh(): Promise<void>;
}

export function useChart(encounterId: string): ChartState {
  const [chart, setChart] = useState<ChartView | null>(null);
  const [problems, setProblems] = useState<readonly SignProblem[]>([]);
  const [problem, setProblem] = useState<string | null>(null);
  const turn = useRef(0);

  const refresh = useCallback(async () => {
    const mine = ++turn.current;
    const reply = await call('encounter.get', { id: encounterId });
    if (mine !== turn.current) return;
    if (!reply.ok) return setProblem(reply.code);
    // Drawn between keystrokes, never before one.
    startTransition(() => setChart(reply.value));
    performance.mark('chart:shown');
    if (reply.value.encounter.status !== 'draft') return setProblems([]);
    const check = await call('encounter.signCheck', { id: encounterId });
    if (mine === turn.current && check.ok) setProblems(check.value.problems);
  }, [encounterId]);

  useEffect(() => {
    performance.mark('chart:asked');
    void refresh();
    let timer: number | null = null;
    // Own keystrokes come back as events too: many of them make one new question.
    const off = onCoreEvent((event) => {
      if (event.type !== 'changed' || !event.entities.some((entity) => CHART_ENTITIES.has(entity))) return;
      if (timer !== null) window.clearTimeout(timer);
      timer = window.setTimeout(() => void refresh(), event.entities.every((entity) => entity === 'note_section') ? 400 : 20);
    });
    return () => {
      off();
      if (timer !== null) window.clearTimeout(timer);
    };
  }, [refresh]);

  return { chart, problems, problem, setProblem, refresh };
}
