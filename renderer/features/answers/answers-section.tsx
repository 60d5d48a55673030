/** Answers that another system handed in: one dense line each, unfolded where it stands. Without any there is no section. */
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { AnswersHead } from '#electron/contract/answers.ts';
import type { Answer, AnswerLine } from '#db/rules/questionnaire-answers.ts';
import { useAsk } from '../../app/use-ask.ts';
import { sentence } from '../../i18n/index.ts';
import { formatDate, formatTime } from '../chart/format.ts';
import './answers.css';

const FIRST = 5;
const ENTITIES = ['questionnaire_response', 'user', 'encounter', 'patient_link'];

export function AnswersSection({ patientId }: { patientId: string }) {
  const { t } = useTranslation('answers');
  const list = useAsk('answer.list', { patientId }, ENTITIES);
  const [all, setAll] = useState(false);
  const [open, setOpen] = useState<string | null>(null);
  const answers = list.value?.answers ?? [];
  if (answers.length === 0) return list.code === null ? null : <p className="danger-text">{sentence(list.code)}</p>;
  const shown = all ? answers : answers.slice(0, FIRST);
  return (
    <section className="handed-in" aria-labelledby="handed-in-title">
      <div className="handed-in-head">
        <h2 id="handed-in-title">{t('title')}</h2>
        <span className="quiet num">{answers.length}</span>
      </div>
      <ul className="handed-in-list">
        {shown.map((one) => (
          <li key={one.id}>
            <Head head={one} open={open === one.id} onToggle={() => setOpen(open === one.id ? null : one.id)} />
            {open === one.id && <Lines id={one.id} title={one.title} />}
          </li>
        ))}
      </ul>
      {answers.length > shown.length && (
        <button type="button" className="link" onClick={() => setAll(true)}>
          {t('showAll', { count: answers.length })}
        </button>
      )}
    </section>
  );
}

function Head({ head, open, onToggle }: { head: AnswersHead; open: boolean; onToggle(): void }) {
  const { t } = useTranslation('answers');
  const { status, visitAt, source } = head;
  return (
    <button
      type="button"
      className="handed-in-line"
      aria-expanded={open}
      onClick={onToggle}
      data-off={status === 'entered-in-error' ? '' : undefined}
    >
      <span className="num">
        {formatDate(head.authoredAt)} <span className="quiet">{formatTime(head.authoredAt)}</span>
      </span>
      <span className="handed-in-name">
        <span className="quiet" aria-hidden="true">
          {open ? '▾' : '▸'}
        </span>{' '}
        {head.title}
        {source !== null && <span className="quiet"> {source}</span>}
      </span>
      <span className={status === 'completed' || status === 'amended' ? 'quiet' : 'due'}>
        {status === 'completed' ? '' : t(`status.${status}`)}
      </span>
      <span className="quiet">{visitAt === null ? '' : t('visit', { date: formatDate(visitAt) })}</span>
      <span className="quiet">{head.addedByName === null ? '' : t('by', { name: head.addedByName })}</span>
    </button>
  );
}

function Lines({ id, title }: { id: string; title: string }) {
  const { t } = useTranslation('answers');
  const read = useAsk('answer.get', { id }, ['questionnaire_response']);
  if (read.code !== null) return <p className="danger-text">{sentence(read.code)}</p>;
  if (read.value === null) return null;
  const { lines, questionnaire } = read.value;
  return (
    <div className="handed-in-open">
      {lines.length === 0 && <p className="quiet">{t('empty')}</p>}
      {lines.length > 0 && (
        <table aria-label={title}>
          <tbody>
            {lines.map((line, index) => (
              // Lines have no name of their own: a question may come again, and they never change their order.
              // oxlint-disable-next-line react/no-array-index-key
              <Line key={index} line={line} />
            ))}
          </tbody>
        </table>
      )}
      <p className="quiet handed-in-address">{questionnaire}</p>
    </div>
  );
}

function Line({ line }: { line: AnswerLine }) {
  const { t } = useTranslation('answers');
  const style = { paddingLeft: Math.min(line.depth, 6) * 16 };
  const question = line.question ?? t('question', { id: line.linkId });
  if (line.isGroup)
    return (
      <tr>
        <th scope="rowgroup" colSpan={2} style={style}>
          {question}
        </th>
      </tr>
    );
  return (
    <tr>
      <th scope="row" style={style} className={line.question === null ? 'quiet' : undefined}>
        {question}
      </th>
      <td>
        {line.answers.length === 0 && <span className="quiet">{t('unanswered')}</span>}
        {line.answers.map((answer, index) => (
          // oxlint-disable-next-line react/no-array-index-key
          <div key={index}>
            <Said answer={answer} />
          </div>
        ))}
      </td>
    </tr>
  );
}

function Said({ answer }: { answer: Answer }) {
  const { t } = useTranslation('answers');
  if ('yes' in answer) return t(answer.yes ? 'yes' : 'no');
  if ('number' in answer) return <span className="num">{answer.number.toLocaleString('nb-NO', { maximumFractionDigits: 20 })}</span>;
  if ('day' in answer) return <span className="num">{dayOf(answer.day)}</span>;
  if ('instant' in answer) return <span className="num">{`${formatDate(answer.instant)} ${formatTime(answer.instant)}`}</span>;
  if ('file' in answer) return <span className="quiet">{t('file', { name: answer.file })}</span>;
  if ('missing' in answer) return <span className="quiet">{t('unanswered')}</span>;
  return answer.text;
}

/** A whole day as days are written here; a month or a year as it stands. */
const dayOf = (day: string): string => (/^\d{4}-\d{2}-\d{2}$/.test(day) ? formatDate(`${day}T12:00:00Z`) : day);
