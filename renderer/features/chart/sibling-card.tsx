/** Two versions of one section, side by side with what differs marked; both stay in the log whatever is chosen. */
import { useTranslation } from 'react-i18next';
import { DiffText } from './diff-text.tsx';
import type { Section } from './section-editor.tsx';

interface Props {
  mine: string;
  sibling: Section['siblings'][number];
  onChoose(choice: 'mine' | 'theirs' | 'both'): void;
}

const CHOICES = { '1': 'mine', '2': 'theirs', '3': 'both' } as const;

export function SiblingCard({ mine, sibling, onChoose }: Props) {
  const { t } = useTranslation('chart');
  return (
    <div
      className="siblings"
      role="group"
      aria-label={t('sibling.title')}
      onKeyDown={(event) => {
        const choice = CHOICES[event.key as keyof typeof CHOICES];
        if (choice !== undefined) {
          event.preventDefault();
          onChoose(choice);
        }
      }}
    >
      <strong className="chart-danger">{t('sibling.title')}</strong>
      <div className="versions">
        <div>
          <div className="chart-quiet">{t('sibling.mine')}</div>
          <DiffText before={sibling.text} after={mine} showRemoved={false} />
        </div>
        <div>
          <div className="chart-quiet">{t('sibling.theirs', { device: sibling.deviceName ?? t('sibling.otherDevice') })}</div>
          <DiffText before={mine} after={sibling.text} showRemoved={false} />
        </div>
      </div>
      <div className="section-actions">
        <button type="button" className="link" onClick={() => onChoose('mine')}>
          {t('sibling.keepMine')} <kbd>1</kbd>
        </button>
        <button type="button" className="link" onClick={() => onChoose('theirs')}>
          {t('sibling.keepTheirs')} <kbd>2</kbd>
        </button>
        <button type="button" className="link" onClick={() => onChoose('both')}>
          {t('sibling.keepBoth')} <kbd>3</kbd>
        </button>
      </div>
    </div>
  );
}
