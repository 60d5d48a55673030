/** One recall: whom, when, on what ground, what was asked, and what can be done. */
import { useTranslation } from 'react-i18next';
import type { RecallView } from '#electron/contract/recalls.ts';
import { call } from '../../app/client.ts';
import { formatDate } from '../chart/format.ts';
import { SayButtons } from './say-button.tsx';

const TEMPLATE = { agreed: 'recall-agreed', offer: 'recall' } as const;

export function RecallActs({ recall, onBook, onClosed }: { recall: RecallView; onBook(): void; onClosed?(): void }) {
  const { t } = useTranslation('messages');
  const { id, patient, basis, channels, messages } = recall;
  const close = (state: 'done' | 'dropped'): void => void call('recall.close', { id, state }).then(({ ok }) => ok && onClosed?.());
  return (
    <span className="recall-acts">
      <SayButtons
        saying={{ patientId: patient.id, templateId: TEMPLATE[basis], appointmentId: null, subjectId: id }}
        channels={channels}
        last={messages.at(-1)}
      />
      <button type="button" className="link" onClick={onBook}>
        {t('recalls.book')}
      </button>
      <button type="button" className="link" onClick={() => close('done')}>
        {t('recalls.done')}
      </button>
      <button type="button" className="link" onClick={() => close('dropped')}>
        {t('recalls.drop')}
      </button>
    </span>
  );
}

export const dueWords = (t: ReturnType<typeof useTranslation>['t'], { dueOn, basis }: Pick<RecallView, 'dueOn' | 'basis'>): string =>
  `${formatDate(`${dueOn}T12:00:00Z`)} · ${t(`messages:recalls.basis.${basis}`)}`;
