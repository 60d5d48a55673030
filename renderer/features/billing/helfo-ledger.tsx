/** A month's claims to Helfo: what is ready, what must be put right first, what was sent, answered and paid. */
import { useState } from 'react';
import type { TFunction } from 'i18next';
import { useTranslation } from 'react-i18next';
import { formatOre, parseKroner } from '#db/rules/money.ts';
import type { LedgerRow } from '#electron/contract/claims.ts';
import { call } from '../../app/client.ts';
import { openChart } from '../../app/open-charts.ts';
import { goTo } from '../../app/router.ts';
import { useSession } from '../../app/session.ts';
import { useAsk } from '../../app/use-ask.ts';
import { sentence } from '../../i18n/index.ts';
import { Choice, Field } from '../../ui/field.tsx';
import { formatDay, formatKroner, formatTime } from '../chart/format.ts';
import { todayInOslo } from '../today/day.ts';
import { reasonText } from '../messages/reason-text.ts';
import { LedgerActions } from './ledger-actions.tsx';
import { useRows } from './use-rows.ts';

const SUMS = ['readyOre', 'problemsOre', 'sentOre', 'acceptedOre', 'rejectedOre', 'paidOre'] as const;

export function HelfoLedger() {
  const { t } = useTranslation('money');
  const clinician = useSession().user.roles.includes('PRACTITIONER');
  const [month, setMonth] = useState(() => todayInOslo().slice(0, 7));
  const [who, setWho] = useState<string | null>(null);
  const [paid, setPaid] = useState('');
  const [said, setSaid] = useState<{ text: string; wrong: boolean } | null>(null);
  const { value, code } = useAsk('claim.ledger', /^\d{4}-\d{2}$/.test(month) ? { month } : null, [
    'encounter',
    'treatment_line',
    'helfo_claim',
    'helfo_message',
    'integration_setting',
    'billing_setting',
    'price_item',
  ]);
  const people = [...new Map((value?.rows ?? []).map((row) => [row.practitionerId, row.practitionerName]))];
  const practitionerId = who ?? people[0]?.[0] ?? null;
  const rows = (value?.rows ?? []).filter((row) => row.practitionerId === practitionerId);
  const open = (row: LedgerRow | undefined): void => {
    if (row === undefined || !clinician) return;
    openChart(row.encounterId, row.patientName);
    goTo({ name: 'chart', id: row.encounterId });
  };
  const { at, mark } = useRows('ledger', rows.length, (row) => open(rows[row]));
  const marked = rows[at];
  const settle = async (): Promise<void> => {
    const paidOre = parseKroner(paid);
    if (paidOre === null || practitionerId === null) return setSaid({ text: t('notAnAmount'), wrong: true });
    const reply = await call('claim.settle', { month, practitionerId, paidOre });
    if (!reply.ok) return setSaid({ text: sentence(reply.code), wrong: true });
    const { settled, expectedOre, differenceOre } = reply.value;
    setSaid(
      settled > 0
        ? { text: t('settled', { count: settled, amount: formatKroner(expectedOre) }), wrong: false }
        : { text: t('differs', { expected: formatKroner(expectedOre), difference: formatKroner(differenceOre) }), wrong: true },
    );
  };
  return (
    <>
      <div className="row fields">
        <Field label={t('month')} type="month" value={month} onText={setMonth} />
        {people.length > 1 && (
          <Choice
            label={t('practitioner')}
            value={practitionerId ?? ''}
            onText={setWho}
            options={people.map(([id, name]) => ({ value: id, label: name }))}
          />
        )}
        <LedgerActions
          month={month}
          practitionerId={practitionerId}
          sends={value?.sends === true}
          rows={rows}
          marked={marked}
          onSaid={(text, wrong) => setSaid({ text, wrong })}
        />
      </div>
      {code !== null && <p className="danger-text">{sentence(code)}</p>}
      {said !== null && (
        <p className={said.wrong ? 'danger-text' : 'quiet'} role="status">
          {said.text}
        </p>
      )}
      {value !== null && !value.hasNotes && <p className="due">{sentence('claim/no-notes')}</p>}
      {value !== null && (
        <dl className="money-sums">
          {SUMS.map((name) => (
            <div key={name}>
              <dt>{t(`ledger.${name}`)}</dt>
              <dd className={name === 'problemsOre' && value.sums[name] > 0 ? 'due' : ''}>{formatKroner(value.sums[name])}</dd>
            </div>
          ))}
        </dl>
      )}
      {value !== null && value.hasNotes && rows.length === 0 && <p className="quiet">{t('none.helfo')}</p>}
      {rows.length > 0 && (
        <table className="list money-list" aria-label={t('tab.helfo')}>
          <thead>
            <tr>
              <th scope="col">{t('col.visit')}</th>
              <th scope="col">{t('col.patient')}</th>
              <th scope="col">{t('col.takst')}</th>
              <th scope="col" className="ore">
                {t('col.claimed')}
              </th>
              <th scope="col" className="ore">
                {t('col.paid')}
              </th>
              <th scope="col">{t('col.number')}</th>
              <th scope="col">{t('col.state')}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row, index) => (
              <tr key={row.encounterId} aria-selected={index === at} onClick={() => mark(index)} onDoubleClick={() => open(row)}>
                <td className="num">
                  {formatDay(row.visitAt)} <span className="quiet">{formatTime(row.visitAt)}</span>
                </td>
                <td>{row.patientName === '' ? <span className="quiet">{t('shut')}</span> : row.patientName}</td>
                <td className="num">{row.takster.map(({ kode, antall }) => (antall > 1 ? `${kode} × ${antall}` : kode)).join(' + ')}</td>
                <td className="ore">{formatKroner(row.amountOre)}</td>
                <td className="ore">{row.paidOre === null ? '' : formatKroner(row.paidOre)}</td>
                <td className="num quiet">{row.regningsnummer}</td>
                <td>
                  <State row={row} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {value !== null && value.sums.acceptedOre > 0 && (
        <form
          className="row fields"
          style={{ marginTop: 16 }}
          onSubmit={(event) => {
            event.preventDefault();
            void settle();
          }}
        >
          <Field
            label={t('cameIn')}
            value={paid}
            inputMode="decimal"
            placeholder={formatOre(value.sums.acceptedOre - value.sums.paidOre)}
            onText={setPaid}
          />
          <button type="submit" className="btn">
            {t('settle')}
          </button>
        </form>
      )}
      <p className="quiet" style={{ marginTop: 24 }}>
        {t(value?.sends === true ? 'isSent' : 'notSent')}
      </p>
    </>
  );
}

function State({ row }: { row: LedgerRow }) {
  const { t } = useTranslation('money');
  const why = row.problems.map(({ code, takst, other }) =>
    t(`billing:claim.${code.split('/')[1] ?? ''}`, { takst, other: code === 'takst/refund-differs' ? formatKroner(Number(other)) : other }),
  );
  const late = [
    row.visitInError ? t('visitInError') : '',
    row.changed && row.state !== 'rejected' ? t('changedSince') : '',
    ...(row.answer ?? '').split('\n').map((line) => wordsOf(t, line)),
    row.message?.wanted === false && row.state === 'queued' ? t('takingBack') : '',
    row.message?.reason === null || row.message?.reason === undefined || row.answer !== null ? '' : reasonText(t, row.message.reason),
  ].filter((text) => text !== '');
  const due = row.state === 'problems' || row.state === 'rejected' || row.state === 'returned' || late.length > 0;
  return (
    <span className={due ? 'due' : 'quiet'}>
      {t(`claim.${row.state}`)}
      {(row.state === 'problems' || row.state === 'rejected' || row.state === 'returned' ? [...why, ...late] : late).map((text) => (
        <span key={text}> · {text}</span>
      ))}
    </span>
  );
}

/** Helfo's own words as they are; codes of ours as sentences. */
const wordsOf = (t: TFunction, line: string): string => (/^(helfo|claim)\/[a-z-]+$/.test(line) ? reasonText(t, line) : line);
