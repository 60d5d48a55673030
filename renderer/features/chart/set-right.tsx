/** Putting a note right that stands where it should not: move or discard a draft, enter a signed one in error, copy it to the right patient. */
import { formatBirthDate } from './format.ts';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '#renderer/app/client.ts';
import type { PatientHit } from '#electron/contract/patients.ts';
import type { ChartView } from './types.ts';

export type SetRight = 'move' | 'discard' | 'error' | 'copy';

interface Props {
  chart: ChartView;
  what: SetRight;
  onDone(openEncounterId: string | null): void;
  onClose(): void;
  onProblem(code: string): void;
}

export function SetRightPanel({ chart, what, onDone, onClose, onProblem }: Props) {
  const { t } = useTranslation('chart');
  const [reason, setReason] = useState('');
  const [query, setQuery] = useState('');
  const [hits, setHits] = useState<PatientHit[]>([]);
  const [patient, setPatient] = useState<PatientHit | null>(null);
  const needsPatient = what === 'move' || what === 'copy';
  const needsReason = what !== 'copy';
  const id = chart.encounter.id;

  useEffect(() => {
    if (!needsPatient || query.trim() === '') return setHits([]);
    let gone = false;
    void call('patient.search', { query, limit: 8 }).then((reply) => {
      if (!gone && reply.ok) setHits(reply.value.hits.filter((hit) => hit.id !== chart.patient.patient.id));
    });
    return () => {
      gone = true;
    };
  }, [query, needsPatient, chart.patient.patient.id]);

  const run = async (): Promise<void> => {
    if (needsPatient && patient === null) return;
    const to = patient?.id ?? '';
    const reply =
      what === 'move'
        ? await call('encounter.move', { id, patientId: to, reason })
        : what === 'discard'
          ? await call('encounter.discard', { id, reason })
          : what === 'error'
            ? await call('encounter.enterInError', { id, reason })
            : await call('encounter.copyTo', { id, patientId: to });
    if (!reply.ok) return onProblem(reply.code);
    onDone(reply.value === null ? null : reply.value.id);
  };

  return (
    <section
      className="amendment"
      role="dialog"
      aria-label={t(`setRight.${what}.title`)}
      onKeyDown={(event) => {
        if (event.key === 'Escape') {
          event.preventDefault();
          event.stopPropagation();
          onClose();
        } else if (event.key === 'Enter' && event.ctrlKey) {
          event.preventDefault();
          event.stopPropagation();
          void run();
        }
      }}
    >
      <strong>{t(`setRight.${what}.title`)}</strong>
      <p className="chart-quiet">{t(`setRight.${what}.help`)}</p>
      {needsPatient && patient === null && (
        <div className="picker">
          <input
            autoComplete="off"
            className="field-small"
            autoFocus
            aria-label={t('setRight.findPatient')}
            placeholder={t('setRight.findPatient')}
            value={query}
            onChange={(event) => setQuery(event.currentTarget.value)}
            onKeyDown={(event) => {
              const first = hits[0];
              if (event.key === 'Enter' && !event.ctrlKey && first !== undefined) {
                event.preventDefault();
                setPatient(first);
              }
            }}
          />
          <ul role="listbox" aria-label={t('setRight.findPatient')}>
            {hits.map((hit) => (
              <li
                key={hit.id}
                role="option"
                aria-selected={false}
                onMouseDown={(event) => {
                  event.preventDefault();
                  setPatient(hit);
                }}
              >
                <span>{formatBirthDate(hit.birthDate)}</span>
                <span>
                  {hit.familyName}, {hit.givenName}
                </span>
                <span className="chart-quiet">{hit.addressLine}</span>
              </li>
            ))}
          </ul>
        </div>
      )}
      {patient !== null && (
        <p>
          {t('setRight.to')}{' '}
          <strong>
            {patient.familyName}, {patient.givenName}
          </strong>{' '}
          {formatBirthDate(patient.birthDate)}
        </p>
      )}
      {needsReason && (
        <>
          <label htmlFor="set-right-reason">{t('amend.reason')}</label>
          <input
            autoComplete="off"
            id="set-right-reason"
            className="field-small"
            autoFocus={!needsPatient || patient !== null}
            key={patient?.id ?? 'none'}
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
          />
        </>
      )}
      <div className="section-actions">
        <button
          type="button"
          className="link danger"
          disabled={(needsReason && reason.trim() === '') || (needsPatient && patient === null)}
          onClick={() => void run()}
        >
          {t(`setRight.${what}.do`)} <kbd>Ctrl ⏎</kbd>
        </button>
        <button type="button" className="link" onClick={onClose}>
          {t('cancel')} <kbd>Esc</kbd>
        </button>
      </div>
    </section>
  );
}
