/** A note as it reads: paper for a signed one, plain text for any other that is only being looked at. */
import { useTranslation } from 'react-i18next';
import { redFlagsOf } from '#db/rules/red-flags.ts';
import type { ChartView } from './types.ts';
import { formatDate, formatTime } from './format.ts';

export function SignedNote({ chart, small = false }: { chart: ChartView; small?: boolean }) {
  const { t } = useTranslation('chart');
  const signed = chart.encounter.signedContent;
  const sections = (signed?.sections ?? chart.sections).filter((section) => section.text.trim() !== '');
  const observations = signed?.observations ?? chart.observations.flatMap(({ code, value }) => (value === null ? [] : [{ code, value }]));
  const diagnoses = signed?.diagnoses ?? chart.diagnoses;
  const flags = (signed?.redFlags ?? chart.redFlags).filter((flag) => flag.answer !== null || (flag.comment ?? '') !== '');
  const wasEdited = (key: string) => chart.sections.some((section) => section.key === key && section.review === 'edited');
  const consent = signed === null ? chart.treatmentConsent : signed.treatmentConsent;
  return (
    <article className="paper" style={small ? { fontSize: 13, padding: '4px 0 12px' } : undefined} aria-label={t('paper.title')}>
      {chart.encounter.status === 'entered_in_error' && (
        <p className="chart-danger">
          {t('paper.enteredInError')} {chart.encounter.closedReason}
        </p>
      )}
      {chart.amendments
        .filter((amendment) => amendment.status === 'signed')
        .map((amendment) => (
          <section key={amendment.id} className="amendment">
            <strong>{t(`amendment.${amendment.kind}`)}</strong>
            {amendment.reason !== null && <span className="chart-quiet"> · {amendment.reason}</span>}
            <p>{amendment.text}</p>
            <span className="chart-quiet">
              {amendment.authorName}
              {amendment.signedAt !== null && `, ${formatDate(amendment.signedAt)} ${formatTime(amendment.signedAt)}`}
            </span>
          </section>
        ))}
      {observations.map(({ code, value }) => (
        <p key={code}>
          <strong>{t(`observation.${code}`)}</strong> {value}
        </p>
      ))}
      {sections.map((section) => (
        <section key={section.key}>
          <h3>{t(`section.keys.${section.key}`)}</h3>
          <p>{section.text}</p>
          {section.origin !== 'typed' && (
            <span className="chart-quiet">{t(`paper.origin.${section.origin}${wasEdited(section.key) ? 'Edited' : ''}`)}</span>
          )}
        </section>
      ))}
      {flags.length > 0 && (
        <section>
          <h3>{t('redFlags.title')}</h3>
          {flags.map((flag) => (
            <p key={`${flag.region}/${flag.question}`}>
              {redFlagsOf(flag.region).find(({ key }) => key === flag.question)?.text ?? flag.question}:{' '}
              {t(`answer.${flag.answer ?? 'none'}`)}
              {flag.comment !== null && flag.comment !== '' && ` (${flag.comment})`}
            </p>
          ))}
        </section>
      )}
      {consent?.given !== undefined && consent.given !== null && (
        <p>
          <strong>{t('consent.title')}</strong> {consent.given ? t('consent.given') : t('consent.refused')} {consent.comment}
        </p>
      )}
      {diagnoses.length > 0 && (
        <section>
          <h3>{t('diagnosis.title')}</h3>
          {diagnoses.map((diagnosis) => (
            <p key={`${diagnosis.system}/${diagnosis.code}`}>
              <span className="code">{diagnosis.code}</span> {diagnosis.text}{' '}
              {diagnosis.main && <span className="chart-quiet">{t('diagnosis.main')}</span>}
            </p>
          ))}
        </section>
      )}
      {signed !== null && (
        <footer className="signature">
          {signed.signedBy.name}
          {signed.signedBy.profession !== null &&
            `, ${t(`profession.${signed.signedBy.profession}`, { defaultValue: signed.signedBy.profession })}`}
          {signed.signedBy.hprNumber !== null && ` · HPR ${signed.signedBy.hprNumber}`}
          <div className="chart-quiet">{t('paper.signedAt', { date: formatDate(signed.signedAt), time: formatTime(signed.signedAt) })}</div>
        </footer>
      )}
    </article>
  );
}
