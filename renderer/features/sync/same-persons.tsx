/** Patients registered on two laptops: one card after the other, and where the one just merged can be seen (and undone). */
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ComparedPatients, PatientHit } from '#electron/contract/patients.ts';
import { goTo } from '../../app/router.ts';
import { useAsk } from '../../app/use-ask.ts';
import { SamePersonCard } from '../patients/same-person-card.tsx';

export function useDuplicates() {
  return useAsk('patient.duplicates', {}, ['patient', 'patient_link', 'encounter']);
}

export function SamePersons({ pairs, current, onDone }: { pairs: readonly ComparedPatients[]; current: boolean; onDone(): void }) {
  const { t } = useTranslation('patients');
  const [merged, setMerged] = useState<PatientHit | null>(null);
  return (
    <>
      {merged !== null && (
        <p role="status">
          {t('samePerson.done')}{' '}
          <button type="button" className="link" onClick={() => goTo({ name: 'patient', id: merged.id })}>
            {t('samePerson.toPatient', { name: `${merged.familyName}, ${merged.givenName}` })}
          </button>
        </p>
      )}
      {pairs.map((pair, index) => (
        <SamePersonCard
          key={`${pair.into.id}/${pair.from.id}/${pair.seen}`}
          pair={pair}
          current={current && index === 0}
          onDone={() => {
            setMerged(pair.into);
            onDone();
          }}
        />
      ))}
    </>
  );
}
