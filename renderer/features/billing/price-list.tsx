/** The price list as a picker: the visit type's own first, one key to take. */
import { useReturnFocus } from '#renderer/app/use-return-focus.ts';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '#renderer/app/client.ts';
import type { PriceItemRow } from '../chart/types.ts';
import { formatKroner } from '../chart/format.ts';

export function PriceList({ visitType, onPick, onClose }: { visitType: string; onPick(item: PriceItemRow): void; onClose(): void }) {
  useReturnFocus();
  const { t } = useTranslation('billing');
  const [items, setItems] = useState<PriceItemRow[]>([]);
  const [query, setQuery] = useState('');
  const [marked, setMarked] = useState(0);
  const loaded = useRef<Promise<PriceItemRow[]>>(Promise.resolve([]));
  useEffect(() => {
    loaded.current = call('price.list', { visitType }).then((reply) => {
      const found = reply.ok ? reply.value.items.filter((item) => item.active) : [];
      setItems(found);
      return found;
    });
  }, [visitType]);
  const wanted = query.trim().toLowerCase();
  const matching = (list: PriceItemRow[]): PriceItemRow[] =>
    list.filter((item) => `${item.code} ${item.label}`.toLowerCase().includes(wanted));
  const shown = matching(items);
  return (
    <div className="picker">
      <input
        autoComplete="off"
        className="field-small"
        autoFocus
        role="combobox"
        aria-expanded
        aria-controls="price-list"
        aria-label={t('searchPrice')}
        placeholder={t('searchPrice')}
        value={query}
        onChange={(event) => {
          setQuery(event.currentTarget.value);
          setMarked(0);
        }}
        onKeyDown={(event) => {
          if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
            event.preventDefault();
            setMarked((now) => Math.max(0, Math.min(shown.length - 1, now + (event.key === 'ArrowDown' ? 1 : -1))));
          } else if (event.key === 'Enter' && !event.ctrlKey) {
            event.preventDefault();
            event.stopPropagation();
            void loaded.current.then((list) => {
              const item = matching(list)[marked];
              if (item !== undefined) onPick(item);
            });
          } else if (event.key === 'Escape') {
            event.preventDefault();
            event.stopPropagation();
            onClose();
          }
        }}
      />
      <ul id="price-list" role="listbox" aria-label={t('title')}>
        {shown.length === 0 && (
          <li role="option" aria-selected={false} aria-disabled="true">
            {t('noPrices')}
          </li>
        )}
        {shown.map((item, index) => (
          <li
            key={item.id}
            role="option"
            aria-selected={index === marked}
            onMouseDown={(event) => {
              event.preventDefault();
              onPick(item);
            }}
          >
            <span className="code">{item.code}</span>
            <span>{item.label}</span>
            <span className={item.amountOre === null ? 'chart-due' : 'amount'}>
              {item.amountOre === null ? t('priceMissing') : formatKroner(item.amountOre)}
            </span>
          </li>
        ))}
      </ul>
    </div>
  );
}
