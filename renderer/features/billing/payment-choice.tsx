/** How it is paid, a digit each: money now, an invoice, or a visit paid in advance. */
import { useReturnFocus } from '#renderer/app/use-return-focus.ts';
import { useTranslation } from 'react-i18next';
import { useAsk } from '#renderer/app/use-ask.ts';
import { formatKroner } from '../chart/format.ts';

const METHODS = ['card', 'cash', 'vipps', 'invoice_later', 'invoice_now'] as const;
export type Means = (typeof METHODS)[number] | { cardId: string };

interface Props {
  dueOre: number | null;
  patientId: string;
  onPick(means: Means): void;
  onClose(): void;
}

export function PaymentChoice({ dueOre, patientId, onPick, onClose }: Props) {
  useReturnFocus();
  const { t } = useTranslation('billing');
  const { value } = useAsk('prepaid.list', { patientId }, ['prepaid', 'payment']);
  if (dueOre === null) return <p className="chart-due">{t('confirmPriceFirst')}</p>;
  const cards = value?.cards.filter(({ left }) => left > 0) ?? [];
  const choices: { key: string; label: string; means: Means }[] = [
    ...METHODS.map((method) => ({ key: method, label: t(`method.${method}`), means: method })),
    ...cards.map((card) => ({
      key: card.id,
      label: t('useCard', { label: card.label, left: card.left, visits: card.visits }),
      means: { cardId: card.id },
    })),
  ];
  return (
    <div
      role="group"
      aria-label={t('takePayment')}
      onKeyDown={(event) => {
        const choice = choices[Number(event.key) - 1];
        if (choice !== undefined) {
          event.preventDefault();
          onPick(choice.means);
        } else if (event.key === 'Escape') {
          event.preventDefault();
          event.stopPropagation();
          onClose();
        }
      }}
    >
      <p>{t('due', { amount: formatKroner(dueOre) })}</p>
      {choices.map(({ key, label, means }, index) => (
        <button key={key} type="button" className="row-button" autoFocus={index === 0} onClick={() => onPick(means)}>
          <kbd>{index + 1}</kbd>
          <span>{label}</span>
          <span />
        </button>
      ))}
    </div>
  );
}
