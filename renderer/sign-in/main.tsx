/** The page on which somebody signs in by Clerk for a laptop that waits: gets an invitation for them, and hands it to the laptop over loopback. */
import { useCallback, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { readAsked, type Asked } from './asked.ts';
import { Session, SignedIn } from './session.tsx';
import './sign-in.css';

const root = document.getElementById('root');
if (root === null) throw new Error('no #root');
const publishableKey = document.querySelector<HTMLMetaElement>('meta[name="clerk-key"]')?.content ?? '';
const asked = readAsked(location.search);
createRoot(root).render(
  <main>
    <h1>Ryggrad</h1>
    {asked === null || publishableKey === '' ? (
      <p role="alert">Adressen er ikke hel. Begynn på nytt fra Ryggrad på maskinen din.</p>
    ) : (
      <Session publishableKey={publishableKey}>
        <HandOver asked={asked} />
      </Session>
    )}
  </main>,
);

function HandOver({ asked }: { asked: Asked }) {
  const [problem, setProblem] = useState<string | null>(null);
  const onToken = useCallback(
    async (token: string): Promise<void> => {
      const response = await fetch('/v1/devices/invitations', {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ challenge: asked.challenge }),
        cache: 'no-store',
      }).catch(() => null);
      if (response === null) return setProblem('Serveren svarer ikke. Last siden på nytt.');
      if (response.status === 401) return setProblem('Ingen i klinikken har adressen du logget på med. Be administratoren legge deg til.');
      if (!response.ok) return setProblem('Serveren sa nei. Prøv igjen om litt.');
      const { code } = (await response.json()) as { code: string };
      // One use, ten minutes, and worth nothing without what the laptop keeps.
      location.replace(`http://127.0.0.1:${asked.port}/?state=${asked.state}&code=${code}`);
    },
    [asked],
  );
  if (problem !== null) return <p role="alert">{problem}</p>;
  return <SignedIn onToken={(token) => void onToken(token)} waiting={<p role="status">Et øyeblikk …</p>} />;
}
