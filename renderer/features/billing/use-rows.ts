/** A table walked with the arrows: which row is marked, and a key that opens it. */
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useActions } from '../../app/keys.ts';

/** @param onOpen Enter on the marked row */
export function useRows(area: string, count: number, onOpen: (at: number) => void): { at: number; mark(at: number): void } {
  const { t } = useTranslation('today');
  const [wanted, mark] = useState(0);
  const at = Math.max(0, Math.min(count - 1, wanted));
  useActions([
    { id: `${area}.down`, label: t('keys.down'), key: 'ArrowDown', run: () => mark(Math.min(count - 1, at + 1)) },
    { id: `${area}.up`, label: t('keys.up'), key: 'ArrowUp', run: () => mark(Math.max(0, at - 1)) },
    { id: `${area}.open`, label: t('keys.open'), key: 'Enter', when: () => count > 0, run: () => onOpen(at) },
  ]);
  return { at, mark };
}
