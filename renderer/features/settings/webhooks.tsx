/** Addresses of other systems that are told of bookings and messages: named, tried, switched off, and what went to each. Lies at the server. */
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { WEBHOOK_EVENTS, type WebhookEventType } from '#db/rules/webhook-events.ts';
import type { DeliveryView, WebhookView } from '#electron/contract/webhooks.ts';
import { call } from '../../app/client.ts';
import { useAsk } from '../../app/use-ask.ts';
import { sentence } from '../../i18n/index.ts';
import { Field } from '../../ui/field.tsx';
import { formatDate, formatTime } from '../chart/format.ts';
import { AskOnce } from './ask-once.tsx';
import { Said, useOutcome } from './outcome.tsx';

/** Rows of the log shown before somebody asks for all. */
const FIRST = 10;
/** What has not been tried yet is looked at again after so long: whoever pressed "try" waits for the answer. */
const AGAIN_MS = 2000;

export function Webhooks() {
  const { t } = useTranslation('integrations');
  const list = useAsk('webhook.list', {}, ['sync']);
  const [said, wrong, tell] = useOutcome();
  const { value, again } = list;
  useEffect(() => {
    if (value?.deliveries.some(({ state, attempts }) => state === 'waiting' && attempts === 0) !== true) return;
    const timer = setTimeout(again, AGAIN_MS);
    return () => clearTimeout(timer);
  }, [value, again]);
  if (list.value === null) return list.code === null ? null : <p className="quiet">{sentence(list.code)}</p>;
  const { endpoints, deliveries } = list.value;
  const act = async (verb: 'webhook.test' | 'webhook.remove' | 'webhook.replay', id: string): Promise<void> => {
    tell(await call(verb, { id }), verb === 'webhook.remove' ? undefined : t('webhook.underWay'));
    list.again();
  };
  const set = async (id: string, enabled: boolean): Promise<void> => {
    tell(await call('webhook.set', { id, enabled }));
    list.again();
  };
  return (
    <>
      <p className="quiet">{t('webhook.help')}</p>
      {endpoints.length > 0 && (
        <table className="list" aria-label={t('webhook.addresses')}>
          <thead>
            <tr>
              <th scope="col">{t('webhook.address')}</th>
              <th scope="col">{t('webhook.events')}</th>
              <th scope="col">{t('webhook.state')}</th>
              <th scope="col" aria-label={t('webhook.acts')} />
            </tr>
          </thead>
          <tbody>
            {endpoints.map((one) => (
              <tr key={one.id}>
                <td style={{ overflowWrap: 'anywhere' }}>{one.url}</td>
                <td className="quiet">
                  {one.events.length === WEBHOOK_EVENTS.length
                    ? t('webhook.all')
                    : one.events.map((event) => t(`webhook.event.${event.replace('.', '_')}`, { defaultValue: event })).join(', ')}
                </td>
                <td className={one.enabled && one.failingSince === null ? 'quiet' : 'due'}>
                  <EndpointState one={one} />
                </td>
                <td>
                  <EndpointActs
                    one={one}
                    onTest={() => void act('webhook.test', one.id)}
                    onSet={(enabled) => void set(one.id, enabled)}
                    onRemove={() => void act('webhook.remove', one.id)}
                  />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <AddWebhook onAdded={list.again} />
      <Said text={said} wrong={wrong} />
      <Deliveries deliveries={deliveries} endpoints={endpoints} onReplay={(id) => void act('webhook.replay', id)} />
    </>
  );
}

function EndpointActs({
  one,
  onTest,
  onSet,
  onRemove,
}: {
  one: WebhookView;
  onTest(): void;
  onSet(enabled: boolean): void;
  onRemove(): void;
}) {
  const { t } = useTranslation('integrations');
  return (
    <span className="row">
      <button type="button" className="btn" disabled={!one.enabled} onClick={onTest}>
        {t('webhook.test')}
      </button>
      <button type="button" className="btn" onClick={() => onSet(!one.enabled)}>
        {t(one.enabled ? 'webhook.off' : 'webhook.on')}
      </button>
      <AskOnce label={t('webhook.remove')} question={t('webhook.removeAsk')} yes={t('webhook.remove')} onYes={onRemove} />
    </span>
  );
}

function EndpointState({ one }: { one: WebhookView }) {
  const { t } = useTranslation('integrations');
  if (!one.enabled) return <>{one.endedBy === null ? t('webhook.isOff') : sentence(one.endedBy)}</>;
  return <>{one.failingSince === null ? t('webhook.isOn') : t('webhook.fails', { since: formatDate(one.failingSince) })}</>;
}

function AddWebhook({ onAdded }: { onAdded(): void }) {
  const { t } = useTranslation('integrations');
  const [url, setUrl] = useState('');
  const [events, setEvents] = useState<ReadonlySet<WebhookEventType>>(new Set(WEBHOOK_EVENTS));
  const [secret, setSecret] = useState<string | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const toggle = (event: WebhookEventType): void => {
    const next = new Set(events);
    if (!next.delete(event)) next.add(event);
    setEvents(next);
  };
  const add = async (): Promise<void> => {
    const reply = await call('webhook.add', { url, events: WEBHOOK_EVENTS.filter((event) => events.has(event)) });
    setProblem(reply.ok ? null : reply.code);
    if (!reply.ok) return;
    setSecret(reply.value.secret);
    setUrl('');
    onAdded();
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void add();
      }}
    >
      <Field label={t('webhook.newAddress')} wide value={url} onText={setUrl} problem={problem === null ? null : sentence(problem)} />
      <details>
        <summary>{t('webhook.chosen', { count: events.size, total: WEBHOOK_EVENTS.length })}</summary>
        <fieldset style={{ display: 'grid', gridTemplateColumns: 'repeat(auto-fill, minmax(190px, 1fr))', border: 0, padding: 0 }}>
          <legend>{t('webhook.events')}</legend>
          {WEBHOOK_EVENTS.map((event) => (
            <label key={event}>
              <input type="checkbox" checked={events.has(event)} onChange={() => toggle(event)} />{' '}
              {t(`webhook.event.${event.replace('.', '_')}`)}
            </label>
          ))}
        </fieldset>
      </details>
      <button type="submit" className="btn" disabled={url.trim() === '' || events.size === 0}>
        {t('webhook.add')}
      </button>
      {secret !== null && (
        <div role="status">
          <p className="due">{t('webhook.secret')}</p>
          <p>
            <code style={{ userSelect: 'all', overflowWrap: 'anywhere' }}>{secret}</code>{' '}
            <button type="button" className="link" onClick={() => setSecret(null)}>
              {t('webhook.secretKept')}
            </button>
          </p>
        </div>
      )}
    </form>
  );
}

function Deliveries({
  deliveries,
  endpoints,
  onReplay,
}: {
  deliveries: readonly DeliveryView[];
  endpoints: readonly WebhookView[];
  onReplay(id: string): void;
}) {
  const { t } = useTranslation('integrations');
  const [all, setAll] = useState(false);
  if (deliveries.length === 0) return <p className="quiet">{t('webhook.none')}</p>;
  const hostOf = (id: string): string => {
    const url = endpoints.find((one) => one.id === id)?.url;
    return url === undefined ? t('webhook.removed') : new URL(url).host;
  };
  return (
    <>
      <table className="list" aria-label={t('webhook.log')}>
        <thead>
          <tr>
            <th scope="col">{t('when')}</th>
            <th scope="col">{t('webhook.what')}</th>
            <th scope="col">{t('webhook.address')}</th>
            <th scope="col">{t('webhook.state')}</th>
            <th scope="col">{t('webhook.attempts')}</th>
            <th scope="col">ms</th>
            <th scope="col" aria-label={t('replay')} />
          </tr>
        </thead>
        <tbody>
          {(all ? deliveries : deliveries.slice(0, FIRST)).map((one) => (
            <tr key={one.id}>
              <td className="num">
                {formatDate(one.createdAt)} <span className="quiet">{formatTime(one.createdAt)}</span>
              </td>
              <td>{t(`webhook.event.${one.type.replace('.', '_')}`, { defaultValue: one.type })}</td>
              <td className="quiet">{hostOf(one.endpointId)}</td>
              <td className={one.state === 'failed' ? 'due' : 'quiet'}>
                {t(`webhook.delivery.${one.state}`)}
                {one.status !== null && <span className="num"> {one.status}</span>}
                {one.code !== null &&
                  one.status === null &&
                  `: ${t(`webhook.reason.${one.code.split('/')[1] ?? ''}`, { defaultValue: one.code })}`}
              </td>
              <td className="num">{one.attempts}</td>
              <td className="num">{one.ms}</td>
              <td>
                <button type="button" className="link" onClick={() => onReplay(one.id)}>
                  {t('webhook.replay')}
                </button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {!all && deliveries.length > FIRST && (
        <button type="button" className="link" onClick={() => setAll(true)}>
          {t('webhook.showAll', { count: deliveries.length })}
        </button>
      )}
    </>
  );
}
