/** Which of the visit's diagnoses stand in the letter: each is there because somebody put it there. */
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { LetterView } from '#electron/contract/letters.ts';

type Diagnoses = LetterView['visitDiagnoses'];
interface Props {
  chosen: Diagnoses;
  ofVisit: Diagnoses;
  missing: boolean;
  offer: ReactNode;
  onWrite(diagnoses: Diagnoses): void;
}

export function LetterDiagnoses({ chosen, ofVisit, missing, offer, onWrite }: Props) {
  const { t } = useTranslation('letters');
  const isSame = (a: Diagnoses[number], b: Diagnoses[number]): boolean => a.system === b.system && a.code === b.code;
  const all = [...chosen, ...ofVisit.filter((one) => !chosen.some((other) => isSame(one, other)))];
  return (
    <fieldset
      className="section letter-choice"
      data-part="diagnoses"
      data-missing={missing ? '' : undefined}
      data-offered={offer === null ? undefined : ''}
    >
      <legend>
        {t('field.diagnoses')} {missing && <span className="chart-danger">{t('isMissing')}</span>}
      </legend>
      {all.length === 0 && <p className="chart-quiet">{t('noDiagnoses')}</p>}
      <div className="letter-diagnoses">
        {all.map((one) => {
          const inLetter = chosen.some((other) => isSame(one, other));
          return (
            <label key={`${one.system} ${one.code}`}>
              <input
                type="checkbox"
                checked={inLetter}
                onChange={() => onWrite(inLetter ? chosen.filter((other) => !isSame(one, other)) : [...chosen, one])}
              />
              <span className="code">{one.code}</span> {one.text}
            </label>
          );
        })}
      </div>
      {offer}
    </fieldset>
  );
}
