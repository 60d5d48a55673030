/** What the server refused, with every word, and what one can do about it: send it again, copy it, set it aside. */
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { RefusedChange } from '#electron/contract/sync.ts';
import { call } from '../../app/client.ts';
import { useActions } from '../../app/keys.ts';
import { useAsk } from '../../app/use-ask.ts';
import { sentence } from '../../i18n/index.ts';
import { RefusedCard } from './refused-card.tsx';
import { useSay } from './use-say.ts';

export function RefusedList() {
  const { t } = useTranslation('sync');
  const list = useAsk('refused.list', {}, ['sync', 'encounter', 'note_section', 'patient', 'appointment', 'letter']);
  const [problem, setProblem] = useState<string | null>(null);
  const [copied, setCopied] = useState(false);
  const say = useSay();
  const items = list.value?.items ?? [];
  // What hangs together goes together: a visit with its sections, in the order they were written.
  const together = (item: RefusedChange) => `${item.patientId}/${item.mine}`;
  const groups = [...new Set(items.map(together))].map((key) => items.filter((item) => together(item) === key));
  const first = groups[0] ?? [];
  const ids = first.map(({ id }) => id);
  const decide = async (verb: 'refused.sendAgain' | 'refused.setAside'): Promise<void> => {
    if (ids.length === 0) return;
    const reply = await call(verb, { ids });
    setProblem(reply.ok ? null : sentence(reply.code));
    setCopied(false);
    list.again();
  };
  const copy = async (): Promise<void> => {
    const texts = first.flatMap(({ written }) => written.map(({ field, value }) => say(field, value)));
    await navigator.clipboard.writeText(texts.join('\n')).then(
      () => setCopied(true),
      () => setProblem(t('refused.notCopied')),
    );
  };
  const any = () => ids.length > 0;
  const again = () => void decide('refused.sendAgain');
  const aside = () => void decide('refused.setAside');
  useActions([
    { id: 'refused.again', label: t('refused.again'), key: '1', when: any, run: again },
    { id: 'refused.copy', label: t('refused.copy'), key: '2', when: any, run: () => void copy() },
    { id: 'refused.aside', label: t('refused.aside'), key: '3', when: any, run: aside },
  ]);
  if (list.value !== null && items.length === 0) return <p className="quiet">{t('none.quarantined')}</p>;
  return (
    <>
      <p className="quiet">{t('refused.help')}</p>
      {problem !== null && (
        <p className="danger-text" role="alert">
          {problem}
        </p>
      )}
      {groups.map((group, index) => (
        <RefusedCard key={group[0]?.id} items={group} why={[...new Set(group.map(({ code }) => sentence(code)))]} current={index === 0}>
          {index === 0 && (
            <div className="row">
              <button type="button" className="btn" onClick={again}>
                {t('refused.again')} <kbd>1</kbd>
              </button>
              <button type="button" className="btn" onClick={() => void copy()}>
                {t(copied ? 'refused.copied' : 'refused.copy')} <kbd>2</kbd>
              </button>
              <button type="button" className="btn" onClick={aside}>
                {t('refused.aside')} <kbd>3</kbd>
              </button>
            </div>
          )}
        </RefusedCard>
      ))}
    </>
  );
}
