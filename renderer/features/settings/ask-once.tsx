/** What cannot be taken back is asked once more, in place, with what will happen. */
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

export function AskOnce({ label, question, yes, onYes }: { label: string; question: string; yes: string; onYes(): void }) {
  const { t } = useTranslation('settings');
  const [asking, setAsking] = useState(false);
  if (!asking)
    return (
      <button type="button" className="btn" onClick={() => setAsking(true)}>
        {label}
      </button>
    );
  return (
    <span className="row" role="group">
      <span className="danger-text">{question}</span>
      <button type="button" className="btn" autoFocus onClick={() => setAsking(false)}>
        {t('devices.no')}
      </button>
      <button
        type="button"
        className="btn"
        onClick={() => {
          setAsking(false);
          onYes();
        }}
      >
        {yes}
      </button>
    </span>
  );
}
