/** What the server refused, with every word, and what one can do about it: send it again, copy it, set it aside. */
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { RefusedChange } from '#electron/contract/sync.ts';
import { call } from '../../app/client.ts';
import { useActions } from '../../app/keys.ts';
import { useAsk } from '../../app/use-ask.ts';
import { sentence } from '../../i18n/index.ts';
import { formatDay, formatTime } from '../chart/format.ts';

export function RefusedList() {
  const { t } = useTranslation('sync');
  const list = useAsk('refused.list', {}, ['sync', 'encounter', 'note_section', 'patient', 'appointment', 'letter']);
  const [problem, setProblem] = useState<string | null>(null);
  const [copied, setCopied] = useState(false);
  const items = list.value?.items ?? [];
  const first = items[0];
  // What hangs together goes together: a visit with its sections, in the order they were written.
  const group = items.filter((item) => item.mine && item.patientId === first?.patientId);
  const decide = async (verb: 'refused.sendAgain' | 'refused.setAside', ids: string[]): Promise<void> => {
    const reply = await call(verb, { ids });
    setProblem(reply.ok ? null : sentence(reply.code));
    setCopied(false);
    list.again();
  };
  const copy = async (): Promise<void> => {
    if (first === undefined) return;
    const texts = items.filter(({ patientId }) => patientId === first.patientId).map(textOf);
    await navigator.clipboard.writeText(texts.join('\n\n')).then(
      () => setCopied(true),
      () => setProblem(t('refused.notCopied')),
    );
  };
  const say = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
  const textOf = (item: RefusedChange): string => item.written.map(({ value }) => say(value)).join('\n');
  const any = () => first !== undefined;
  const again = () =>
    void decide('refused.sendAgain', group.length > 0 ? group.map(({ id }) => id) : first === undefined ? [] : [first.id]);
  const aside = () => void decide('refused.setAside', first === undefined ? [] : [first.id]);
  useActions([
    { id: 'refused.again', label: t('refused.again'), key: '1', when: any, run: again },
    { id: 'refused.copy', label: t('refused.copy'), key: '2', when: any, run: () => void copy() },
    { id: 'refused.aside', label: t('refused.aside'), key: '3', when: any, run: aside },
  ]);
  if (list.value !== null && first === undefined) return <p className="quiet">{t('none.quarantined')}</p>;
  return (
    <>
      <p className="quiet">{t('refused.help')}</p>
      {problem !== null && (
        <p className="danger-text" role="alert">
          {problem}
        </p>
      )}
      {items.map((item, index) => (
        <section key={item.id} className="conflict" aria-current={index === 0} aria-labelledby={`refused-${item.id}`}>
          <h2 id={`refused-${item.id}`}>
            {item.patientName === null ? '' : `${item.patientName} · `}
            {t(`entity.${item.entity}`, { defaultValue: item.entity })}
          </h2>
          <p className="quiet num">
            {formatDay(item.at)} {formatTime(item.at)} · {item.actorName}
          </p>
          <p className="danger-text">{sentence(item.code)}</p>
          <dl className="written">
            {item.written.map(({ field, value }) => (
              <div key={field}>
                <dt className="quiet">{t(`field.${field}`, { defaultValue: field })}</dt>
                <dd style={{ whiteSpace: 'pre-wrap' }}>
                  {typeof value === 'string' ? t(`value.${field}.${value}`, { defaultValue: value }) : say(value)}
                </dd>
              </div>
            ))}
          </dl>
          {index === 0 && (
            <div className="row">
              <button type="button" className="btn" onClick={again}>
                {t('refused.again', { count: Math.max(1, group.length) })} <kbd>1</kbd>
              </button>
              <button type="button" className="btn" onClick={() => void copy()}>
                {t(copied ? 'refused.copied' : 'refused.copy')} <kbd>2</kbd>
              </button>
              <button type="button" className="btn" onClick={aside}>
                {t('refused.aside')} <kbd>3</kbd>
              </button>
            </div>
          )}
        </section>
      ))}
    </>
  );
}
