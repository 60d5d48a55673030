/** Expands a phrase in a textarea so that Ctrl+Z takes it back: the browser itself inserts the text. */
import { expandPhrase } from '#db/rules/text.ts';
import type { PhraseRow } from './types.ts';

/** Does nothing while an input method composes, on deletions, or when no phrase stands before the caret. */
export function expandAtCaret(element: HTMLTextAreaElement, event: InputEvent, phrases: readonly PhraseRow[]): void {
  if (event.isComposing || event.inputType === 'historyUndo' || event.inputType === 'historyRedo') return;
  if (event.data !== ' ' && event.inputType !== 'insertLineBreak') return;
  const caret = element.selectionStart;
  const expansion = expandPhrase(element.value.slice(0, caret), phrases);
  if (expansion === null) return;
  element.setSelectionRange(expansion.from, caret);
  // The only call that keeps the field's own undo history; Chromium will not remove it.
  document.execCommand('insertText', false, expansion.text);
}
