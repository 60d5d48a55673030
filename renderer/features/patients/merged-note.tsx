/** On the page of a person who was registered more than once: that it is so, and the way back. */
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { MergedView, PatientView } from '#electron/contract/patients.ts';
import { call } from '../../app/client.ts';
import { useActions } from '../../app/keys.ts';
import { sentence } from '../../i18n/index.ts';
import { formatBirthDate, formatDate } from '../chart/format.ts';
import './same-person.css';

/** In a note the line only says it; what undoes it stands on the patient's page. */
export function MergedLine({ sameAs }: Pick<PatientView, 'sameAs'>) {
  if (sameAs.length === 0) return null;
  return (
    <div className="merged">
      {sameAs.map((merged) => (
        <p key={merged.linkId}>
          <Merged merged={merged} />
        </p>
      ))}
    </div>
  );
}

export function MergedNote({ view }: { view: Pick<PatientView, 'sameAs' | 'steppedBack'> }) {
  const { t } = useTranslation('patients');
  const { sameAs, steppedBack } = view;
  const [asked, setAsked] = useState<string | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const only = sameAs.length === 1 ? sameAs[0] : undefined;
  const undo = async (linkId: string): Promise<void> => {
    if (asked !== linkId) return setAsked(linkId);
    const reply = await call('patient.unmerge', { linkId });
    setAsked(null);
    setProblem(reply.ok ? null : sentence(reply.code));
  };
  useActions([
    {
      id: 'same.undo',
      label: t('samePerson.undo'),
      key: 'u',
      when: () => only !== undefined,
      run: () => only !== undefined && void undo(only.linkId),
    },
  ]);
  if (sameAs.length === 0 && problem === null) return null;
  return (
    <div className="merged">
      {steppedBack !== null && <p role="status">{t('samePerson.steppedBack', { name: steppedBack })}</p>}
      {sameAs.map((merged) => (
        <p key={merged.linkId} className="row">
          <span>
            <Merged merged={merged} />
          </span>
          {asked === merged.linkId && (
            <span className="due" role="alert">
              {t('samePerson.undoAsk')}
            </span>
          )}
          <button type="button" className="btn" onClick={() => void undo(merged.linkId)}>
            {asked === merged.linkId ? t('samePerson.undoYes') : t('samePerson.undo')} {only !== undefined && <kbd>U</kbd>}
          </button>
          {asked === merged.linkId && (
            <button type="button" className="btn" onClick={() => setAsked(null)}>
              {t('common:cancel')}
            </button>
          )}
        </p>
      ))}
      {problem !== null && (
        <p className="danger-text" role="alert">
          {problem}
        </p>
      )}
    </div>
  );
}

function Merged({ merged: { name, birthDate, maskedNationalId, mergedByName, mergedAt } }: { merged: MergedView }) {
  const { t } = useTranslation('patients');
  return (
    <>
      {birthDate === null ? t('samePerson.mergedUnborn', { name }) : t('samePerson.merged', { name, date: formatBirthDate(birthDate) })}{' '}
      <span className="quiet">
        {maskedNationalId !== null && <span className="num">{maskedNationalId} </span>}
        {t('samePerson.by', { name: mergedByName ?? '', date: formatDate(mergedAt) })}
      </span>
    </>
  );
}
