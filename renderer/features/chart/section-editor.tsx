/**
 * One section of the note as a native textarea: the system's own spelling, dictation and undo work in it.
 * What is typed leaves through the autosave; what arrives replaces nothing that is not yet on disk.
 */
import { memo, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ChartView, PhraseRow } from './types.ts';
import { Tidy } from '../ai/tidy.tsx';
import { createAutosave } from './autosave.ts';
import type { Autosave, SaveState } from './autosave.ts';
import { DiffText } from './diff-text.tsx';
import { expandAtCaret } from './expand-at-caret.ts';
import { SiblingCard } from './sibling-card.tsx';

export type Section = ChartView['sections'][number];

export interface SectionActions {
  /** @returns the text that another window has put there meanwhile, when that is why it was not written */
  write(key: string, text: string, textSeq: number, was: string): Promise<boolean | { stands: string }>;
  confirm(key: string): void;
  drop(key: string): void;
  resolve(key: string, siblingId: string, choice: 'mine' | 'theirs' | 'both'): void;
  /** Lets the page flush all sections before signing, locking or leaving. */
  register(key: string, autosave: Autosave | null): void;
  /** Where the caret is, to be found again after a lock or restart. */
  caret(key: string, position: number): void;
}

interface Props {
  section: Section;
  label: string;
  required: boolean;
  phrases: readonly PhraseRow[];
  actions: SectionActions;
  initialCaret: number | null;
  /** The visit, where the writing help may tidy what is written here; else null. */
  tidy: string | null;
}

export const SectionEditor = memo(function SectionEditor({ section, label, required, phrases, actions, initialCaret, tidy }: Props) {
  const { t } = useTranslation('chart');
  const area = useRef<HTMLTextAreaElement>(null);
  const autosave = useRef<Autosave | null>(null);
  const seq = useRef(section.textSeq);
  const shown = useRef(section.text);
  const [state, setState] = useState<SaveState>('saved');

  useEffect(() => {
    const saver = createAutosave({
      write: async (text) => {
        const written = await actions.write(section.key, text, seq.current, shown.current);
        if (typeof written === 'object') {
          // Both stand, one under the other; the next write knows it.
          shown.current = written.stands;
          const both = `${written.stands}\n${text}`;
          if (area.current !== null) area.current.value = both;
          saver.changed(both);
          return true;
        }
        if (written) shown.current = text;
        return written;
      },
      onState: setState,
      setTimer: (run, ms) => window.setTimeout(run, ms),
      clearTimer: (timer) => window.clearTimeout(timer as number),
      now: () => performance.now(),
    });
    autosave.current = saver;
    actions.register(section.key, saver);
    return () => {
      void saver.flush();
      saver.stop();
      actions.register(section.key, null);
    };
  }, [actions, section.key]);

  // A text from elsewhere (SALT, another laptop) is taken over only when everything typed here is on disk.
  useLayoutEffect(() => {
    const element = area.current;
    if (element === null || autosave.current?.dirty() === true) return;
    seq.current = section.textSeq;
    if (element.value !== section.text) {
      const caret = element.selectionStart;
      element.value = section.text;
      element.setSelectionRange(caret, caret);
    }
    shown.current = section.text;
    fit(element);
  }, [section.text, section.textSeq]);

  useEffect(() => {
    if (initialCaret === null || area.current === null) return;
    area.current.focus();
    area.current.setSelectionRange(initialCaret, initialCaret);
  }, [initialCaret]);

  const carried = section.review === 'unreviewed';
  return (
    <div className="section" data-section={section.key} data-review={section.review}>
      <div className="section-head">
        <label htmlFor={`section-${section.key}`}>{label}</label>
        {required && section.text.trim() === '' && (
          <span className="chart-quiet" aria-hidden="true">
            {t('section.required')}
          </span>
        )}
        {state === 'failed' && (
          <span className="section-state chart-danger" role="alert">
            {t('section.notSaved')}
          </span>
        )}
        {carried && state !== 'failed' && <span className="section-state chart-due">{t('section.carried')}</span>}
      </div>
      <textarea
        autoComplete="off"
        ref={area}
        id={`section-${section.key}`}
        defaultValue={section.text}
        rows={1}
        spellCheck
        lang="nb"
        aria-required={required}
        onInput={(event) => {
          const element = event.currentTarget;
          expandAtCaret(element, event.nativeEvent as InputEvent, phrases);
          autosave.current?.changed(element.value);
          fit(element);
        }}
        onBlur={() => void autosave.current?.flush()}
        onSelect={(event) => actions.caret(section.key, event.currentTarget.selectionStart)}
        onKeyDown={(event) => {
          if (!carried || !event.altKey || event.ctrlKey || event.metaKey) return;
          if (event.key === 'Enter') {
            event.preventDefault();
            actions.confirm(section.key);
          } else if (event.key === 'Backspace') {
            event.preventDefault();
            actions.drop(section.key);
          }
        }}
      />
      {tidy !== null && (
        <Tidy
          subject={{ encounterId: tidy }}
          text={() => area.current?.value ?? ''}
          onReplace={(text) => {
            if (area.current === null) return;
            area.current.value = text;
            autosave.current?.changed(text);
            fit(area.current);
          }}
        />
      )}
      {carried && (
        <div className="section-actions">
          <button type="button" className="link" tabIndex={-1} onClick={() => actions.confirm(section.key)}>
            {t('section.confirm')} <kbd>Alt ⏎</kbd>
          </button>
          <button type="button" className="link" tabIndex={-1} onClick={() => actions.drop(section.key)}>
            {t('section.drop')} <kbd>Alt ⌫</kbd>
          </button>
        </div>
      )}
      {section.originText !== null && section.review === 'edited' && <DiffText before={section.originText} after={section.text} />}
      {section.siblings.map((sibling) => (
        <SiblingCard
          key={sibling.id}
          mine={section.text}
          sibling={sibling}
          onChoose={(choice) => actions.resolve(section.key, sibling.id, choice)}
        />
      ))}
    </div>
  );
});

/** As tall as its text; the column scrolls, not the field. */
function fit(element: HTMLTextAreaElement): void {
  element.style.height = 'auto';
  element.style.height = `${element.scrollHeight + 2}px`;
}
