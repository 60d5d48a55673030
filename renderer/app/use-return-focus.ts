/**
 * Puts the caret back where it was when something that had taken it closes. Without this it falls to the page, and what a
 * person types next goes nowhere.
 */
import { useEffect, useRef } from 'react';

/** @param open whether the dialog, list or picker is shown; `true` for one that exists only while it is shown */
export function useReturnFocus(open = true): void {
  const came = useRef<Element | null>(null);
  // While it is drawn, before it takes the caret itself.
  if (open && came.current === null) came.current = document.activeElement;
  useEffect(() => {
    if (!open) giveBack(came);
  }, [open]);
  useEffect(() => () => giveBack(came), []);
}

function giveBack(came: { current: Element | null }): void {
  const back = came.current;
  came.current = null;
  const lost = document.activeElement === null || document.activeElement === document.body;
  if (lost && back instanceof HTMLElement && back.isConnected) back.focus();
}
