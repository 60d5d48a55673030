/** `?`: what can be done here, and with which key. */
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { availableActions, shownKey } from './keys.ts';

export function KeyHelp({ onClose }: { onClose(): void }) {
  const { t } = useTranslation();
  const [actions] = useState(() => availableActions().filter((action) => action.key !== undefined));
  return (
    <div className="overlay" role="presentation" onMouseDown={(event) => event.target === event.currentTarget && onClose()}>
      <div
        role="dialog"
        aria-label={t('keys.title')}
        onKeyDown={(event) => {
          if (event.key === 'Escape') {
            event.preventDefault();
            event.stopPropagation();
            onClose();
          }
        }}
      >
        <div className="page-head">
          <h1>{t('keys.title')}</h1>
          <button type="button" className="btn" autoFocus onClick={onClose}>
            {t('close')} <kbd>Esc</kbd>
          </button>
        </div>
        <ul className="options">
          {actions.map((action) => (
            <li key={action.id}>
              <span>{action.label}</span>
              <span />
              <kbd>{shownKey(action.key ?? '')}</kbd>
            </li>
          ))}
        </ul>
      </div>
    </div>
  );
}
