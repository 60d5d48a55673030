/** One part of a patient's own fields as a person reads it. Empty where nothing is said. */
import { useTranslation } from 'react-i18next';
import type { ComparedPatients, PatientPartView } from '#electron/contract/patients.ts';
import { formatBirthDate } from '../chart/format.ts';

type Part = ComparedPatients['differences'][number]['part'];

export function usePartText(): (part: Part, view: PatientPartView) => string {
  const { t } = useTranslation('patients');
  return (part, { values }) => {
    const said = (...fields: (keyof typeof values)[]): string[] => fields.flatMap((field) => values[field] || []);
    if (part === 'name') return said('givenName', 'familyName').join(' ');
    if (part === 'birthDate') return formatBirthDate(values.birthDate ?? null);
    if (part === 'sex') return t(`sex.${values.sex ?? 'unknown'}`);
    if (part === 'status') return t(`status.${values.status ?? 'active'}`);
    if (part === 'nationalId')
      return values.nationalId ?? (values.missingNationalIdReason ? t(`missing.${values.missingNationalIdReason}`) : '');
    if (part === 'address') return [...said('addressLine'), said('postalCode', 'city').join(' ')].filter((text) => text !== '').join(', ');
    if (part === 'fastlege')
      return [...said('fastlegeName', 'fastlegePractice', 'fastlegeAddressLine'), said('fastlegePostalCode', 'fastlegeCity').join(' ')]
        .filter((text) => text !== '')
        .join(', ');
    return values[part] ?? '';
  };
}
