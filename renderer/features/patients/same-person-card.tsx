/**
 * Two registrations of what may be one person, side by side. What differs is chosen field by field: 1 and 2 go through those that
 * are not decided, and a field that only one has filled in shows that one as chosen. Nothing is merged before every field is.
 */
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ComparedPatients, PatientHit, PatientPartView } from '#electron/contract/patients.ts';
import { call } from '../../app/client.ts';
import { useActions } from '../../app/keys.ts';
import { goTo } from '../../app/router.ts';
import { sentence } from '../../i18n/index.ts';
import { formatBirthDate, formatDate } from '../chart/format.ts';
import { wordDiff } from '../chart/word-diff.ts';
import { usePartText } from './part-text.ts';
import './same-person.css';

type Side = 'into' | 'from';
type Difference = ComparedPatients['differences'][number];
const SIDES = ['into', 'from'] as const;

/** The one side that says something, where the other says nothing. */
const onlySaid = ({ into, from }: { into: PatientPartView; from: PatientPartView }): Side | undefined =>
  into.empty === from.empty ? undefined : into.empty ? 'from' : 'into';

export function SamePersonCard({ pair, current, onDone }: { pair: ComparedPatients; current: boolean; onDone(): void }) {
  const { t } = useTranslation('patients');
  const { into, from, differences, seen } = pair;
  const textOf = usePartText();
  const [choices, setChoices] = useState<Partial<Record<Difference['part'], Side>>>(() =>
    Object.fromEntries(
      differences.flatMap((difference) => {
        const side = onlySaid(difference);
        return side === undefined ? [] : [[difference.part, side]];
      }),
    ),
  );
  const [problem, setProblem] = useState<string | null>(null);
  const undecided = differences.filter(({ part }) => choices[part] === undefined);
  const next = undecided[0]?.part;
  const choose = (part: Difference['part'] | undefined, side: Side): void => {
    if (part !== undefined) setChoices((before) => ({ ...before, [part]: side }));
  };
  const merge = async (): Promise<void> => {
    const reply = await call('patient.merge', { fromId: from.id, intoId: into.id, choices, seen });
    if (!reply.ok) return setProblem(sentence(reply.code));
    onDone();
  };
  const ready = () => current && undecided.length === 0;
  useActions([
    {
      id: `same.left.${from.id}`,
      label: t('samePerson.left'),
      key: '1',
      when: () => current && next !== undefined,
      run: () => choose(next, 'into'),
    },
    {
      id: `same.right.${from.id}`,
      label: t('samePerson.right'),
      key: '2',
      when: () => current && next !== undefined,
      run: () => choose(next, 'from'),
    },
    { id: `same.merge.${from.id}`, label: t('samePerson.merge'), key: 'm', when: ready, run: () => void merge() },
  ]);
  const alikeIn =
    into.maskedNationalId !== null && differences.every(({ part }) => part !== 'nationalId')
      ? 'samePerson.sameNumber'
      : 'samePerson.sameName';
  const titleId = `same-${into.id}-${from.id}`;
  return (
    <section className="conflict same-person" aria-current={current} aria-labelledby={titleId}>
      <h2 id={titleId}>{t('samePerson.title')}</h2>
      <p className="quiet">{t('samePerson.help')}</p>
      <table className="same-table">
        <thead>
          <tr>
            <th scope="col">{t(alikeIn)}</th>
            <Registration hit={into} title={t('samePerson.into')} />
            <Registration hit={from} title={t('samePerson.from')} />
          </tr>
        </thead>
        <tbody>
          {differences.map((difference) => {
            const { part } = difference;
            const texts = { into: textOf(part, difference.into), from: textOf(part, difference.from) };
            const alike = texts.into === texts.from;
            return (
              <tr key={part} data-next={current && part === next ? '' : undefined}>
                <th scope="row">{t(`samePerson.part.${part}`)}</th>
                {SIDES.map((side) => (
                  <td key={side}>
                    <button type="button" aria-pressed={choices[part] === side} onClick={() => choose(part, side)}>
                      {difference[side].empty ? (
                        <span className="quiet">{texts[side] === '' ? t('samePerson.nothing') : texts[side]}</span>
                      ) : (
                        <span className="diff">
                          <Marked
                            text={texts[side]}
                            besides={difference[side === 'into' ? 'from' : 'into'].empty ? '' : texts[side === 'into' ? 'from' : 'into']}
                          />
                          {alike && side === 'from' && <span className="quiet"> ({t('samePerson.otherNumber')})</span>}
                        </span>
                      )}
                    </button>
                  </td>
                ))}
              </tr>
            );
          })}
        </tbody>
      </table>
      {differences.length === 0 && <p>{t('samePerson.noDifference')}</p>}
      {problem !== null && (
        <p className="danger-text" role="alert">
          {problem}
        </p>
      )}
      <div className="row">
        {current && next !== undefined && (
          <>
            <span className="due">{t('samePerson.toChoose', { count: undecided.length })}</span>
            <button type="button" className="btn" onClick={() => choose(next, 'into')}>
              {t('samePerson.left')} <kbd>1</kbd>
            </button>
            <button type="button" className="btn" onClick={() => choose(next, 'from')}>
              {t('samePerson.right')} <kbd>2</kbd>
            </button>
          </>
        )}
        <button type="button" className="btn main" disabled={undecided.length > 0} onClick={() => void merge()}>
          {t('samePerson.merge')} {current && <kbd>M</kbd>}
        </button>
      </div>
    </section>
  );
}

/** The words marked that the other does not have; none where the other says nothing at all. */
function Marked({ text, besides }: { text: string; besides: string }) {
  if (besides === '') return text;
  return wordDiff(besides, text).map((part, index) =>
    part.kind === 'same' ? <span key={index}>{part.text}</span> : part.kind === 'added' ? <ins key={index}>{part.text}</ins> : null,
  );
}

function Registration({ hit, title }: { hit: PatientHit; title: string }) {
  const { t } = useTranslation('patients');
  return (
    <th scope="col">
      <span className="quiet">{title}</span>
      <br />
      <button type="button" className="link" onClick={() => goTo({ name: 'patient', id: hit.id })}>
        {hit.familyName}, {hit.givenName}
      </button>
      <br />
      <span className="num quiet">
        {[formatBirthDate(hit.birthDate), hit.maskedNationalId].filter((text) => text !== null && text !== '').join(' · ')}
      </span>
      <br />
      <span className="num quiet">
        {hit.lastVisitAt === null ? t('samePerson.never') : t('samePerson.lastHere', { date: formatDate(hit.lastVisitAt) })}
      </span>
    </th>
  );
}
