/** A labelled field as the forms use it. */
import type { InputHTMLAttributes, ReactNode } from 'react';

interface Props extends Omit<InputHTMLAttributes<HTMLInputElement>, 'onChange' | 'value'> {
  label: string;
  value: string;
  onText(value: string): void;
  /** Sentence under the field when it is wrong. */
  problem?: string | null;
  wide?: boolean;
}

export function Field({ label, value, onText, problem = null, wide = false, ...rest }: Props) {
  return (
    <label className={wide ? 'field wide' : 'field'}>
      <span>{label}</span>
      <input
        className="input"
        autoComplete="off"
        aria-invalid={problem !== null}
        value={value}
        onChange={(event) => onText(event.currentTarget.value)}
        {...rest}
      />
      {problem !== null && <span className="danger-text">{problem}</span>}
    </label>
  );
}

export function Choice({
  label,
  value,
  options,
  onText,
  wide = false,
  hint,
}: {
  label: string;
  value: string;
  options: readonly { value: string; label: string }[];
  onText(value: string): void;
  wide?: boolean;
  hint?: ReactNode;
}) {
  return (
    <label className={wide ? 'field wide' : 'field'}>
      <span>{label}</span>
      <select className="input" value={value} onChange={(event) => onText(event.currentTarget.value)}>
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ))}
      </select>
      {hint}
    </label>
  );
}
