/** Marking an attachment as entered in error: it stays in the record, with the reason. */
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../../app/client.ts';
import { sentence } from '../../i18n/index.ts';

export function CloseForm({ id, onDone }: { id: string; onDone(): void }) {
  const { t } = useTranslation('attachments');
  const [reason, setReason] = useState('');
  const [code, setCode] = useState<string | null>(null);
  const close = async (): Promise<void> => {
    const reply = await call('attachment.close', { id, reason });
    if (reply.ok) onDone();
    else setCode(reply.code);
  };
  return (
    <form
      className="viewer-ask"
      onSubmit={(event) => {
        event.preventDefault();
        void close();
      }}
    >
      <label>
        {t('reason')}{' '}
        <input
          className="input"
          autoFocus
          required
          autoComplete="off"
          maxLength={500}
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
      </label>
      <button type="submit" className="btn">
        {t('setInError')}
      </button>
      <button type="button" className="btn" onClick={onDone}>
        {t('cancel')}
      </button>
      {code !== null && <span className="danger-text">{sentence(code)}</span>}
    </form>
  );
}
