/** What can be done in a chart, each with its key (the table is in this folder's README). */
import type { TFunction } from 'i18next';
import type { Action } from '#renderer/app/keys.ts';
import { goTo } from '#renderer/app/router.ts';
import type { BillMode } from '../billing/bill-panel.tsx';
import type { SetRight } from './set-right.tsx';
import type { ChartView } from './types.ts';

export interface ChartDoing {
  t: TFunction<'chart'>;
  chart: ChartView | null;
  isDraft(): boolean;
  isSigned(): boolean;
  salt(): Promise<void>;
  sign(): Promise<void>;
  nextPatient(): Promise<void>;
  focusPanel(selector: string): void;
  setPicking(open: boolean): void;
  setBill(mode: BillMode): void;
  setNextOpen(open: boolean): void;
  setAmending(open: boolean): void;
  setSetRight(what: SetRight): void;
}

export function chartActions(doing: ChartDoing): Action[] {
  const { t, chart, isDraft, isSigned, salt, sign, nextPatient, focusPanel } = doing;
  const { setPicking, setBill, setNextOpen, setAmending, setSetRight } = doing;
  return [
    {
      id: 'chart.salt',
      label: t('actions.salt'),
      key: 'Control+l',
      when: () => isDraft() && chart?.saltSource !== null,
      run: () => void salt(),
    },
    { id: 'chart.diagnosis', label: t('actions.diagnosis'), key: 'Control+i', when: isDraft, run: () => setPicking(true) },
    { id: 'chart.price', label: t('actions.price'), key: 'F2', run: () => setBill('prices') },
    { id: 'chart.payment', label: t('actions.payment'), key: 'F8', run: () => setBill('payment') },
    { id: 'chart.next', label: t('actions.next'), key: 'F9', run: () => setNextOpen(true) },
    { id: 'chart.redFlags', label: t('actions.redFlags'), key: 'F4', when: isDraft, run: () => focusPanel('#red-flag-region') },
    { id: 'chart.nrs', label: t('actions.nrs'), key: 'F7', when: isDraft, run: () => focusPanel('#nrs-now') },
    {
      id: 'chart.confirmNext',
      label: t('actions.confirmNext'),
      key: 'Alt+Enter',
      when: isDraft,
      run: () => focusPanel('.section[data-review="unreviewed"] textarea'),
    },
    { id: 'chart.sign', label: t('actions.sign'), key: 'Control+Enter', when: isDraft, run: () => void sign() },
    { id: 'chart.amend', label: t('actions.amend'), key: 'Control+j', when: isSigned, run: () => setAmending(true) },
    { id: 'chart.nextPatient', label: t('actions.nextPatient'), key: 'Control+ArrowRight', run: () => void nextPatient() },
    { id: 'chart.move', label: t('actions.move'), key: 'Alt+f', when: isDraft, run: () => setSetRight('move') },
    { id: 'chart.discard', label: t('actions.discard'), when: isDraft, run: () => setSetRight('discard') },
    { id: 'chart.error', label: t('actions.error'), when: isSigned, run: () => setSetRight('error') },
    {
      id: 'chart.copy',
      label: t('actions.copy'),
      when: () => chart?.encounter.status === 'entered_in_error',
      run: () => setSetRight('copy'),
    },
    {
      id: 'chart.patient',
      label: t('actions.patient'),
      key: 'Alt+p',
      run: () => chart !== null && goTo({ name: 'patient', id: chart.patient.patient.id }),
    },
  ];
}
