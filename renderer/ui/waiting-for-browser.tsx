/** While somebody signs in in the system's browser: its address, for where it did not open by itself. */
import { useTranslation } from 'react-i18next';

export function WaitingForBrowser({ page }: { page: string }) {
  const { t } = useTranslation('launch');
  return (
    <>
      <p role="status">{t('browser.waiting')}</p>
      <p className="quiet" style={{ overflowWrap: 'anywhere', userSelect: 'all' }} data-sign-in-page>
        {page}
      </p>
    </>
  );
}
