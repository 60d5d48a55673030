/** Where the operator is strict: a copy leaves the house on two persons' word. Asking, and saying yes or no to a colleague's asking. */
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ExportRequest } from '#electron/contract/exporting.ts';
import { call } from '../../app/client.ts';
import { useAsk } from '../../app/use-ask.ts';
import { sentence } from '../../i18n/index.ts';
import { Field } from '../../ui/field.tsx';
import { formatDate, formatTime } from '../chart/format.ts';

/** Nothing where one person is enough, or the second has said yes; else how it stands, and asking. */
export function SecondPerson({ patientId }: { patientId: string }) {
  const { t } = useTranslation('patients');
  const state = useAsk('exporting.state', { patientId }, ['export_approval', 'sync']);
  const [purpose, setPurpose] = useState('');
  const [problem, setProblem] = useState<string | null>(null);
  if (state.value === null || !state.value.strict) return null;
  const { may, alone, aloneFrom, requests } = state.value;
  const mine = requests.find((one) => one.mine);
  const ask = async (): Promise<void> => {
    const reply = await call('exporting.ask', { patientId, purpose });
    setProblem(reply.ok ? null : sentence(reply.code, reply.details));
    if (reply.ok) setPurpose('');
  };
  return (
    <section aria-label={t('export.title')}>
      <p className={may ? 'quiet' : 'due'}>
        {may
          ? alone
            ? t('export.aloneMay')
            : t('export.may', { name: mine?.decidedByName ?? '' })
          : t(alone ? 'export.alone' : 'export.needed')}
      </p>
      {!may && aloneFrom !== null && (
        <p className="quiet">{t('export.aloneFrom', { at: `${formatDate(aloneFrom)} ${formatTime(aloneFrom)}` })}</p>
      )}
      {!may && !alone && mine !== undefined && (
        <p className="quiet">
          {t(`export.state.${mine.state}`, {
            at: `${formatDate(mine.decidedAt ?? mine.askedAt)} ${formatTime(mine.decidedAt ?? mine.askedAt)}`,
            name: mine.decidedByName ?? '',
          })}
        </p>
      )}
      {!may && aloneFrom === null && (alone || mine?.state !== 'asked') && (
        <div className="row fields">
          <Field label={t('export.purpose')} value={purpose} onText={setPurpose} maxLength={500} />
          <button type="button" className="btn" disabled={purpose.trim().length < 3} onClick={() => void ask()}>
            {t('export.ask')}
          </button>
        </div>
      )}
      {problem !== null && (
        <p className="danger-text" role="alert">
          {problem}
        </p>
      )}
    </section>
  );
}

/** On I dag: what colleagues ask to take out. */
export function ExportsWaiting() {
  const { t } = useTranslation('patients');
  const waiting = useAsk('exporting.waiting', {}, ['export_approval']);
  const [problem, setProblem] = useState<string | null>(null);
  const requests = waiting.value?.requests ?? [];
  if (requests.length === 0) return null;
  const decide = async ({ id }: ExportRequest, state: 'approved' | 'refused'): Promise<void> => {
    const reply = await call('exporting.decide', { id, state });
    setProblem(reply.ok ? null : sentence(reply.code));
  };
  return (
    <section className="recalls" aria-labelledby="exports-title">
      <h2 id="exports-title">{t('export.waiting')}</h2>
      <ul>
        {requests.map((one) => (
          <li key={one.id}>
            {one.patientName}{' '}
            <span className="quiet">
              {t('export.askedBy', { name: one.askedByName ?? '', at: `${formatDate(one.askedAt)} ${formatTime(one.askedAt)}` })}
            </span>
            <br />
            {one.purpose}
            <br />
            <button type="button" className="link" onClick={() => void decide(one, 'approved')}>
              {t('export.yes')}
            </button>{' '}
            <button type="button" className="link" onClick={() => void decide(one, 'refused')}>
              {t('export.no')}
            </button>
          </li>
        ))}
      </ul>
      {problem !== null && (
        <p className="danger-text" role="alert">
          {problem}
        </p>
      )}
    </section>
  );
}
