/** One's own second factor: put on with an authenticator and one code, taken off with one. */
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../../app/client.ts';
import { useAsk } from '../../app/use-ask.ts';
import { sentence } from '../../i18n/index.ts';
import { Field } from '../../ui/field.tsx';
import { QrCode } from '../../ui/qr-code.tsx';
import { formatDate } from '../chart/format.ts';

export function SecondFactor() {
  const { t } = useTranslation('settings');
  const state = useAsk('secondFactor.state', {});
  const [begun, setBegun] = useState<{ secret: string; uri: string } | null>(null);
  const [codes, setCodes] = useState<string[] | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const tell = (reply: { ok: boolean; code?: string; details?: Record<string, unknown> }): void =>
    setProblem(reply.ok ? null : sentence(reply.code ?? 'unknown', reply.details));
  const begin = async (): Promise<void> => {
    const reply = await call('secondFactor.begin', {});
    tell(reply);
    if (reply.ok) setBegun(reply.value);
  };
  const confirm = async (code: string): Promise<void> => {
    const reply = await call('secondFactor.confirm', { code });
    tell(reply);
    if (!reply.ok) return;
    setBegun(null);
    setCodes(reply.value.recoveryCodes);
    state.again();
  };
  const renew = async (code: string): Promise<void> => {
    const reply = await call('secondFactor.newCodes', { code });
    tell(reply);
    if (reply.ok) setCodes(reply.value.recoveryCodes);
    state.again();
  };
  const end = async (code: string): Promise<void> => {
    tell(await call('secondFactor.off', { code }));
    state.again();
  };
  const { value } = state;
  const own = value?.own ?? null;
  return (
    <section className="stack factor">
      <h2>{t('factor.title')}</h2>
      {codes !== null ? (
        <RecoveryCodes codes={codes} onDone={() => setCodes(null)} />
      ) : (
        <>
          <p className="quiet">{t('factor.help')}</p>
          {state.code !== null && <p className="quiet">{sentence(state.code)}</p>}
          {value !== null && !value.connected && <p className="quiet">{t('factor.noServer')}</p>}
          {own !== null && (
            <On since={own.since} left={own.recoveryCodesLeft} onRenew={(code) => void renew(code)} onEnd={(code) => void end(code)} />
          )}
          {value?.connected === true && own === null && begun === null && (
            <p>
              <button type="button" className="btn" onClick={() => void begin()}>
                {t('factor.begin')}
              </button>
            </p>
          )}
          {begun !== null && <Begun begun={begun} onCode={(code) => void confirm(code)} onLeave={() => setBegun(null)} />}
        </>
      )}
      {problem !== null && (
        <p className="danger-text" role="alert">
          {problem}
        </p>
      )}
    </section>
  );
}

interface BegunProps {
  begun: { secret: string; uri: string };
  onCode(code: string): void;
  onLeave(): void;
}

function Begun({ begun, onCode, onLeave }: BegunProps) {
  const { t } = useTranslation('settings');
  const [code, setCode] = useState('');
  return (
    <div className="row factor-begun">
      <QrCode text={begun.uri} label={t('factor.qr')} />
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          onCode(code);
          setCode('');
        }}
      >
        <p>{t('factor.scan')}</p>
        <p className="quiet">
          {t('factor.manual')}
          <br />
          <code className="num" data-secret>
            {begun.secret.match(/.{1,4}/g)?.join(' ')}
          </code>
        </p>
        <Field label={t('factor.code')} value={code} onText={setCode} inputMode="numeric" maxLength={7} autoFocus required />
        <div className="row">
          <button type="submit" className="btn main">
            {t('factor.confirm')} <kbd>⏎</kbd>
          </button>
          <button type="button" className="btn" onClick={onLeave}>
            {t('factor.leave')}
          </button>
        </div>
      </form>
    </div>
  );
}

function RecoveryCodes({ codes, onDone }: { codes: readonly string[]; onDone(): void }) {
  const { t } = useTranslation('settings');
  return (
    <>
      <p>{t('factor.codesHelp')}</p>
      <ul className="factor-codes num" aria-label={t('factor.codes')}>
        {codes.map((code) => (
          <li key={code}>{code}</li>
        ))}
      </ul>
      <div className="row">
        <button type="button" className="btn main" autoFocus onClick={onDone}>
          {t('factor.kept')}
        </button>
        <button type="button" className="btn" onClick={() => window.print()}>
          {t('factor.print')}
        </button>
      </div>
    </>
  );
}

interface OnProps {
  since: string;
  left: number;
  onRenew(code: string): void;
  onEnd(code: string): void;
}

function On({ since, left, onRenew, onEnd }: OnProps) {
  const { t } = useTranslation('settings');
  const [code, setCode] = useState('');
  const use = (then: (code: string) => void): void => {
    then(code);
    setCode('');
  };
  return (
    <>
      <p>
        {t('factor.since', { date: formatDate(since) })}{' '}
        <span className={left < 3 ? 'danger-text' : 'quiet'}>{t('factor.left', { count: left })}</span>
      </p>
      <form
        className="row fields"
        onSubmit={(event) => {
          event.preventDefault();
          use(onRenew);
        }}
      >
        <Field label={t('factor.codeOrRecovery')} value={code} onText={setCode} maxLength={40} minLength={6} required />
        <button type="submit" className="btn">
          {t('factor.renew')}
        </button>
        <button type="button" className="btn" disabled={code.trim().length < 6} onClick={() => use(onEnd)}>
          {t('factor.off')}
        </button>
      </form>
    </>
  );
}
