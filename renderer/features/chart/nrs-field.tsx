/** Pain now, 0–10 (NRS). Empty means not asked and is stored as nothing; 0 is an answer. */
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';

interface Props {
  value: number | null;
  /** Earlier values, oldest first. */
  earlier: readonly number[];
  onChange(value: number | null): void;
}

export function NrsField({ value, earlier, onChange }: Props) {
  const { t } = useTranslation('chart');
  const [text, setText] = useState(value === null ? '' : String(value));
  const wrong = numberIn(text) === null && text.trim() !== '';
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (document.activeElement !== input.current) setText(value === null ? '' : String(value));
  }, [value]);
  const points = [...earlier.slice(-8), ...(value === null ? [] : [value])];
  return (
    <div className="nrs">
      <label htmlFor="nrs-now">{t('nrs.label')}</label>
      <input
        ref={input}
        id="nrs-now"
        className="field-small"
        inputMode="numeric"
        autoComplete="off"
        maxLength={4}
        value={text}
        aria-invalid={wrong}
        aria-describedby="nrs-help"
        onFocus={(event) => event.currentTarget.select()}
        onChange={(event) => {
          // What is no answer stands as it was typed and is said to be none: nothing is made of it.
          setText(event.currentTarget.value);
          onChange(numberIn(event.currentTarget.value));
        }}
      />
      <span id="nrs-help" className={wrong ? 'chart-danger' : 'chart-quiet'} role={wrong ? 'alert' : undefined}>
        {t(wrong ? 'nrs.wrong' : 'nrs.scale')}
      </span>
      {points.length > 1 && <Sparkline points={points} label={t('nrs.trend', { values: points.join(', ') })} />}
    </div>
  );
}

/** A whole number from 0 to 10, or null. */
function numberIn(text: string): number | null {
  return /^(\d|10)$/.test(text.trim()) ? Number(text) : null;
}

function Sparkline({ points, label }: { points: readonly number[]; label: string }) {
  const step = 64 / Math.max(1, points.length - 1);
  const path = points
    .map((point, index) => `${index === 0 ? 'M' : 'L'}${(2 + index * step).toFixed(1)} ${(18 - point * 1.6).toFixed(1)}`)
    .join('');
  return (
    <svg width="68" height="20" role="img" aria-label={label}>
      <path d={path} fill="none" stroke="currentColor" strokeWidth="1.5" />
    </svg>
  );
}
