/** The letters a signed visit can become, one key each, and the way to a copy of the whole journal. */
import { useTranslation } from 'react-i18next';
import { LETTER_KINDS, type LetterKind } from '#electron/contract/choices.ts';
import { call } from '#renderer/app/client.ts';
import { shownKey, useActions } from '#renderer/app/keys.ts';
import { goTo } from '#renderer/app/router.ts';
import { useAsk } from '#renderer/app/use-ask.ts';
import { ACCESS_COPY_KEY, kindsOf, LETTER_KEYS } from './kinds.ts';

interface Props {
  encounterId: string;
  patientId: string;
  /** While something else is being done with the visit, the keys are not its. */
  idle: boolean;
  onProblem(code: string): void;
}

export function VisitLetters({ encounterId, patientId, idle, onProblem }: Props) {
  const { t } = useTranslation('chart');
  const clinic = useAsk('clinic.get', {}, ['clinic']).value;
  const kinds = kindsOf(clinic);
  // A key that comes before it is known what the clinic writes is not lost: the core knows.
  const keyed = clinic === null ? LETTER_KINDS : kinds;
  const write = async (kind: LetterKind): Promise<void> => {
    const reply = await call('letter.create', { encounterId, kind });
    if (reply.ok) goTo({ name: 'letter', id: reply.value.id });
    else onProblem(reply.code);
  };
  const copy = (): void => goTo({ name: 'patient', id: patientId, copying: true });
  useActions([
    ...keyed.map((kind) => ({
      id: `chart.letter.${kind}`,
      label: t('actions.letter', { kind: t(`letterKind.${kind}`) }),
      key: LETTER_KEYS[kind],
      when: () => idle,
      run: () => void write(kind),
    })),
    { id: 'chart.copy-journal', label: t('letter.copy'), key: ACCESS_COPY_KEY, when: () => idle, run: copy },
  ]);
  return (
    <section aria-label={t('letter.title')}>
      <h2>{t('letter.title')}</h2>
      <ul className="line-list">
        {kinds.map((kind) => (
          <li key={kind}>
            <button type="button" className="link grow letter-link" onClick={() => void write(kind)}>
              {t(`letterKind.${kind}`)}
            </button>
            <kbd>{shownKey(LETTER_KEYS[kind])}</kbd>
          </li>
        ))}
        <li>
          <button type="button" className="link grow letter-link" onClick={copy}>
            {t('letter.copy')}
          </button>
          <kbd>{shownKey(ACCESS_COPY_KEY)}</kbd>
        </li>
      </ul>
    </section>
  );
}
