/** One part of the letter: written through the autosave, tidied where the writing help is on. */
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Tidy } from '../ai/tidy.tsx';
import { createAutosave } from '../chart/autosave.ts';

interface Props {
  label: string;
  rows: number;
  value: string;
  readOnly: boolean;
  missing: boolean;
  /** The letter, where the writing help may tidy what is written here; else null. */
  tidy: string | null;
  onWrite(text: string): Promise<boolean>;
  onFlush(flush: (() => Promise<void>) | null): void;
}

export function LetterField({ label, rows, value, readOnly, missing, tidy, onWrite, onFlush }: Props) {
  const { t } = useTranslation('letters');
  const area = useRef<HTMLTextAreaElement>(null);
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
    if (area.current !== null && !saver.dirty() && document.activeElement !== area.current) area.current.value = value;
  }, [value, saver]);
  return (
    <div className="section" data-missing={missing ? '' : undefined}>
      <label>
        {label} {missing && <span className="chart-danger">{t('isMissing')}</span>}
        <textarea
          autoComplete="off"
          ref={area}
          rows={rows}
          defaultValue={value}
          readOnly={readOnly}
          onInput={(event) => saver.changed(event.currentTarget.value)}
          onBlur={() => void saver.flush()}
        />
      </label>
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
