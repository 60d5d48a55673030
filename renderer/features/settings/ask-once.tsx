/** What cannot be taken back is asked once more, in place, with what will happen. */
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

export function AskOnce({ label, question, yes, onYes }: { label: string; question: string; yes: string; onYes(): void }) {
  const { t } = useTranslation('settings');
  const [asking, setAsking] = useState(false);
  // Once answered the caret is back where it was, not nowhere.
  const [answered, setAnswered] = useState(false);
  const end = (): void => {
    setAsking(false);
    setAnswered(true);
  };
  if (!asking)
    return (
      <button type="button" className="btn" autoFocus={answered} onClick={() => setAsking(true)}>
        {label}
      </button>
    );
  return (
    <span className="row" role="group">
      <span className="danger-text">{question}</span>
      <button type="button" className="btn" autoFocus onClick={end}>
        {t('devices.no')}
      </button>
      <button
        type="button"
        className="btn"
        onClick={() => {
          end();
          onYes();
        }}
      >
        {yes}
      </button>
    </span>
  );
}
