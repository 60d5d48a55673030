/** At a signed letter: word to the patient that there is something for them. What it is, is never said (norway.md §8, S6). */
import { useTranslation } from 'react-i18next';
import { useAsk } from '../../app/use-ask.ts';
import { SayButtons } from './say-button.tsx';

const ENTITIES = ['message', 'channel_consent', 'patient', 'integration_setting'];

export function LetterNotice({ patientId, letterId }: { patientId: string; letterId: string }) {
  const { t } = useTranslation('messages');
  const offer = useAsk('reminder.offer', { patientId }, ENTITIES);
  const said = useAsk('message.about', { subjectId: letterId }, ENTITIES);
  if (offer.value === null || !offer.value.channels.some(({ on }) => on)) return null;
  const channels = offer.value.channels
    .filter(({ on }) => on)
    .map(({ channel, problem, consent }) => ({
      channel,
      problem: problem ?? (consent === 'yes' ? null : consent === 'no' ? 'consent/withdrawn' : 'consent/missing'),
    }));
  return (
    <p>
      {t('notice')}{' '}
      <SayButtons
        saying={{ patientId, templateId: 'notice', appointmentId: null, subjectId: letterId }}
        channels={channels}
        last={said.value?.items.at(-1)}
      />
    </p>
  );
}
