/** What is done with a month's claims: the file, Helfo's answer, one sent again or taken back. */
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ClaimFile, LedgerRow } from '#electron/contract/claims.ts';
import { call } from '../../app/client.ts';
import { useActions } from '../../app/keys.ts';
import { useSession } from '../../app/session.ts';
import { sentence } from '../../i18n/index.ts';
import { saveBytes } from '../../ui/save-file.ts';
import { formatKroner } from '../chart/format.ts';

interface Props {
  month: string;
  practitionerId: string | null;
  /** The clinic's server sends; the file is the other way. */
  sends: boolean;
  rows: readonly LedgerRow[];
  marked: LedgerRow | undefined;
  onSaid(text: string, wrong: boolean): void;
}

type Act = 'export' | 'resend' | 'credit' | 'send' | 'sendAgain' | 'sendCredit';

export function LedgerActions({ month, practitionerId, sends, rows, marked, onSaid }: Props) {
  const { t } = useTranslation('money');
  const clinician = useSession().user.roles.includes('PRACTITIONER');
  const file = useRef<HTMLInputElement>(null);
  const [asking, setAsking] = useState<Act | null>(null);
  const ready = rows.filter(({ state }) => state === 'ready');
  const save = (made: ClaimFile): void => {
    saveBytes(new TextEncoder().encode(made.text), { mediaType: 'application/json', fileName: made.fileName });
    onSaid(t('exported', { count: made.count, amount: formatKroner(made.amountOre), file: made.fileName }), false);
  };
  const run = async (what: Act): Promise<void> => {
    setAsking(null);
    if (practitionerId === null) return;
    const again = { encounterIds: marked === undefined ? [] : [marked.encounterId] };
    const id = marked?.claimId ?? '';
    if (what === 'send' || what === 'sendAgain' || what === 'sendCredit') {
      const wanted = { month, practitionerId, ...(what === 'sendAgain' ? again : {}) };
      const asked = what === 'sendCredit' ? await call('claim.sendCredit', { id }) : await call('claim.send', wanted);
      if (!asked.ok) return onSaid(sentence(asked.code), true);
      const { count, amountOre } = asked.value;
      return onSaid(t('asked', { count, amount: formatKroner(amountOre) }), false);
    }
    const reply =
      what === 'credit'
        ? await call('claim.credit', { id })
        : await call('claim.export', { month, practitionerId, ...(what === 'resend' ? again : {}) });
    if (reply.ok) save(reply.value);
    else onSaid(sentence(reply.code), true);
  };
  const withdraw = async (): Promise<void> => {
    const reply = await call('claim.withdraw', { messageId: marked?.message?.id ?? '' });
    onSaid(reply.ok ? t('withdrawn') : sentence(reply.code), !reply.ok);
  };
  const read = async (chosen: File | undefined): Promise<void> => {
    if (chosen === undefined) return;
    const reply = await call('claim.readAnswer', { text: await chosen.text() });
    if (reply.ok) onSaid(t('answered', { ...reply.value }), reply.value.unknown > 0);
    else onSaid(sentence(reply.code), true);
  };
  const mayResend = () => clinician && (marked?.state === 'rejected' || marked?.state === 'returned');
  const mayCredit = () => clinician && marked?.state === 'accepted';
  const mayWithdraw = () => clinician && marked?.message?.state === 'planned' && marked.message.wanted;
  const maySend = () => clinician && sends && ready.length > 0;
  const resend = (): void => setAsking(sends ? 'sendAgain' : 'resend');
  const credit = (): void => setAsking(sends ? 'sendCredit' : 'credit');
  useActions([
    { id: 'ledger.send', label: t('send'), key: 's', when: maySend, run: () => setAsking('send') },
    { id: 'ledger.withdraw', label: t('withdraw'), key: 't', when: mayWithdraw, run: () => void withdraw() },
    { id: 'ledger.export', label: t('export'), key: 'e', when: () => clinician && ready.length > 0, run: () => setAsking('export') },
    { id: 'ledger.answer', label: t('readAnswer'), key: 'l', run: () => file.current?.click() },
    { id: 'ledger.resend', label: t('resend'), key: 'r', when: mayResend, run: resend },
    { id: 'ledger.credit', label: t('creditClaim'), key: 'k', when: mayCredit, run: credit },
  ]);
  if (asking !== null)
    return (
      // A tree of its own: the buttons of the row are not to become its buttons, for then nothing is focused anew.
      <div
        key="asking"
        className="row"
        role="alertdialog"
        aria-label={t(asking.startsWith('send') ? 'send' : 'export')}
        onKeyDown={(event) => {
          if (event.key !== 'Escape') return;
          event.stopPropagation();
          setAsking(null);
        }}
      >
        <span className="due">{t(`warn.${asking}`, { count: ready.length, name: marked?.patientName ?? '' })}</span>
        <button type="button" className="btn main" autoFocus onClick={() => void run(asking)}>
          {t(asking.startsWith('send') ? 'doSend' : 'save')} <kbd>⏎</kbd>
        </button>
        <button type="button" className="btn" onClick={() => setAsking(null)}>
          {t('common:cancel')} <kbd>Esc</kbd>
        </button>
      </div>
    );
  return (
    <div className="row">
      {clinician && sends && (
        <button type="button" className="btn main" disabled={ready.length === 0} onClick={() => setAsking('send')}>
          {t('sendReady', { count: ready.length })} <kbd>S</kbd>
        </button>
      )}
      {clinician && (
        <button type="button" className={sends ? 'btn' : 'btn main'} disabled={ready.length === 0} onClick={() => setAsking('export')}>
          {t('exportReady', { count: ready.length })} <kbd>E</kbd>
        </button>
      )}
      <button type="button" className="btn" onClick={() => file.current?.click()}>
        {t('readAnswer')} <kbd>L</kbd>
      </button>
      {mayResend() && (
        <button type="button" className="btn" onClick={resend}>
          {t('resend')} <kbd>R</kbd>
        </button>
      )}
      {mayWithdraw() && (
        <button type="button" className="btn" onClick={() => void withdraw()}>
          {t('withdraw')} <kbd>T</kbd>
        </button>
      )}
      {mayCredit() && (
        <button type="button" className="btn" onClick={credit}>
          {t('creditClaim')} <kbd>K</kbd>
        </button>
      )}
      <input
        ref={file}
        type="file"
        accept="application/json,.json"
        hidden
        aria-label={t('readAnswer')}
        onChange={(event) => {
          void read(event.currentTarget.files?.[0]);
          event.currentTarget.value = '';
        }}
      />
    </div>
  );
}
