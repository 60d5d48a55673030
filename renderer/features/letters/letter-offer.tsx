/** What the record says about a part of the letter, and where; in the letter first when its writer takes it. */
import { useTranslation } from 'react-i18next';
import type { LetterProposal } from '#electron/contract/letters.ts';
import { formatDate } from '../chart/format.ts';

export function LetterOffer({ offer, differs, onTake }: { offer: LetterProposal; differs: boolean; onTake(): void }) {
  const { t } = useTranslation('letters');
  const from = t(`offer.from.${offer.from}`, { date: offer.at === null ? '' : formatDate(offer.at) }).trim();
  return (
    <div className="letter-offer" data-differs={differs ? '' : undefined}>
      <span className="chart-quiet">
        {differs ? `${t('offer.differs')} ` : ''}
        {from}
      </span>
      {/* The diagnoses stand above, each with its box. */}
      {offer.key !== 'diagnoses' && <p>{offer.words}</p>}
      <button type="button" className="link" tabIndex={-1} onClick={onTake}>
        {t('offer.take')} {/* An answer that its writer gave is replaced by who asks for it here alone. */}
        {!differs && <kbd>Alt ⏎</kbd>}
      </button>
    </div>
  );
}
