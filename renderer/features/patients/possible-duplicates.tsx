/** Others with the same number, or the same name and birth date: named, and compared when somebody asks for it. */
import { useTranslation } from 'react-i18next';
import type { PatientHit } from '#electron/contract/patients.ts';
import { goTo } from '../../app/router.ts';
import { useAsk } from '../../app/use-ask.ts';
import { formatBirthDate } from '../chart/format.ts';
import { SamePersonCard } from './same-person-card.tsx';

export function PossibleDuplicates({
  id,
  hits,
  otherId,
  onCompare,
}: {
  id: string;
  hits: readonly PatientHit[];
  /** The one that is compared with now. */
  otherId: string | null;
  onCompare(otherId: string | null): void;
}) {
  const { t } = useTranslation('patients');
  const compared = useAsk('patient.compare', otherId === null ? null : { id, otherId }, ['patient', 'patient_link']);
  if (hits.length === 0) return null;
  return (
    <>
      <p className="due">
        {t('duplicates')}{' '}
        {hits.map((hit) => (
          <span key={hit.id}>
            <button type="button" className="link" onClick={() => goTo({ name: 'patient', id: hit.id })}>
              {hit.familyName}, {hit.givenName} {formatBirthDate(hit.birthDate)}
            </button>{' '}
            <button
              type="button"
              className="btn"
              aria-expanded={otherId === hit.id}
              onClick={() => onCompare(otherId === hit.id ? null : hit.id)}
            >
              {t('samePerson.compare')}
            </button>{' '}
          </span>
        ))}
      </p>
      {otherId !== null && compared.value !== null && (
        <SamePersonCard key={`${otherId}/${compared.value.seen}`} pair={compared.value} current onDone={() => onCompare(null)} />
      )}
    </>
  );
}
