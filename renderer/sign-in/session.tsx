/**
 * Clerk on the page where one signs in (docs/decisions/0056): the only importer of `@clerk/clerk-react`, which stands for `@clerk/react`. The window
 * itself knows nothing of Clerk; this page is opened in the system's browser, from the clinic's server.
 */
import { ClerkProvider, SignIn, useAuth } from '@clerk/clerk-react';
import { useEffect, useState, type ReactNode } from 'react';

export function Session({ publishableKey, children }: { publishableKey: string; children: ReactNode }) {
  return (
    <ClerkProvider publishableKey={publishableKey} signInForceRedirectUrl={here()} signUpForceRedirectUrl={here()}>
      {children}
    </ClerkProvider>
  );
}

/** Back to this page with what it was opened with. */
const here = (): string => `${location.pathname}${location.search}`;

/** Clerk's own form until somebody is in; then `onToken`, once, with a token that lives for a minute. */
export function SignedIn({ onToken, waiting }: { onToken(token: string): void; waiting: ReactNode }) {
  const { isLoaded, isSignedIn, getToken } = useAuth();
  const [asked, setAsked] = useState(false);
  useEffect(() => {
    if (!isLoaded || !isSignedIn || asked) return;
    setAsked(true);
    void getToken({ skipCache: true }).then((token) => token !== null && onToken(token));
  }, [isLoaded, isSignedIn, asked, getToken, onToken]);
  return isLoaded && !isSignedIn ? <SignIn routing="hash" /> : waiting;
}
