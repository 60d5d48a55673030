/** Each integration: whether the server has it, whether the clinic has switched it on, a test, and what stopped. */
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { aiAgreement } from '#db/rules/ai-options.ts';
import type { IntegrationView } from '#electron/contract/integrations.ts';
import { call } from '../../app/client.ts';
import { useAsk } from '../../app/use-ask.ts';
import { sentence } from '../../i18n/index.ts';
import { formatDate, formatTime } from '../chart/format.ts';
import { reasonText } from '../messages/reason-text.ts';
import { AiSettings } from './ai-settings.tsx';
import { Webhooks } from './webhooks.tsx';
import { MessageSettings } from './message-settings.tsx';

export function IntegrationsSection() {
  const { t } = useTranslation('integrations');
  const list = useAsk('integration.list', {}, ['integration_setting', 'sync']);
  if (list.value === null) return list.code === null ? null : <p className="danger-text">{sentence(list.code)}</p>;
  return (
    <>
      {list.value.strict && <p className="due">{t('strict.help')}</p>}
      {list.value.integrations.map((one) => (
        <Integration key={one.name} one={one} strict={list.value?.strict === true} />
      ))}
      {list.value.connected && <DeadJobs />}
    </>
  );
}

function Integration({ one, strict }: { one: IntegrationView; strict: boolean }) {
  const { t } = useTranslation('integrations');
  const [tested, setTested] = useState<string | null>(null);
  const check = async (): Promise<void> => {
    setTested(t('testing'));
    const reply = await call('integration.check', { name: one.name });
    if (!reply.ok) return setTested(sentence(reply.code));
    setTested(reply.value.problem === null ? t('testGood') : t('testBad', { problem: reasonText(t, reply.value.problem) }));
  };
  const facts = Object.entries(one.facts).filter(([, value]) => value !== '');
  return (
    <section aria-labelledby={`integration-${one.name}`} style={{ marginBottom: 24 }}>
      <h2 id={`integration-${one.name}`}>
        {t(`name.${one.name}`)} <span className={one.state === 'ready' ? 'quiet' : 'due'}>{t(`state.${one.state}`)}</span>
      </h2>
      {facts.length > 0 && (
        <p className="quiet">
          {facts
            .map(
              ([name, value]) =>
                `${t(`facts.${name}`, { defaultValue: name })}: ${value === 'yes' || value === 'no' ? t(value) : t(`values.${name}.${value}`, { defaultValue: value })}`,
            )
            .join(' · ')}
        </p>
      )}
      {one.name === 'storage' && one.state === 'not-configured' && <p className="quiet">{t('storageNone')}</p>}
      <div className="row">
        {/* Where bytes lie is the operator's, for all clinics alike. */}
        {one.name !== 'storage' && (
          <label>
            <input
              type="checkbox"
              checked={one.enabled}
              onChange={(event) =>
                void call('integration.set', { name: one.name, enabled: event.currentTarget.checked, options: { ...one.options } })
              }
            />{' '}
            {t('on')}
          </label>
        )}
        {/* Each address has a test of its own. */}
        {one.name !== 'webhooks' && (
          <button type="button" className="btn" disabled={one.state !== 'ready'} onClick={() => void check()}>
            {t('test')}
          </button>
        )}
        {tested !== null && (
          <span className="quiet" role="status">
            {tested}
          </span>
        )}
      </div>
      {(one.name === 'sms' || one.name === 'email') && (
        <MessageSettings key={JSON.stringify(one.options)} one={one} channel={one.name} strict={strict} />
      )}
      {one.name === 'helfo' && <p className="quiet">{t('helfoHelp')}</p>}
      {one.name === 'ai' && <AiSettings key={aiAgreement(one.options)?.recordedAt ?? ''} one={one} strict={strict} />}
      {one.name === 'webhooks' && one.state === 'ready' && <Webhooks />}
    </section>
  );
}

function DeadJobs() {
  const { t } = useTranslation('integrations');
  const dead = useAsk('job.dead', {}, ['sync']);
  const jobs = dead.value?.jobs ?? [];
  return (
    <section aria-labelledby="dead-jobs">
      <h2 id="dead-jobs">{t('dead')}</h2>
      {jobs.length === 0 ? (
        <p className="quiet">{t('deadNone')}</p>
      ) : (
        <table className="list" aria-labelledby="dead-jobs">
          <thead>
            <tr>
              <th scope="col">{t('when')}</th>
              <th scope="col">{t('what')}</th>
              <th scope="col">{t('reason')}</th>
              <th scope="col" aria-label={t('replay')} />
            </tr>
          </thead>
          <tbody>
            {jobs.map((job) => (
              <tr key={job.id}>
                <td className="num">
                  {formatDate(job.failedAt)} <span className="quiet">{formatTime(job.failedAt)}</span>
                </td>
                <td>{t(`queue.${job.queue}`, { defaultValue: job.queue })}</td>
                <td className="due">{reasonText(t, job.reason)}</td>
                <td>
                  <button type="button" className="link" onClick={() => void call('job.replay', { id: job.id }).then(() => dead.again())}>
                    {t('replay')}
                  </button>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}
