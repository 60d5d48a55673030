/** What one person wrote about one patient and that is not part of the record: why, and every word. */
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { HandedInChange, RefusedChange } from '#electron/contract/sync.ts';
import { formatDay, formatTime } from '../chart/format.ts';
import { useSay } from './use-say.ts';

/** When, which the card's own line says already, and where a text came from: not what a person wrote. */
const BESIDES: ReadonlySet<string> = new Set(['recordedAt', 'deleted', 'origin', 'originText', 'review']);

interface Props {
  items: readonly (RefusedChange | HandedInChange)[];
  /** Sentences over what was written: why it is here. */
  why: readonly string[];
  /** The one that the keys act on. */
  current: boolean;
  children: ReactNode;
}

export function RefusedCard({ items, why, current, children }: Props) {
  const { t } = useTranslation('sync');
  const say = useSay();
  const [first] = items;
  if (first === undefined) return null;
  return (
    <section className="conflict" aria-current={current} aria-labelledby={`refused-${first.id}`}>
      <h2 id={`refused-${first.id}`}>
        {first.patientName ?? t('refused.noPatient')}{' '}
        <span className="quiet">
          {formatDay(first.at)} {formatTime(first.at)} · {first.actorName}
        </span>
      </h2>
      {why.map((text) => (
        <p key={text} className="danger-text">
          {text}
        </p>
      ))}
      {children}
      {items.map((item) => (
        <dl key={item.id} className="written">
          <div>
            <dt>
              <strong>{t(`entity.${item.entity}`, { defaultValue: item.entity })}</strong>
            </dt>
            <dd />
          </div>
          {item.written
            .filter(({ field }) => !BESIDES.has(field))
            .map(({ field, value }) => (
              <div key={field}>
                <dt className="quiet">{t(`field.${field}`, { defaultValue: field })}</dt>
                <dd style={{ whiteSpace: 'pre-wrap' }}>{say(field, value)}</dd>
              </div>
            ))}
        </dl>
      ))}
    </section>
  );
}
