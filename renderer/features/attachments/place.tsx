/** Where an attachment's bytes are, and how many. */
import { useTranslation } from 'react-i18next';
import type { AttachmentView } from '#electron/contract/attachments.ts';
import { sentence } from '../../i18n/index.ts';

const number = new Intl.NumberFormat('nb-NO', { maximumFractionDigits: 1 });

/** Where the bytes are, in words; nothing where there is nothing to know. */
export function Place({ attachment: { place, progress, problem, pinned, virusScan } }: { attachment: AttachmentView }) {
  const { t } = useTranslation('attachments');
  if (virusScan === 'infected')
    return (
      <span className="danger-text" title={sentence('attachment/infected')}>
        {t('scan.infected')}
      </span>
    );
  const percent = Math.floor((progress ?? 0) * 100);
  const words = place === 'here' ? (pinned ? t('kept') : '') : t(`place.${place}`, { percent });
  const waits = place === 'only_here' || place === 'uploading';
  return (
    <span className={place === 'lost' ? 'danger-text' : waits ? 'due' : 'quiet'} title={problem === null ? undefined : sentence(problem)}>
      <span className="num">{words}</span>
      {problem !== null && place !== 'lost' && ` – ${t('trouble')}`}
      {virusScan === 'waiting' && <span className="quiet">{words === '' ? t('scan.waiting') : ` – ${t('scan.waiting')}`}</span>}
    </span>
  );
}

export function sizeOf(bytes: number): string {
  return bytes < 1_000_000 ? `${number.format(Math.max(1, Math.round(bytes / 1000)))} kB` : `${number.format(bytes / 1_000_000)} MB`;
}
