/** Who is in, for the pages. */
import { createContext, use } from 'react';
import type { SessionView } from '#electron/contract/session.ts';

export const SessionContext = createContext<SessionView | null>(null);

export function useSession(): SessionView {
  const session = use(SessionContext);
  if (session === null) throw new Error('no session');
  return session;
}
