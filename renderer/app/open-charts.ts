/**
 * The charts that are open, each with its caret: kept in the encrypted database per person, so that they stand as
 * they were after a lock, a restart or a crash.
 */
import { useSyncExternalStore } from 'react';
import { call } from './client.ts';

export interface OpenChart {
  encounterId: string;
  /** For the tab; from the core, never from the address. */
  patientName: string;
  /** Section and place of the caret. */
  section: string | null;
  caret: number;
}

let charts: readonly OpenChart[] = [];
let saving: number | null = null;
const listeners = new Set<() => void>();

function changed(next: readonly OpenChart[]): void {
  charts = next;
  for (const listener of listeners) listener();
  if (saving !== null) window.clearTimeout(saving);
  saving = window.setTimeout(() => void saveOpenCharts(), 500);
}

export async function saveOpenCharts(): Promise<void> {
  if (saving !== null) window.clearTimeout(saving);
  saving = null;
  await call('ui.save', { key: 'open-charts', value: charts.map((chart) => ({ ...chart })) });
}

export async function loadOpenCharts(): Promise<void> {
  const reply = await call('ui.load', { key: 'open-charts' });
  if (reply.ok && Array.isArray(reply.value.value)) {
    charts = reply.value.value as OpenChart[];
    for (const listener of listeners) listener();
  }
}

/** The window no longer holds anybody's charts. */
export function forgetOpenCharts(): void {
  if (saving !== null) window.clearTimeout(saving);
  saving = null;
  charts = [];
}

export function openChart(encounterId: string, patientName: string): void {
  const known = charts.find((chart) => chart.encounterId === encounterId);
  if (known === undefined) changed([...charts, { encounterId, patientName, section: null, caret: 0 }]);
  else if (known.patientName !== patientName) changed(charts.map((chart) => (chart === known ? { ...chart, patientName } : chart)));
}
export function closeChart(encounterId: string): void {
  changed(charts.filter((chart) => chart.encounterId !== encounterId));
}
export function noteCaret(encounterId: string, section: string, caret: number): void {
  const known = charts.find((chart) => chart.encounterId === encounterId);
  if (known === undefined || (known.section === section && known.caret === caret)) return;
  // No listener needs to know: the caret is already where it is.
  charts = charts.map((chart) => (chart === known ? { ...chart, section, caret } : chart));
  if (saving === null) saving = window.setTimeout(() => void saveOpenCharts(), 500);
}
export function chartState(encounterId: string): OpenChart | undefined {
  return charts.find((chart) => chart.encounterId === encounterId);
}
export function useOpenCharts(): readonly OpenChart[] {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => charts,
  );
}
