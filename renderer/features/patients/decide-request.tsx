/** The responsible clinician decides: each condition answered, the reason, and then granted or refused. What is erased is asked once more. */
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { InputOf } from '#electron/contract/index.ts';
import { call } from '../../app/client.ts';
import { useReturnFocus } from '../../app/use-return-focus.ts';
import { sentence } from '../../i18n/index.ts';
import { AskOnce } from '../settings/ask-once.tsx';
import { EntryLine } from './entry-line.tsx';
import type { ListedRequest } from './requests-section.tsx';

type Assessment = NonNullable<InputOf<'request.decide'>['assessment']>;
const NONE: Assessment = { harmless: false, archive: false, wrong: false, burdening: false, unnecessary: false, otherPerson: false };
const ASKED = {
  correction: [],
  deletion: ['harmless', 'archive', 'wrong', 'burdening', 'unnecessary'],
  wrong_person: ['harmless', 'otherPerson'],
} as const satisfies Record<ListedRequest['kind'], readonly (keyof Assessment)[]>;

export function DecideRequest({ request, onDone, onCancel }: { request: ListedRequest; onDone(): void; onCancel(): void }) {
  useReturnFocus();
  const { t } = useTranslation('requests');
  const [assessment, setAssessment] = useState(NONE);
  const [reason, setReason] = useState('');
  const [problem, setProblem] = useState<string | null>(null);
  const others = request.entries.filter(({ mine }) => !mine);
  const erases = request.kind !== 'correction';
  const ready = others.length === 0 && reason.trim().length >= 10;
  const decide = async (decision: 'granted' | 'refused'): Promise<void> => {
    const reply = await call('request.decide', { id: request.id, decision, reason, assessment: erases ? assessment : null });
    if (reply.ok) onDone();
    else setProblem(sentence(reply.code, reply.details));
  };
  return (
    <section
      className="siblings stack"
      aria-label={t('decide.title')}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        event.stopPropagation();
        onCancel();
      }}
    >
      <h2>
        {t('decide.title')}: {t(`kind.${request.kind}`)}
      </h2>
      <p style={{ whiteSpace: 'pre-wrap' }}>«{request.asked}»</p>
      {request.entries.map((entry) => (
        <p key={entry.id} style={{ margin: 0 }}>
          <EntryLine entry={entry} />
        </p>
      ))}
      {others[0] !== undefined && <p className="danger-text">{t('decide.mine', { name: others[0].responsibleName })}</p>}
      {erases && (
        <fieldset style={{ border: 0, padding: 0, margin: 0 }}>
          <legend className="quiet">{t('decide.conditions')}</legend>
          {ASKED[request.kind].map((condition) => (
            <label key={condition} className="row">
              <input
                type="checkbox"
                checked={assessment[condition]}
                onChange={(event) => {
                  setAssessment({ ...assessment, [condition]: event.currentTarget.checked });
                  setProblem(null);
                }}
              />
              {t(`condition.${condition}`)}
            </label>
          ))}
        </fieldset>
      )}
      <p className="quiet">
        {t(
          request.kind === 'correction'
            ? 'decide.correctionHelp'
            : request.kind === 'wrong_person'
              ? 'decide.copyHelp'
              : 'decide.refuseHelp',
        )}
      </p>
      <label className="field wide">
        <span>{t('decide.reason')}</span>
        <textarea
          className="input"
          rows={3}
          maxLength={20_000}
          autoFocus
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
      </label>
      {problem !== null && (
        <p className="danger-text" role="alert">
          {problem}
        </p>
      )}
      <div className="row">
        <button type="button" className="btn" disabled={!ready} onClick={() => void decide('refused')}>
          {t('decide.refuse')}
        </button>
        {ready && erases ? (
          <AskOnce
            label={t('decide.erase')}
            question={t('decide.eraseSure', { count: request.entries.length })}
            yes={t('decide.erase')}
            onYes={() => void decide('granted')}
          />
        ) : (
          <button type="button" className="btn" disabled={!ready} onClick={() => void decide('granted')}>
            {t(erases ? 'decide.erase' : 'decide.grant')}
          </button>
        )}
        <button type="button" className="btn" onClick={onCancel}>
          {t('decide.cancel')} <kbd>Esc</kbd>
        </button>
      </div>
    </section>
  );
}
