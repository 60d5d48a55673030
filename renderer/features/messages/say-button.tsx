/** One thing to say to a patient, by the channel that reaches them: asked for, then shown with how it fares and a way back while it waits. */
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { InputOf } from '#electron/contract/index.ts';
import type { ChannelOffer, MessageLife } from '#electron/contract/messages.ts';
import { call } from '../../app/client.ts';
import { sentence } from '../../i18n/index.ts';
import { MessageActs } from './booking-reminders.tsx';
import { MessageState } from './message-state.tsx';
import { reasonText } from './reason-text.ts';

type Saying = Omit<InputOf<'message.ask'>, 'channel' | 'body'>;

/** @returns a sentence of what stands in the way, or null when it is asked for */
export async function say(t: ReturnType<typeof useTranslation>['t'], asked: Saying & { channel: 'sms' | 'email' }): Promise<string | null> {
  const reply = await call('message.ask', { ...asked, body: null });
  if (reply.ok) return null;
  const problem = reply.details?.['problem'];
  return sentence(reply.code, typeof problem === 'string' ? { problem: reasonText(t, problem) } : {});
}

export function SayButtons({
  saying,
  channels,
  last,
}: {
  saying: Saying;
  channels: readonly Pick<ChannelOffer, 'channel' | 'problem'>[];
  /** What was said of this last, if anything was. */
  last: MessageLife | undefined;
}) {
  const { t } = useTranslation('messages');
  const [problem, setProblem] = useState<string | null>(null);
  const open = channels.filter((one) => one.problem === null);
  const waits = last?.state === 'planned';
  const act = async (reply: Promise<{ ok: boolean; code?: string }>): Promise<void> => {
    const answer = await reply;
    setProblem(answer.ok ? null : sentence(answer.code ?? 'unknown'));
  };
  return (
    <span className="say">
      {last !== undefined && (
        <>
          <span className="quiet">{t(`channel.${last.channel}`)}</span> <MessageState message={last} />{' '}
          <MessageActs message={last} act={act} />{' '}
        </>
      )}
      {!waits &&
        open.map(({ channel }) => (
          <button key={channel} type="button" className="link" onClick={() => void say(t, { ...saying, channel }).then(setProblem)}>
            {t(`say.${channel}`)}
          </button>
        ))}
      {last === undefined && open.length === 0 && channels[0]?.problem !== undefined && channels[0].problem !== null && (
        <span className="quiet">{reasonText(t, channels[0].problem)}</span>
      )}
      {problem !== null && (
        <span className="danger-text" role="alert">
          {' '}
          {problem}
        </span>
      )}
    </span>
  );
}
