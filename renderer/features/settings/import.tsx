/** Patients out of a file: which column is what, what each line would become, and then taken in. Looking writes nothing. */
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ImportLook } from '#electron/contract/import.ts';
import { IMPORT_FIELDS, saysNames, type ImportField } from '#db/rules/import-patients.ts';
import { call } from '../../app/client.ts';
import { goTo } from '../../app/router.ts';
import { sentence } from '../../i18n/index.ts';
import { formatBirthDate } from '../chart/format.ts';

const STATUSES = ['new', 'double', 'twice', 'wrong', 'again'] as const;

export function Import() {
  const { t } = useTranslation('import');
  const [file, setFile] = useState<{ name: string; base64: string } | null>(null);
  const [look, setLook] = useState<ImportLook | null>(null);
  const [also, setAlso] = useState<ReadonlySet<number>>(new Set());
  const [busy, setBusy] = useState(false);
  const [done, setDone] = useState<{ taken: number; left: number } | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const picker = useRef<HTMLInputElement>(null);

  const ask = async (base64: string, mapping: ImportLook['mapping'] | null): Promise<void> => {
    setBusy(true);
    const reply = await call('import.look', { base64, mapping });
    setBusy(false);
    setAlso(new Set());
    setProblem(reply.ok ? null : sentence(reply.code, reply.details));
    if (reply.ok) setLook(reply.value);
    else if (mapping === null) setLook(null);
  };
  const choose = async (chosen: File | undefined): Promise<void> => {
    if (chosen === undefined) return;
    setDone(null);
    const base64 = await base64Of(chosen);
    setFile({ name: chosen.name, base64 });
    await ask(base64, null);
  };
  const take = async (): Promise<void> => {
    if (file === null || look === null) return;
    setBusy(true);
    const reply = await call('import.run', { base64: file.base64, mapping: look.mapping, also: [...also] });
    setBusy(false);
    if (!reply.ok) return setProblem(sentence(reply.code, reply.details));
    setDone(reply.value);
    await ask(file.base64, look.mapping);
  };
  const count = look === null ? 0 : look.counts.new + also.size;

  return (
    <>
      <p className="quiet">{t('help')}</p>
      <div className="row">
        <button type="button" className="btn" disabled={busy} onClick={() => picker.current?.click()}>
          {t('choose')}
        </button>
        <span className="quiet">{file?.name ?? t('none')}</span>
      </div>
      <input
        ref={picker}
        type="file"
        hidden
        accept=".csv,.txt,.tsv,.xlsx,.vcf"
        aria-label={t('choose')}
        onChange={(event) => {
          const [chosen] = event.currentTarget.files ?? [];
          // The same file may be chosen again.
          event.currentTarget.value = '';
          void choose(chosen);
        }}
      />
      {problem !== null && (
        <p className="danger-text" role="alert">
          {problem}
        </p>
      )}
      {done !== null && <p role="status">{t('done', { taken: done.taken, count: done.taken })}</p>}
      {busy && (
        <p className="quiet" role="status">
          {t('busy')}
        </p>
      )}
      {look !== null && (
        <>
          <Columns look={look} busy={busy} onMapping={(mapping) => file !== null && void ask(file.base64, mapping)} />
          <p className="row num">
            <strong>{t('total', { count: look.total })}</strong>
            {STATUSES.filter((status) => look.counts[status] > 0).map((status) => (
              <span
                key={status}
                className={status === 'wrong' ? 'danger-text' : status === 'double' || status === 'twice' ? 'due' : 'quiet'}
              >
                {t(`counts.${status}`, { count: look.counts[status] })}
              </span>
            ))}
          </p>
          <div className="row">
            <button type="button" className="btn main" disabled={busy || count === 0} onClick={() => void take()}>
              {t('take', { count })}
            </button>
          </div>
          <Lines look={look} also={also} onAlso={setAlso} />
        </>
      )}
    </>
  );
}

function Columns({ look, busy, onMapping }: { look: ImportLook; busy: boolean; onMapping(mapping: ImportLook['mapping']): void }) {
  const { t } = useTranslation('import');
  const set = (column: number, value: string): void => {
    const field = IMPORT_FIELDS.find((one) => one === value) ?? null;
    // A field is one column: where it stood before it stands no more.
    onMapping(look.mapping.map((before, at) => (at === column ? field : before === field ? null : before)));
  };
  const named = saysNames(look.mapping);
  return (
    <>
      <h2>
        {t('columns')} <span className="quiet">{t(`kind.${look.kind}`, { encoding: look.encoding ?? '' })}</span>
      </h2>
      {!named && <p className="danger-text">{t('needsName')}</p>}
      <table className="list" aria-label={t('columns')}>
        <thead>
          <tr>
            <th scope="col">{t('col.column')}</th>
            <th scope="col">{t('col.field')}</th>
            <th scope="col">{t('col.sample')}</th>
          </tr>
        </thead>
        <tbody>
          {look.headers.map((header, column) => (
            <tr key={`${column}/${header}`}>
              <td>{header}</td>
              <td>
                <select
                  className="input"
                  aria-label={t('meaning', { header })}
                  disabled={busy}
                  value={look.mapping[column] ?? ''}
                  onChange={(event) => set(column, event.currentTarget.value)}
                >
                  <option value="">{t('leave')}</option>
                  {IMPORT_FIELDS.map((field: ImportField) => (
                    <option key={field} value={field}>
                      {t(`field.${field}`)}
                    </option>
                  ))}
                </select>
              </td>
              <td className="quiet">
                {look.sample
                  .map((row) => row[column] ?? '')
                  .filter((cell) => cell !== '')
                  .join(' · ')}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}

function Lines({ look, also, onAlso }: { look: ImportLook; also: ReadonlySet<number>; onAlso(also: ReadonlySet<number>): void }) {
  const { t } = useTranslation('import');
  if (look.lines.length === 0) return null;
  const flip = (line: number): void => {
    const next = new Set(also);
    if (!next.delete(line)) next.add(line);
    onAlso(next);
  };
  return (
    <>
      <h2>{t('lines')}</h2>
      <table className="list" aria-label={t('lines')}>
        <thead>
          <tr>
            <th scope="col">{t('col.line')}</th>
            <th scope="col">{t('col.name')}</th>
            <th scope="col">{t('col.born')}</th>
            <th scope="col">{t('col.status')}</th>
            <th scope="col">{t('col.says')}</th>
          </tr>
        </thead>
        <tbody>
          {look.lines.map((line) => (
            <tr key={line.line}>
              <td className="num quiet">{line.line}</td>
              <td>{line.name}</td>
              <td className="num quiet">{formatBirthDate(line.birthDate)}</td>
              <td
                className={
                  line.status === 'wrong' ? 'danger-text' : line.status === 'new' ? undefined : line.status === 'again' ? 'quiet' : 'due'
                }
              >
                {t(`status.${line.status}`)}
                {line.patientId !== null && (
                  <button
                    type="button"
                    className="link"
                    style={{ marginLeft: 8 }}
                    onClick={() => goTo({ name: 'patient', id: line.patientId ?? '' })}
                  >
                    {t('show')}
                  </button>
                )}
              </td>
              <td>
                {line.problems.map(({ code, field }) => (
                  <span key={`${code}/${field}`} className="quiet">
                    {t(`problem.${code.replace('/', '.')}`, { field: t(`field.${field}`) })}{' '}
                  </span>
                ))}
                {line.takeable && (
                  <label className="row">
                    <input type="checkbox" checked={also.has(line.line)} onChange={() => flip(line.line)} /> {t('anyway')}
                  </label>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {look.more && <p className="quiet">{t('more')}</p>}
    </>
  );
}

async function base64Of(file: File): Promise<string> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  let text = '';
  for (let at = 0; at < bytes.length; at += 32_768) text += String.fromCharCode(...bytes.subarray(at, at + 32_768));
  return btoa(text);
}
