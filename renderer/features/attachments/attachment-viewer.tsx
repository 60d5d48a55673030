/** One attachment over the page: the picture or the pages, on a dark ground, and what can be done with it. */
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { AttachmentView } from '#electron/contract/attachments.ts';
import { call } from '../../app/client.ts';
import { useActions } from '../../app/keys.ts';
import { useReturnFocus } from '../../app/use-return-focus.ts';
import { sentence } from '../../i18n/index.ts';
import { formatDate } from '../chart/format.ts';
import { Place, sizeOf } from './place.tsx';
import { dataUrl, readBytes, saveAsFile } from './carry.ts';
import { CloseForm } from './close-form.tsx';
import { PdfPages } from './pdf-pages.tsx';

type Content = { image: string } | { pdf: Uint8Array } | { code: string } | null;

interface Props {
  attachment: AttachmentView;
  /** Said with every picture: whose it is must never be a guess. */
  patientName: string;
  onClose(): void;
}

export function AttachmentViewer({ attachment, patientName, onClose }: Props) {
  const { t } = useTranslation('attachments');
  const [loaded, setContent] = useState<Content>(null);
  const [actual, setActual] = useState(false);
  const [asking, setAsking] = useState<'save' | 'close' | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const first = useRef<HTMLButtonElement>(null);
  useReturnFocus();
  const { id, place, pinned, title, viewable, status } = attachment;
  const infected = attachment.virusScan === 'infected';
  // Looked at while the scanner's word came: it goes from the screen.
  const content = infected ? null : loaded;
  const here = !infected && place !== 'elsewhere' && place !== 'fetching' && place !== 'lost';

  useEffect(() => {
    first.current?.focus();
  }, []);
  useEffect(() => {
    let gone = false;
    void load(attachment).then((found) => {
      if (!gone) setContent(found);
    });
    return () => {
      gone = true;
    };
    // Once when it opens, and again when its bytes have come.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [id, here]);

  const pin = (): void => void call('attachment.pin', { id, pinned: !pinned });
  const back = (): void => (asking === null ? onClose() : setAsking(null));
  const save = async (): Promise<void> => {
    setAsking(null);
    setProblem(await saveAsFile(attachment));
  };
  useActions([
    { id: 'attachment.back', label: t('close'), key: 'Escape', run: back },
    { id: 'attachment.size', label: t('actualSize'), key: 'z', when: () => asking === null, run: () => setActual(!actual) },
    { id: 'attachment.pin', label: t('keep'), key: 'k', when: () => asking === null, run: pin },
    { id: 'attachment.save', label: t('save'), key: 's', when: () => asking === null && here, run: () => setAsking('save') },
  ]);

  return (
    <div className="viewer" role="dialog" aria-modal="true" aria-label={`${patientName}: ${title}`} onKeyDown={keepFocus}>
      <header className="viewer-head">
        <h2>
          {patientName} <span className="viewer-title">{title}</span>
        </h2>
        <span className="quiet num">
          {formatDate(attachment.addedAt)} · {sizeOf(attachment.byteLength)} · {attachment.addedByName}
        </span>
        {status === 'entered_in_error' && <strong className="due">{t('inError', { reason: attachment.closedReason })}</strong>}
        <Place attachment={attachment} />
        <span className="viewer-actions">
          {content !== null && 'image' in content && (
            <button type="button" className="btn" aria-pressed={actual} onClick={() => setActual(!actual)}>
              {t('actualSize')} <kbd>Z</kbd>
            </button>
          )}
          <button type="button" className="btn" aria-pressed={pinned} onClick={pin}>
            {t('keep')} <kbd>K</kbd>
          </button>
          {here && (
            <button type="button" className="btn" onClick={() => setAsking('save')}>
              {t('save')} <kbd>S</kbd>
            </button>
          )}
          {status === 'final' && (
            <button type="button" className="btn" onClick={() => setAsking('close')}>
              {t('setInError')}
            </button>
          )}
          <button ref={first} type="button" className="btn" onClick={onClose}>
            {t('close')} <kbd>Esc</kbd>
          </button>
        </span>
      </header>
      {asking === 'save' && (
        <div className="viewer-ask" role="alertdialog" aria-label={t('save')}>
          <p>{t('saveWarning')}</p>
          <button type="button" className="btn" onClick={() => void save()}>
            {t('saveAnyway')}
          </button>
          <button type="button" className="btn" autoFocus onClick={() => setAsking(null)}>
            {t('cancel')}
          </button>
        </div>
      )}
      {asking === 'close' && <CloseForm id={id} onDone={() => setAsking(null)} />}
      {problem !== null && (
        <p className="viewer-ask danger-text" role="alert">
          {sentence(problem)}
        </p>
      )}
      {/* Scrolled by the keyboard, too. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <div className="viewer-ground" data-actual={actual ? '' : undefined} tabIndex={0} role="region" aria-label={t('content')}>
        {infected && (
          <p className="viewer-word" role="alert">
            {sentence('attachment/infected')}
          </p>
        )}
        {!here && !infected && (
          <p className="viewer-word">{attachment.problem === null ? t(`wait.${place}`) : sentence(attachment.problem)}</p>
        )}
        {here && !viewable && <p className="viewer-word">{sentence('attachment/cannot-show')}</p>}
        {content !== null && 'code' in content && here && <p className="viewer-word">{sentence(content.code)}</p>}
        {content !== null && 'image' in content && (
          <img src={content.image} alt={title} onError={() => setContent({ code: 'attachment/cannot-show' })} />
        )}
        {content !== null && 'pdf' in content && (
          <PdfPages bytes={content.pdf} label={title} onBroken={() => setContent({ code: 'attachment/cannot-show' })} />
        )}
      </div>
    </div>
  );
}

/** Looks at it, which is logged and has it fetched; and brings the bytes when they are here. */
async function load({ id, mediaType, byteLength, viewable }: AttachmentView): Promise<Content> {
  const opened = await call('attachment.open', { id });
  if (!opened.ok) return { code: opened.code };
  if (!opened.value.here || !viewable) return null;
  const read = await readBytes(id, opened.value.chunks, byteLength);
  if ('code' in read) return { code: read.code };
  return mediaType === 'application/pdf' ? { pdf: read.bytes } : { image: dataUrl(read.bytes, mediaType) };
}

/** Tab goes round inside: what lies beneath cannot be seen. */
function keepFocus(event: React.KeyboardEvent<HTMLElement>): void {
  if (event.key !== 'Tab') return;
  const places = [...event.currentTarget.querySelectorAll<HTMLElement>('button:not(:disabled), input, [tabindex="0"]')];
  const next = event.shiftKey ? places.at(-1) : places[0];
  const last = event.shiftKey ? places[0] : places.at(-1);
  if (document.activeElement !== last) return;
  event.preventDefault();
  next?.focus();
}
