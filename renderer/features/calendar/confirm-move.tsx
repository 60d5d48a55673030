/** Something is in the way of a move: said, and meant or left. */
import { useTranslation } from 'react-i18next';
import { useReturnFocus } from '../../app/use-return-focus.ts';

export function ConfirmMove({ said, onDo, onLeave }: { said: string; onDo(): void; onLeave(): void }) {
  const { t } = useTranslation('calendar');
  useReturnFocus();
  return (
    <div className="overlay">
      <div
        role="alertdialog"
        aria-label={t('confirm.title')}
        aria-describedby="confirm-move"
        onKeyDown={(event) => {
          if (event.key !== 'Escape') return;
          event.preventDefault();
          event.stopPropagation();
          onLeave();
        }}
      >
        <h1 style={{ fontSize: 16, margin: '0 0 8px' }}>{t('confirm.title')}</h1>
        <p id="confirm-move" className="due">
          {said}
        </p>
        <div className="row">
          <button type="button" className="btn main" autoFocus onClick={onDo}>
            {t('confirm.do')} <kbd>⏎</kbd>
          </button>
          <button type="button" className="btn" onClick={onLeave}>
            {t('confirm.leave')} <kbd>Esc</kbd>
          </button>
        </div>
      </div>
    </div>
  );
}
