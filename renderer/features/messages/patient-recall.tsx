/** On the patient's page: when they are to be asked to come again. One at a time; planning again moves it. */
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../../app/client.ts';
import { useActions } from '../../app/keys.ts';
import { useAsk } from '../../app/use-ask.ts';
import { sentence } from '../../i18n/index.ts';
import { Choice, Field } from '../../ui/field.tsx';
import { todayInOslo } from '../today/day.ts';
import { dueWords, RecallActs } from './recall-row.tsx';
import './messages.css';

const MONTHS = [3, 6, 12];

/** The same day so many months on; the last of a month that is shorter. */
function monthsOn(day: string, months: number): string {
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number);
  const last = new Date(Date.UTC(year, month - 1 + months + 1, 0)).getUTCDate();
  return new Date(Date.UTC(year, month - 1 + months, Math.min(date, last))).toISOString().slice(0, 10);
}

export function PatientRecall({ patientId, idle, onBook }: { patientId: string; idle: boolean; onBook(): void }) {
  const { t } = useTranslation('messages');
  const planned = useAsk('recall.of', { patientId }, ['recall', 'message', 'channel_consent', 'patient', 'integration_setting']);
  const [planning, setPlanning] = useState(false);
  useActions([{ id: 'recall.plan', label: t('recalls.plan'), key: 'k', when: () => idle && !planning, run: () => setPlanning(true) }]);
  const [recall] = planned.value?.items ?? [];
  return (
    <section aria-labelledby="recall-title">
      <h2 id="recall-title">{t('recalls.title')}</h2>
      {recall !== undefined && !planning && (
        <p>
          {dueWords(t, recall)}
          <br />
          <RecallActs recall={recall} onBook={onBook} />
        </p>
      )}
      {planning ? (
        <Plan patientId={patientId} dueOn={recall?.dueOn ?? null} basis={recall?.basis ?? 'agreed'} onDone={() => setPlanning(false)} />
      ) : (
        <button type="button" className="link" onClick={() => setPlanning(true)}>
          {recall === undefined ? t('recalls.plan') : t('recalls.move')} <kbd>K</kbd>
        </button>
      )}
    </section>
  );
}

function Plan({
  patientId,
  dueOn: given,
  basis: begun,
  onDone,
}: {
  patientId: string;
  dueOn: string | null;
  basis: 'agreed' | 'offer';
  onDone(): void;
}) {
  const { t } = useTranslation('messages');
  const [dueOn, setDueOn] = useState(given ?? monthsOn(todayInOslo(), 6));
  const [basis, setBasis] = useState(begun);
  const [problem, setProblem] = useState<string | null>(null);
  const save = async (): Promise<void> => {
    const reply = await call('recall.plan', { patientId, dueOn, basis });
    if (reply.ok) onDone();
    else setProblem(sentence(reply.code));
  };
  return (
    <form
      className="recall-plan"
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        event.preventDefault();
        event.stopPropagation();
        onDone();
      }}
    >
      <div className="row" style={{ flexWrap: 'wrap' }}>
        {MONTHS.map((months, index) => (
          <button
            key={months}
            type="button"
            className="btn"
            autoFocus={index === 0}
            aria-pressed={dueOn === monthsOn(todayInOslo(), months)}
            onClick={() => setDueOn(monthsOn(todayInOslo(), months))}
          >
            {t('recalls.months', { count: months })}
          </button>
        ))}
      </div>
      <Field label={t('recalls.dueOn')} type="date" value={dueOn} onText={setDueOn} required />
      <Choice
        label={t('recalls.ground')}
        value={basis}
        onText={(value) => setBasis(value === 'offer' ? 'offer' : 'agreed')}
        options={(['agreed', 'offer'] as const).map((value) => ({ value, label: t(`recalls.basis.${value}`) }))}
      />
      <p className="quiet">{t(`recalls.help.${basis}`)}</p>
      {problem !== null && (
        <p className="danger-text" role="alert">
          {problem}
        </p>
      )}
      <div className="row" style={{ marginTop: 8 }}>
        <button type="submit" className="btn main">
          {t('recalls.save')} <kbd>⏎</kbd>
        </button>
        <button type="button" className="btn" onClick={onDone}>
          {t('common:cancel')} <kbd>Esc</kbd>
        </button>
      </div>
    </form>
  );
}
