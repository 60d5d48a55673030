/** Revoking is final: it is asked once more, in place, with what will happen. */
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

export function RevokeButton({ name, onRevoke }: { name: string; onRevoke(): void }) {
  const { t } = useTranslation('settings');
  const [asking, setAsking] = useState(false);
  if (!asking)
    return (
      <button type="button" className="btn" onClick={() => setAsking(true)}>
        {t('devices.revoke')}
      </button>
    );
  return (
    <span className="row" role="group">
      <span className="danger-text">{t('devices.revokeSure', { name })}</span>
      <button type="button" className="btn" autoFocus onClick={() => setAsking(false)}>
        {t('devices.no')}
      </button>
      <button
        type="button"
        className="btn"
        onClick={() => {
          setAsking(false);
          onRevoke();
        }}
      >
        {t('devices.yes')}
      </button>
    </span>
  );
}
