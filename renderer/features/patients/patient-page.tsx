/** One patient: who, what to mind, and everything that happened, newest first. */
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { VISIT_TYPES } from '#electron/contract/choices.ts';
import type { VisitType } from '#electron/contract/choices.ts';
import { call } from '../../app/client.ts';
import { shownKey, useActions } from '../../app/keys.ts';
import { openChart } from '../../app/open-charts.ts';
import { goTo } from '../../app/router.ts';
import { useSession } from '../../app/session.ts';
import { useAsk } from '../../app/use-ask.ts';
import { sentence } from '../../i18n/index.ts';
import { AccessSection } from '../access/access-section.tsx';
import { BlockedJournal } from '../access/blocked-journal.tsx';
import { AnswersSection } from '../answers/answers-section.tsx';
import { AttachmentsSection } from '../attachments/attachments-section.tsx';
import { SeriesPanel } from '../calendar/series-panel.tsx';
import { formatDate } from '../chart/format.ts';
import { ACCESS_COPY_KEY } from '../letters/kinds.ts';
import { MessageThread } from '../messages/message-thread.tsx';
import { PatientRecall } from '../messages/patient-recall.tsx';
import { RefusedNote } from '../sync/refused-note.tsx';
import { PatientMoney } from '../billing/patient-money.tsx';
import { BookingPanel } from '../today/booking-panel.tsx';
import { todayInOslo } from '../today/day.ts';
import { ConsentSection } from './consent-section.tsx';
import { JournalCopy } from './journal-copy.tsx';
import { MergedNote } from './merged-note.tsx';
import { PatientForm } from './patient-form.tsx';
import { PossibleDuplicates } from './possible-duplicates.tsx';
import { RequestsSection } from './requests-section.tsx';
import { SafetyBand } from './safety-band.tsx';
import { TimelineRow } from './timeline-row.tsx';

const ENTITIES = [
  'patient',
  'patient_link',
  'guardian',
  'safety_fact',
  'channel_consent',
  'encounter',
  'appointment',
  'letter',
  'amendment',
  'payment',
  'import_batch',
  'imported_entry',
  'note_section',
  'diagnosis',
  'conflict',
  'access_block',
  'emergency_access',
  'access_grant',
];

/** @param copies opened on the way to a copy of the journal */
export function PatientPage({ id, copies = false }: { id: string; copies?: boolean }) {
  const { t } = useTranslation('patients');
  const session = useSession();
  const clinician = session.user.roles.includes('PRACTITIONER');
  const view = useAsk('patient.get', { id }, ENTITIES);
  const timeline = useAsk('patient.timeline', { patientId: id, limit: 100 }, ENTITIES);
  const people = useAsk('user.list', {});
  const [revealed, setRevealed] = useState<string | null>(null);
  const [editing, setEditing] = useState(false);
  const [booking, setBooking] = useState(false);
  const [planning, setPlanning] = useState(false);
  const [booked, setBooked] = useState<{ seriesId: string; count: number } | null>(null);
  const [copying, setCopying] = useState(copies);
  const [comparing, setComparing] = useState<string | null>(null);
  const [problem, setProblem] = useState<string | null>(null);

  const start = async (visitType: VisitType): Promise<void> => {
    const reply = await call('encounter.start', { patientId: id, visitType });
    if (!reply.ok) return setProblem(sentence(reply.code));
    const patient = view.value?.patient;
    openChart(reply.value.id, patient === undefined ? '' : `${patient.familyName}, ${patient.givenName}`);
    goTo({ name: 'chart', id: reply.value.id });
  };
  const reveal = async (): Promise<void> => {
    if (revealed !== null) return setRevealed(null);
    const reply = await call('patient.revealNationalId', { id });
    if (reply.ok) setRevealed(reply.value.nationalId);
  };
  const undoSeries = async (): Promise<void> => {
    if (booked === null) return;
    const reply = await call('appointment.undoSeries', { seriesId: booked.seriesId });
    if (reply.ok) setBooked(null);
    else setProblem(sentence(reply.code));
  };
  const idle = () => !editing && !booking && !planning && !copying && comparing === null;
  useActions([
    ...VISIT_TYPES.map((type, index) => ({
      id: `visit.${type}`,
      label: t('newVisit', { type: t(`chart:visitType.${type}`) }),
      key: String(index + 1),
      when: () => idle() && clinician,
      run: () => void start(type),
    })),
    { id: 'patient.edit', label: t('edit'), key: 'e', when: idle, run: () => setEditing(true) },
    { id: 'patient.book', label: t('book'), key: 'b', when: idle, run: () => setBooking(true) },
    { id: 'patient.series', label: t('calendar:keys.series'), key: 's', when: idle, run: () => setPlanning(true) },
    {
      id: 'patient.undoSeries',
      label: t('calendar:keys.undo'),
      key: 'Control+z',
      when: () => idle() && booked !== null,
      run: () => void undoSeries(),
    },
    { id: 'patient.copy', label: t('copy.title'), key: ACCESS_COPY_KEY, when: () => idle() && clinician, run: () => setCopying(true) },
    { id: 'patient.reveal', label: t('reveal'), key: 'v', when: idle, run: () => void reveal() },
  ]);

  if (view.code === 'patient/blocked') return <BlockedJournal patientId={id} onOpened={view.again} />;
  if (view.code !== null)
    return (
      <div className="page">
        <p className="danger-text">{sentence(view.code)}</p>
      </div>
    );
  if (view.value === null) return null;
  const { patient, ageYears, guardians, consents, safety, possibleDuplicates } = view.value;
  return (
    <div>
      <header className="chart-header" style={{ padding: '12px 24px 4px' }}>
        <h1>
          {patient.familyName}, {patient.givenName}
        </h1>
        {ageYears !== null && <span>{t('chart:header.age', { count: ageYears })}</span>}
        {patient.birthDate !== null && (
          <span className="num quiet">{t('born', { date: formatDate(`${patient.birthDate}T12:00:00Z`) })}</span>
        )}
        {patient.hasNationalId ? (
          <button type="button" className="link num" onClick={() => void reveal()}>
            {revealed ?? patient.maskedNationalId} <kbd>V</kbd>
          </button>
        ) : (
          <span className="quiet">
            {t('withoutNumber', { reason: t(`missing.${patient.missingNationalIdReason ?? 'unknown'}`).toLowerCase() })}
          </span>
        )}
        {patient.status !== 'active' && <span className="due">{t(`status.${patient.status}`)}</span>}
      </header>
      <div style={{ padding: '0 8px' }}>
        <SafetyBand patientId={id} safety={safety} />
        <RefusedNote patientId={id} />
      </div>
      <div className="page today" style={{ maxWidth: 1320 }}>
        <div>
          {problem !== null && (
            <p className="danger-text" role="alert">
              {problem}
            </p>
          )}
          {booked !== null && (
            <p role="status">
              {t('calendar:series.done', { count: booked.count })}{' '}
              <button type="button" className="link" onClick={() => void undoSeries()}>
                {t('calendar:keys.undo')} <kbd>Ctrl Z</kbd>
              </button>
            </p>
          )}
          {copying && (
            <JournalCopy patientId={id} patientName={`${patient.givenName} ${patient.familyName}`} onClose={() => setCopying(false)} />
          )}
          <MergedNote key={id} view={view.value} />
          {!editing && <PossibleDuplicates id={patient.id} hits={possibleDuplicates} otherId={comparing} onCompare={setComparing} />}
          {editing ? (
            <PatientForm view={view.value} onDone={() => setEditing(false)} />
          ) : (
            <>
              {clinician && comparing === null && (
                <div className="row" style={{ marginBottom: 12 }}>
                  {VISIT_TYPES.map((type, index) => (
                    <button
                      key={type}
                      type="button"
                      className={
                        type === (timeline.value?.items.some((item) => item.kind === 'encounter') === true ? 'follow_up' : 'initial')
                          ? 'btn main'
                          : 'btn'
                      }
                      onClick={() => void start(type)}
                    >
                      {t(`chart:visitType.${type}`)} <kbd>{index + 1}</kbd>
                    </button>
                  ))}
                </div>
              )}
              {clinician && (
                <AttachmentsSection patientId={id} patientName={`${patient.familyName}, ${patient.givenName}`} idle={!booking} />
              )}
              {clinician && <AnswersSection patientId={id} />}
              <MessageThread patientId={id} idle={idle()} />
              <table className="list" aria-label={t('timeline')}>
                <tbody>
                  {timeline.value?.items.map((item) => (
                    <TimelineRow key={`${item.kind}/${item.id}`} item={item} name={`${patient.familyName}, ${patient.givenName}`} />
                  ))}
                </tbody>
              </table>
              {timeline.value?.items.length === 0 && <p className="quiet">{t('timelineEmpty')}</p>}
              {clinician && <RequestsSection patientId={id} />}
            </>
          )}
        </div>
        {!editing && (
          <aside>
            <div className="row">
              <button type="button" className="btn" onClick={() => setBooking(true)}>
                {t('book')} <kbd>B</kbd>
              </button>
              <button type="button" className="btn" onClick={() => setPlanning(true)}>
                {t('calendar:keys.series')} <kbd>S</kbd>
              </button>
              <button type="button" className="btn" onClick={() => setEditing(true)}>
                {t('edit')} <kbd>E</kbd>
              </button>
              {clinician && (
                <button type="button" className="btn" onClick={() => setCopying(true)}>
                  {t('copy.open')} <kbd>{shownKey(ACCESS_COPY_KEY)}</kbd>
                </button>
              )}
            </div>
            <h2>{t('contact')}</h2>
            <p>
              {patient.phone ?? <span className="quiet">{t('noPhone')}</span>}
              <br />
              {patient.email}
              <br />
              {patient.addressLine}
              <br />
              {patient.postalCode} {patient.city}
            </p>
            <h2>{t('field.fastlege')}</h2>
            <p>
              {patient.fastlegeName ?? <span className="quiet">{t('noFastlege')}</span>}
              <br />
              <span className="quiet">{patient.fastlegePractice}</span>
            </p>
            <PatientMoney patientId={id} />
            <h2>{t('guardian.title')}</h2>
            {guardians.length === 0 && <p className="quiet">{t('guardian.noneYet')}</p>}
            {guardians.map((guardian) => (
              <p key={guardian.id}>
                {guardian.name} <span className="quiet">({t(`guardian.${guardian.relation}`).toLowerCase()})</span> {guardian.phone}
              </p>
            ))}
            <ConsentSection patientId={id} consents={consents} preferred={patient.contactChannel} />
            <PatientRecall patientId={id} idle={idle()} onBook={() => setBooking(true)} />
            <AccessSection patientId={id} />
          </aside>
        )}
      </div>
      {planning && (
        <SeriesPanel
          patient={{ id, familyName: patient.familyName, givenName: patient.givenName }}
          practitionerId={clinician ? session.user.id : null}
          first={null}
          onBooked={(seriesId, count) => setBooked({ seriesId, count })}
          onClose={() => setPlanning(false)}
        />
      )}
      {booking && (
        <BookingPanel
          day={todayInOslo()}
          practitionerId={clinician ? session.user.id : null}
          practitioners={
            people.value?.users
              .filter((user) => user.active && user.roles.includes('PRACTITIONER'))
              .map(({ id: userId, name }) => ({ id: userId, name })) ?? []
          }
          patient={{
            id,
            givenName: patient.givenName,
            familyName: patient.familyName,
            birthDate: patient.birthDate,
            maskedNationalId: null,
            phone: patient.phone,
            addressLine: patient.addressLine,
            city: patient.city,
            status: patient.status,
            namesake: false,
            blocked: false,
            lastVisitAt: timeline.value?.items.find((item) => item.kind === 'encounter')?.at ?? null,
          }}
          onClose={() => setBooking(false)}
        />
      )}
    </div>
  );
}
