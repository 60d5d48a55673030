/** What is about to be attached: each file with the title it will have, and then how far it has come. */
import { useRef, useState, type FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { useActions } from '../../app/keys.ts';
import { useReturnFocus } from '../../app/use-return-focus.ts';
import { sentence } from '../../i18n/index.ts';
import { addFile } from './carry.ts';
import { sizeOf } from './place.tsx';

interface Item {
  file: File;
  title: string;
  /** 0–1 once it is under way. */
  part: number | null;
  done: boolean;
  code: string | null;
}

export function AddFiles({ patientId, files, onDone }: { patientId: string; files: readonly File[]; onDone(): void }) {
  const { t } = useTranslation('attachments');
  const [busy, setBusy] = useState(false);
  const [items, setItems] = useState<readonly Item[]>(() =>
    files.map((file) => ({ file, title: file.name.replace(/\.[^.]{1,5}$/, '').slice(0, 200), part: null, done: false, code: null })),
  );
  const form = useRef<HTMLFormElement>(null);
  useReturnFocus();
  useActions([{ id: 'attachment.cancel', label: t('cancel'), key: 'Escape', when: () => !busy, run: onDone }]);
  const change = (file: File, to: Partial<Item>): void =>
    setItems((before) => before.map((item) => (item.file === file ? { ...item, ...to } : item)));

  const add = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    let refused = false;
    for (const { file, title, done } of items) {
      if (done) continue;
      change(file, { part: 0, code: null });
      const code = await addFile(patientId, file, title.trim(), (part) => change(file, { part }));
      change(file, code === null ? { done: true, part: 1 } : { part: null, code });
      refused ||= code !== null;
    }
    setBusy(false);
    if (!refused) return onDone();
    // What came in stands in the list; what did not stays here with the reason.
    setItems((before) => before.filter(({ done }) => !done));
    window.setTimeout(() => form.current?.querySelector('input')?.focus());
  };

  return (
    <form ref={form} className="attachments-adding" onSubmit={(event) => void add(event)}>
      {items.map(({ file, title, part, done, code }, index) => (
        <div key={`${index}/${file.name}`} className="attachments-file">
          <input
            className="input"
            aria-label={t('titleOf', { name: file.name })}
            autoComplete="off"
            autoFocus={index === 0}
            required
            maxLength={200}
            value={title}
            disabled={busy || done}
            onFocus={(event) => event.currentTarget.select()}
            onChange={(event) => change(file, { title: event.currentTarget.value })}
          />
          <span className="quiet num">{sizeOf(file.size)}</span>
          <span role="status">
            {part !== null && <span className="num">{done ? t('added') : t('adding', { percent: Math.floor(part * 100) })}</span>}
            {code !== null && <span className="danger-text">{sentence(code)}</span>}
          </span>
        </div>
      ))}
      <div className="row">
        <button type="submit" className="btn main" disabled={busy}>
          {t('attach', { count: items.filter(({ done }) => !done).length })} <kbd>⏎</kbd>
        </button>
        <button type="button" className="btn" disabled={busy} onClick={onDone}>
          {t('cancel')} <kbd>Esc</kbd>
        </button>
        <span className="quiet">{t('titleStays')}</span>
      </div>
    </form>
  );
}
