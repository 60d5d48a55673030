/** A request is taken down: what, by whom, and about which entries. */
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { REQUEST_KINDS } from '#electron/contract/choices.ts';
import { call } from '../../app/client.ts';
import { useReturnFocus } from '../../app/use-return-focus.ts';
import { sentence } from '../../i18n/index.ts';
import { Choice } from '../../ui/field.tsx';
import { EntryLine } from './entry-line.tsx';
import type { Listed } from './requests-section.tsx';

type Kind = (typeof REQUEST_KINDS)[number];

export function NewRequest({
  patientId,
  entries,
  onDone,
  onCancel,
}: {
  patientId: string;
  entries: Listed['entries'];
  onDone(): void;
  onCancel(): void;
}) {
  useReturnFocus();
  const { t } = useTranslation('requests');
  const [kind, setKind] = useState<Kind>('deletion');
  const [origin, setOrigin] = useState<'patient' | 'own'>('patient');
  const [asked, setAsked] = useState('');
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [problem, setProblem] = useState<string | null>(null);
  const toggle = (id: string): void => {
    const next = new Set(chosen);
    if (!next.delete(id)) next.add(id);
    setChosen(next);
  };
  const save = async (): Promise<void> => {
    const targets = entries.filter(({ id }) => chosen.has(id)).map(({ entity, id }) => ({ entity, id }));
    const reply = await call('request.receive', { patientId, kind, origin, asked, targets });
    if (reply.ok) onDone();
    else setProblem(sentence(reply.code));
  };
  return (
    <form
      className="siblings stack"
      aria-label={t('new.title')}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        event.stopPropagation();
        onCancel();
      }}
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <h2>{t('new.title')}</h2>
      <p className="quiet">{t('help')}</p>
      <div className="row fields">
        <Choice
          label={t('new.kind')}
          value={kind}
          onText={(value) => setKind(value as Kind)}
          options={REQUEST_KINDS.map((value) => ({ value, label: t(`kind.${value}`) }))}
        />
        <Choice
          label={t('new.origin')}
          value={origin}
          onText={(value) => setOrigin(value === 'own' ? 'own' : 'patient')}
          options={[
            { value: 'patient', label: t('new.patient') },
            { value: 'own', label: t('new.own') },
          ]}
        />
      </div>
      <label className="field wide">
        <span>{t('new.asked')}</span>
        <textarea
          className="input"
          rows={3}
          maxLength={20_000}
          autoFocus
          required
          value={asked}
          onChange={(event) => setAsked(event.currentTarget.value)}
        />
      </label>
      <fieldset style={{ border: 0, padding: 0, margin: 0 }}>
        <legend className="quiet">{t('new.which')}</legend>
        {entries.length === 0 && <p className="quiet">{t('new.nothing')}</p>}
        {entries.map((entry) => (
          <label key={entry.id} className="row">
            <input type="checkbox" checked={chosen.has(entry.id)} onChange={() => toggle(entry.id)} />
            <EntryLine entry={entry} />
          </label>
        ))}
      </fieldset>
      {problem !== null && (
        <p className="danger-text" role="alert">
          {problem}
        </p>
      )}
      <div className="row">
        <button type="submit" className="btn main" disabled={chosen.size === 0 || asked.trim().length < 3}>
          {t('new.save')}
        </button>
        <button type="button" className="btn" onClick={onCancel}>
          {t('new.cancel')} <kbd>Esc</kbd>
        </button>
      </div>
    </form>
  );
}
