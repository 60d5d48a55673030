/** A patient's attachments: one dense line each, with where its bytes are when that is worth a word. Files are chosen or dropped. */
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { AttachmentView } from '#electron/contract/attachments.ts';
import { useActions } from '../../app/keys.ts';
import { useAsk } from '../../app/use-ask.ts';
import { sentence } from '../../i18n/index.ts';
import { formatDate } from '../chart/format.ts';
import { AddFiles } from './add-files.tsx';
import { AttachmentViewer } from './attachment-viewer.tsx';
import { Place, sizeOf } from './place.tsx';
import './attachments.css';

const FIRST = 5;
const ACCEPTED = '.png,.jpg,.jpeg,.tif,.tiff,.pdf,.dcm,image/png,image/jpeg,image/tiff,application/pdf,application/dicom';

interface Props {
  patientId: string;
  patientName: string;
  /** No other panel is open over the page. */
  idle: boolean;
}

export function AttachmentsSection({ patientId, patientName, idle }: Props) {
  const { t } = useTranslation('attachments');
  const list = useAsk('attachment.list', { patientId }, ['attachment', 'content', 'user']);
  const [files, setFiles] = useState<readonly File[]>([]);
  const [all, setAll] = useState(false);
  const [open, setOpen] = useState<string | null>(null);
  const dropping = useDrop(idle && open === null, setFiles);
  const picker = useRef<HTMLInputElement>(null);
  const pick = (): void => picker.current?.click();
  useActions([{ id: 'attachment.add', label: t('add'), key: 'l', when: () => idle && open === null && files.length === 0, run: pick }]);

  const attachments = list.value?.attachments ?? [];
  const shown = all ? attachments : attachments.slice(0, FIRST);
  const viewed = attachments.find(({ id }) => id === open);
  return (
    <section className="attachments" aria-labelledby="attachments-title" data-dropping={dropping ? '' : undefined}>
      <div className="attachments-head">
        <h2 id="attachments-title">{t('title')}</h2>
        {attachments.length > 0 && <span className="quiet num">{attachments.length}</span>}
        <button type="button" className="link" onClick={pick}>
          {t('add')} <kbd>L</kbd>
        </button>
        {dropping && <span className="quiet">{t('dropHere')}</span>}
        {list.code !== null && <span className="danger-text">{sentence(list.code)}</span>}
      </div>
      <input
        ref={picker}
        type="file"
        hidden
        multiple
        accept={ACCEPTED}
        aria-label={t('add')}
        onChange={(event) => {
          setFiles([...(event.currentTarget.files ?? [])]);
          event.currentTarget.value = '';
        }}
      />
      {files.length > 0 && (
        <AddFiles key={files.map(({ name }) => name).join()} patientId={patientId} files={files} onDone={() => setFiles([])} />
      )}
      {shown.length > 0 && (
        <table className="list" aria-label={t('title')}>
          <tbody>
            {shown.map((attachment) => (
              <Line key={attachment.id} attachment={attachment} onOpen={() => setOpen(attachment.id)} />
            ))}
          </tbody>
        </table>
      )}
      {attachments.length > shown.length && (
        <button type="button" className="link" onClick={() => setAll(true)}>
          {t('showAll', { count: attachments.length })}
        </button>
      )}
      {viewed !== undefined && (
        <AttachmentViewer key={viewed.id} attachment={viewed} patientName={patientName} onClose={() => setOpen(null)} />
      )}
    </section>
  );
}

function Line({ attachment, onOpen }: { attachment: AttachmentView; onOpen(): void }) {
  const { t } = useTranslation('attachments');
  const inError = attachment.status === 'entered_in_error';
  const enter = (event: React.KeyboardEvent): void => {
    if (event.key !== 'Enter') return;
    // The viewer puts the focus on a button, which this same key press would then press.
    event.preventDefault();
    onOpen();
  };
  return (
    <tr tabIndex={0} onClick={onOpen} onKeyDown={enter} data-off={inError ? '' : undefined}>
      <td className="num" style={{ width: 150 }}>
        {formatDate(attachment.addedAt)}
      </td>
      <td className="attachment-title">
        {attachment.title}
        {inError && <span className="quiet"> {t('inError', { reason: attachment.closedReason })}</span>}
      </td>
      <td className="quiet num" style={{ width: 110 }}>
        {t(`kind.${attachment.mediaType.split('/')[1] ?? ''}`)} {sizeOf(attachment.byteLength)}
      </td>
      <td style={{ width: 250 }}>
        <Place attachment={attachment} />
      </td>
      <td className="quiet" style={{ width: 150 }}>
        {attachment.addedByName}
      </td>
    </tr>
  );
}

/** Files may be dropped anywhere on the page; a browser would otherwise leave the journal and show them. */
function useDrop(active: boolean, onFiles: (files: readonly File[]) => void): boolean {
  const [over, setOver] = useState(false);
  const take = useRef(onFiles);
  take.current = onFiles;
  useEffect(() => {
    const hasFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes('Files') === true;
    const drag = (event: DragEvent): void => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      if (event.dataTransfer !== null) event.dataTransfer.dropEffect = active ? 'copy' : 'none';
      setOver(active);
    };
    const leave = (event: DragEvent): void => {
      if (event.relatedTarget === null) setOver(false);
    };
    const drop = (event: DragEvent): void => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      setOver(false);
      if (active) take.current([...(event.dataTransfer?.files ?? [])]);
    };
    window.addEventListener('dragover', drag);
    window.addEventListener('dragleave', leave);
    window.addEventListener('drop', drop);
    return () => {
      window.removeEventListener('dragover', drag);
      window.removeEventListener('dragleave', leave);
      window.removeEventListener('drop', drop);
    };
  }, [active]);
  return over;
}
