/** A question with answers: nothing is answered until somebody answers it. The first letter of an answer chooses it. */
import { useEffect, useState } from 'react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';

interface Props {
  part: string;
  label: string;
  hint: string;
  options: readonly { value: string; label: string }[];
  value: string;
  missing: boolean;
  offer: ReactNode;
  onWrite(value: string): Promise<boolean>;
}

export function LetterChoice({ part, label, hint, options, value: stands, missing, offer, onWrite }: Props) {
  const { t } = useTranslation('letters');
  // Shown at once: whoever goes on by keys must not outrun the answer.
  const [value, setValue] = useState(stands);
  useEffect(() => setValue(stands), [stands]);
  const choose = (next: string): void => {
    setValue(next);
    void onWrite(next).then((done) => !done && setValue(stands));
  };
  return (
    <fieldset
      className="section letter-choice"
      data-part={part}
      data-missing={missing ? '' : undefined}
      data-offered={offer === null ? undefined : ''}
      onKeyDown={(event) => {
        if (event.ctrlKey || event.altKey || event.metaKey) return;
        if (event.key === 'Backspace' && value !== '') return choose('');
        const starting = options.filter((option) => option.label.toLowerCase().startsWith(event.key.toLowerCase()));
        const next = starting[(starting.findIndex((option) => option.value === value) + 1) % Math.max(1, starting.length)];
        if (event.key.length !== 1 || event.key === ' ' || next === undefined) return;
        event.preventDefault();
        event.currentTarget.querySelector<HTMLInputElement>(`input[value="${next.value}"]`)?.focus();
        choose(next.value);
      }}
    >
      <legend>
        {label} {missing && <span className="chart-danger">{t('isMissing')}</span>}
        {hint !== '' && <span className="chart-quiet letter-hint"> {hint}</span>}
      </legend>
      <div className="letter-options">
        {options.map((option) => (
          <label key={option.value} data-chosen={option.value === value ? '' : undefined}>
            <input
              type="radio"
              name={`letter-${part}`}
              value={option.value}
              checked={option.value === value}
              onChange={() => choose(option.value)}
            />
            {option.label}
          </label>
        ))}
      </div>
      {offer}
    </fieldset>
  );
}
