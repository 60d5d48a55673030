/** What stands between the letter and its signature, each a way to where it is put right. */
import { useTranslation } from 'react-i18next';
import type { LetterView } from '#electron/contract/letters.ts';
import { FRAME_KEYS } from '#db/rules/letter-frame.ts';
import { goTo } from '#renderer/app/router.ts';
import { goToPart } from './parts.ts';

export function LetterGaps({ view }: { view: LetterView }) {
  const { t } = useTranslation('letters');
  const { kind, patientId } = view.letter;
  const nameOf = (key: string): string =>
    FRAME_KEYS.some((one) => one === key) || key === 'diagnoses'
      ? t(`part.${key}`)
      : inSentence(t([`kindField.${kind}.${key}`, `field.${key}`]));
  // The frame is the record's: it is put right there, and stands in the letter at once.
  const jump = (key: string): void => {
    if (goToPart(key)) return;
    goTo(key.startsWith('patient') ? { name: 'patient', id: patientId } : { name: 'settings' });
  };
  const listed = (keys: readonly string[]) =>
    keys.map((key, index) => (
      <span key={key}>
        {index > 0 && ', '}
        <button type="button" className="link letter-gap" onClick={() => jump(key)}>
          {nameOf(key)}
        </button>
      </span>
    ));
  return (
    <>
      {view.missing.length > 0 && (
        <p className="chart-danger" role="status">
          {t('missing')} {listed(view.missing)}
        </p>
      )}
      {view.faults.length > 0 && (
        <p className="chart-danger" role="status">
          {t('wrong')} {listed(view.faults.map(({ key }) => key))}
        </p>
      )}
      {view.advised.length > 0 && (
        <p className="chart-due">
          {t('advised')} {listed(view.advised)}
        </p>
      )}
    </>
  );
}

/** `Funn` → `funn`, but `L-takst` as it is. */
const inSentence = (name: string): string => (/^\p{Lu}(?![\p{Ll} ])/u.test(name) ? name : name.charAt(0).toLowerCase() + name.slice(1));
