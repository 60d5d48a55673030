/** A copy of the journal for the patient, or for another who may have it: to whom, on what ground, as pages, as FHIR or as data. */
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { JOURNAL_BASES } from '#electron/contract/journal.ts';
import { call } from '../../app/client.ts';
import { sentence } from '../../i18n/index.ts';
import { Choice, Field } from '../../ui/field.tsx';
import { saveFile } from '../../ui/save-file.ts';
import { SecondPerson } from './second-person.tsx';

type Basis = (typeof JOURNAL_BASES)[number];

export function JournalCopy({ patientId, patientName, onClose }: { patientId: string; patientName: string; onClose(): void }) {
  const { t } = useTranslation('patients');
  const [recipient, setRecipient] = useState(patientName);
  const [basis, setBasis] = useState<Basis>('patient');
  const [problem, setProblem] = useState<string | null>(null);
  const make = async (form: 'pdf' | 'fhir' | 'data'): Promise<void> => {
    const reply = await call('journal.copy', { patientId, recipient, basis, form, warned: true });
    if (!reply.ok) return setProblem(sentence(reply.code));
    saveFile(reply.value);
    onClose();
  };
  const log = async (): Promise<void> => {
    const reply = await call('audit.report', { patientId, warned: true });
    if (!reply.ok) return setProblem(sentence(reply.code));
    saveFile(reply.value);
    onClose();
  };
  return (
    <form
      className="siblings stack"
      role="alertdialog"
      aria-label={t('copy.title')}
      onKeyDown={(event) => event.key === 'Escape' && onClose()}
      onSubmit={(event) => {
        event.preventDefault();
        void make('pdf');
      }}
    >
      <h2>{t('copy.title')}</h2>
      <p className="quiet">{t('copy.help')}</p>
      <Field label={t('copy.recipient')} value={recipient} onText={setRecipient} maxLength={200} required autoFocus />
      <Choice
        label={t('copy.basis')}
        value={basis}
        onText={(value) => setBasis(value as Basis)}
        options={JOURNAL_BASES.map((value) => ({ value, label: t(`copy.bases.${value}`) }))}
      />
      <p className="danger-text">{t('copy.warning')}</p>
      <SecondPerson patientId={patientId} />
      {problem !== null && (
        <p className="danger-text" role="alert">
          {problem}
        </p>
      )}
      <div className="row">
        <button type="submit" className="btn main" disabled={recipient.trim() === ''}>
          {t('copy.pdf')} <kbd>⏎</kbd>
        </button>
        <button
          type="button"
          className="btn"
          disabled={recipient.trim() === ''}
          title={t('copy.fhirHelp')}
          onClick={() => void make('fhir')}
        >
          {t('copy.fhir')}
        </button>
        <button
          type="button"
          className="btn"
          disabled={recipient.trim() === ''}
          title={t('copy.dataHelp')}
          onClick={() => void make('data')}
        >
          {t('copy.data')}
        </button>
        <button type="button" className="btn" title={t('copy.logHelp')} onClick={() => void log()}>
          {t('copy.log')}
        </button>
        <button type="button" className="btn" onClick={onClose}>
          {t('copy.cancel')} <kbd>Esc</kbd>
        </button>
      </div>
    </form>
  );
}
