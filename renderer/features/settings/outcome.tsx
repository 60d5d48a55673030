/** What came of saving: a quiet word, or the sentence of what went wrong. */
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { sentence } from '../../i18n/index.ts';

export function useOutcome(): [
  string | null,
  boolean,
  (reply: { ok: boolean; code?: string; details?: Record<string, unknown> }, done?: string) => boolean,
] {
  const { t } = useTranslation('settings');
  const [outcome, setOutcome] = useState<{ text: string; wrong: boolean } | null>(null);
  return [
    outcome?.text ?? null,
    outcome?.wrong ?? false,
    (reply, done = t('saved')) => {
      setOutcome(reply.ok ? { text: done, wrong: false } : { text: sentence(reply.code ?? 'unknown', reply.details), wrong: true });
      return reply.ok;
    },
  ];
}
export function Said({ text, wrong }: { text: string | null; wrong: boolean }) {
  return text === null ? null : (
    <p className={wrong ? 'danger-text' : 'quiet'} role="status">
      {text}
    </p>
  );
}
