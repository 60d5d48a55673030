/** Striking a payment through, with the reason. */
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useReturnFocus } from '#renderer/app/use-return-focus.ts';

/** A payment is never removed: it is struck through, with the reason. */
export function VoidPayment({ onVoid, onClose }: { onVoid(reason: string): void; onClose(): void }) {
  useReturnFocus();
  const { t } = useTranslation('billing');
  const [reason, setReason] = useState('');
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (reason.trim() !== '') onVoid(reason.trim());
      }}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        event.preventDefault();
        event.stopPropagation();
        onClose();
      }}
    >
      <input
        autoComplete="off"
        className="field-small"
        autoFocus
        required
        aria-label={t('voidReason')}
        placeholder={t('voidReason')}
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
      />
      <button type="submit" className="link danger">
        {t('voidDo')} <kbd>⏎</kbd>
      </button>
    </form>
  );
}
