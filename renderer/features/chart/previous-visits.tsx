/** What was: earlier visits, each opening inline without leaving the note being written. */
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '#renderer/app/client.ts';
import type { ChartView } from './types.ts';
import { formatDay } from './format.ts';
import { SignedNote } from './signed-note.tsx';

export function PreviousVisits({ chart, onOpenLetter }: { chart: ChartView; onOpenLetter(id: string): void }) {
  const { t } = useTranslation('chart');
  const [open, setOpen] = useState<ChartView | null>(null);
  const toggle = async (id: string): Promise<void> => {
    if (open?.encounter.id === id) return setOpen(null);
    const reply = await call('encounter.previous', { id });
    if (reply.ok) setOpen(reply.value);
  };
  return (
    <nav aria-label={t('previous.title')}>
      <h2>{t('previous.title')}</h2>
      {chart.previous.length === 0 && <p className="chart-quiet">{t('previous.none')}</p>}
      {chart.previous.map((visit) => (
        <div key={visit.id}>
          <button
            type="button"
            className="row-button"
            aria-expanded={open?.encounter.id === visit.id}
            onClick={() => void toggle(visit.id)}
          >
            <span>{formatDay(visit.visitAt).replace(/^\S+\s/, '')}</span>
            <span className="ellipsis">
              {visit.status === 'entered_in_error' ? (
                <s>{t('status.entered_in_error')}</s>
              ) : (
                <>
                  <span className="code">{visit.mainCode}</span> {visit.mainText ?? (visit.status === 'draft' ? t('status.draft') : '')}
                </>
              )}
            </span>
            <span className="chart-quiet">{visit.nrs === null ? '' : `NRS ${visit.nrs}`}</span>
          </button>
          {open?.encounter.id === visit.id && <SignedNote chart={open} small />}
        </div>
      ))}
      {chart.letters.length > 0 && <h2>{t('previous.letters')}</h2>}
      {chart.letters.map((letter) => (
        <button key={letter.id} type="button" className="row-button of-letter" onClick={() => onOpenLetter(letter.id)}>
          <span className="ellipsis">{t(`letterKind.${letter.kind}`)}</span>
          <span className="chart-quiet">{t(`letterStatus.${letter.status}`)}</span>
          <span aria-hidden="true">▸</span>
        </button>
      ))}
    </nav>
  );
}
