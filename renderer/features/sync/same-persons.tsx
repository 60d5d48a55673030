/** Patients registered on two laptops: one card after the other. */
import type { ComparedPatients } from '#electron/contract/patients.ts';
import { useAsk } from '../../app/use-ask.ts';
import { SamePersonCard } from '../patients/same-person-card.tsx';

export function useDuplicates() {
  return useAsk('patient.duplicates', {}, ['patient', 'patient_link', 'encounter']);
}

export function SamePersons({ pairs, current, onDone }: { pairs: readonly ComparedPatients[]; current: boolean; onDone(): void }) {
  return pairs.map((pair, index) => (
    <SamePersonCard key={`${pair.into.id}/${pair.from.id}/${pair.seen}`} pair={pair} current={current && index === 0} onDone={onDone} />
  ));
}
