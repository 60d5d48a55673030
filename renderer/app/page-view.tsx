/** The page of an address. */
import type { Page } from './router.ts';
import { goBack } from './router.ts';
import { useSession } from './session.ts';
import { CalendarPage } from '../features/calendar/calendar-page.tsx';
import { ChartPage } from '../features/chart/chart-page.tsx';
import { ReadChart } from '../features/chart/read-chart.tsx';
import { LetterPage } from '../features/letters/letter-page.tsx';
import { PatientForm } from '../features/patients/patient-form.tsx';
import { PatientPage } from '../features/patients/patient-page.tsx';
import { PatientsPage } from '../features/patients/patients-page.tsx';
import { CloseDayPage } from '../features/today/close-day-page.tsx';
import { TodayPage } from '../features/today/today-page.tsx';
import { UnsignedPage } from '../features/today/unsigned-page.tsx';
import { ConflictsPage } from '../features/sync/conflicts-page.tsx';
import { SyncPage } from '../features/sync/sync-page.tsx';
import { MoneyPage } from '../features/billing/money-page.tsx';
import { SettingsPage } from '../features/settings/settings-page.tsx';

export function PageView({ page }: { page: Page }) {
  const writes = useSession().user.roles.includes('PRACTITIONER');
  switch (page.name) {
    case 'today':
      return <TodayPage key={page.day ?? ''} {...(page.day === undefined ? {} : { first: page.day })} />;
    case 'calendar':
      return <CalendarPage />;
    case 'patients':
      return <PatientsPage query={page.query ?? ''} />;
    case 'new-patient':
      return <PatientForm />;
    case 'patient':
      return <PatientPage key={`${page.id} ${page.copying === true}`} id={page.id} copies={page.copying === true} />;
    case 'chart':
      return writes ? <ChartPage key={page.id} encounterId={page.id} /> : <ReadChart key={page.id} encounterId={page.id} />;
    case 'letter':
      return <LetterPage key={page.id} letterId={page.id} onBack={goBack} />;
    case 'unsigned':
      return <UnsignedPage />;
    case 'close-day':
      return <CloseDayPage />;
    case 'sync':
      return <SyncPage {...(page.show === undefined ? {} : { first: page.show })} />;
    case 'conflicts':
      return <ConflictsPage />;
    case 'money':
      return <MoneyPage />;
    case 'settings':
      return <SettingsPage />;
  }
}
