/** Notes and letters without a signature, oldest first. */
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { OVERDUE_DAYS } from '#db/rules/overdue.ts';
import type { OutputOf } from '#electron/contract/index.ts';
import type { UnsignedItem } from '#electron/contract/encounters.ts';
import { useActions } from '../../app/keys.ts';
import { openChart } from '../../app/open-charts.ts';
import { goTo } from '../../app/router.ts';
import { useAsk } from '../../app/use-ask.ts';
import { formatBirthDate, formatDay, formatTime } from '../chart/format.ts';

type UnsignedLetter = OutputOf<'letter.list'>['letters'][number];

export function UnsignedPage() {
  const { t } = useTranslation('today');
  const [mine, setMine] = useState(true);
  const list = useAsk('encounter.unsigned', { mine }, ['encounter', 'note_section', 'diagnosis', 'observation']);
  const letterList = useAsk('letter.list', { open: true }, ['letter']);
  const notes = list.value?.items.filter((item) => !item.empty) ?? [];
  const letters = (letterList.value?.letters ?? []).filter((letter) => letter.status === 'draft' && (letter.mine || !mine)).toReversed();
  const items = [...notes, ...letters];
  const [at, setAt] = useState(0);
  const open = (item: UnsignedItem | UnsignedLetter | undefined): void => {
    if (item === undefined) return;
    if ('kind' in item) return goTo({ name: 'letter', id: item.id });
    openChart(item.encounterId, item.patientName);
    goTo({ name: 'chart', id: item.encounterId });
  };
  useActions([
    { id: 'unsigned.down', label: t('keys.down'), key: 'ArrowDown', run: () => setAt((now) => Math.min(items.length - 1, now + 1)) },
    { id: 'unsigned.up', label: t('keys.up'), key: 'ArrowUp', run: () => setAt((now) => Math.max(0, now - 1)) },
    { id: 'unsigned.open', label: t('keys.open'), key: 'Enter', when: () => items.length > 0, run: () => open(items[at]) },
  ]);
  return (
    <div className="page">
      <div className="page-head">
        <h1>{t('unsigned.title')}</h1>
        <label className="row quiet">
          <input type="checkbox" checked={mine} onChange={(event) => setMine(event.currentTarget.checked)} /> {t('unsigned.mine')}
        </label>
      </div>
      {list.value !== null && letterList.value !== null && items.length === 0 && <p className="quiet">{t('unsigned.none')}</p>}
      {notes.length > 0 && (
        <table className="list" aria-label={t('unsigned.title')}>
          <thead>
            <tr>
              <th scope="col">{t('col.time')}</th>
              <th scope="col">{t('col.patient')}</th>
              <th scope="col">{t('col.born')}</th>
              <th scope="col">{t('col.visit')}</th>
              <th scope="col">{t('practitioner')}</th>
              <th scope="col">{t('unsigned.waited')}</th>
            </tr>
          </thead>
          <tbody>
            {notes.map((item, index) => (
              <tr key={item.encounterId} aria-selected={index === at} onClick={() => setAt(index)} onDoubleClick={() => open(item)}>
                <td className="num">
                  {formatDay(item.visitAt)} {formatTime(item.visitAt)}
                </td>
                <td>
                  <strong>{item.patientName}</strong>
                </td>
                <td className="num quiet">{formatBirthDate(item.birthDate)}</td>
                <td>{t(`chart:visitType.${item.visitType}`)}</td>
                <td className="quiet">{item.practitionerName}</td>
                <td className={item.daysWaited >= OVERDUE_DAYS ? 'num due' : 'num quiet'}>
                  {t('unsigned.days', { count: item.daysWaited })}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {letters.length > 0 && (
        <>
          <h2>{t('unsigned.letters')}</h2>
          <table className="list" aria-label={t('unsigned.letters')}>
            <thead>
              <tr>
                <th scope="col">{t('unsigned.letter')}</th>
                <th scope="col">{t('col.patient')}</th>
                <th scope="col">{t('unsigned.ofVisit')}</th>
                <th scope="col">{t('practitioner')}</th>
              </tr>
            </thead>
            <tbody>
              {letters.map((letter, index) => {
                const place = notes.length + index;
                return (
                  <tr key={letter.id} aria-selected={place === at} onClick={() => setAt(place)} onDoubleClick={() => open(letter)}>
                    <td>{t(`chart:letterKind.${letter.kind}`)}</td>
                    <td>
                      <strong>{letter.patientName}</strong>
                    </td>
                    <td className="num">{formatDay(letter.at)}</td>
                    <td className="quiet">{letter.authorName}</td>
                  </tr>
                );
              })}
            </tbody>
          </table>
        </>
      )}
    </div>
  );
}
