/** One part of the letter as text: written through the autosave, tidied where the writing help is on. */
import { useEffect, useRef, useState } from 'react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Tidy } from '../ai/tidy.tsx';
import { createAutosave } from '../chart/autosave.ts';

interface Props {
  /** Where it stands in the letter. */
  part: string;
  label: string;
  hint: string;
  as: 'prose' | 'line' | 'date' | 'percent';
  rows: number;
  value: string;
  missing: boolean;
  /** Why it cannot be right, in words. */
  fault: string | null;
  /** What the record offers; null: nothing. */
  offer: ReactNode;
  /** The letter, where the writing help may tidy what is written here; else null. */
  tidy: string | null;
  onWrite(text: string): Promise<boolean>;
  onFlush(flush: (() => Promise<void>) | null): void;
}

export function LetterField({ part, label, hint, as, rows, value, missing, fault, offer, tidy, onWrite, onFlush }: Props) {
  const { t } = useTranslation('letters');
  const area = useRef<HTMLTextAreaElement & HTMLInputElement>(null);
  const write = useRef(onWrite);
  write.current = onWrite;
  const register = useRef(onFlush);
  register.current = onFlush;
  const [saver] = useState(() =>
    createAutosave({
      write: (text) => write.current(text),
      onState: () => {},
      setTimer: (run, ms) => window.setTimeout(run, ms),
      clearTimer: (timer) => window.clearTimeout(timer as number),
      now: () => performance.now(),
    }),
  );
  useEffect(() => {
    const hand = register.current;
    hand(saver.flush);
    return () => {
      void saver.flush();
      hand(null);
    };
  }, [saver]);
  useEffect(() => {
    const field = area.current;
    if (field === null || saver.dirty() || field.value === value) return;
    // Words that were taken in are shown where one stands, too; words that were typed are not written over.
    if (document.activeElement !== field || field.value === '') field.value = value;
  }, [value, saver]);
  const shared = {
    ref: area,
    autoComplete: 'off',
    defaultValue: value,
    'aria-invalid': fault !== null,
    onInput: (event: { currentTarget: { value: string } }) => saver.changed(event.currentTarget.value),
    onBlur: () => void saver.flush(),
  };
  return (
    <div
      className="section"
      data-part={part}
      data-as={as}
      data-missing={missing ? '' : undefined}
      data-fault={fault === null ? undefined : ''}
      data-offered={offer === null ? undefined : ''}
    >
      <label>
        {label} {missing && <span className="chart-danger">{t('isMissing')}</span>}
        {fault !== null && <span className="chart-danger"> {fault}</span>}
        {hint !== '' && <span className="chart-quiet letter-hint"> {hint}</span>}
        {as === 'prose' ? (
          <textarea rows={offer === null ? rows : 1} {...shared} />
        ) : as === 'date' ? (
          <input type="date" className="input" {...shared} />
        ) : as === 'percent' ? (
          <input inputMode="numeric" maxLength={3} className="input num" {...shared} />
        ) : (
          <textarea rows={1} {...shared} />
        )}
      </label>
      {offer}
      {tidy !== null && (
        <Tidy
          subject={{ letterId: tidy }}
          text={() => area.current?.value ?? ''}
          onReplace={(text) => {
            if (area.current !== null) area.current.value = text;
            saver.changed(text);
            void saver.flush();
          }}
        />
      )}
    </div>
  );
}
