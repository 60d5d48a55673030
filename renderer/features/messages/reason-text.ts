/** Why a message did not go out, in words. Codes of vendors that we do not know are shown as they are. */
import type { TFunction } from 'i18next';

export function reasonText(t: TFunction, reason: string): string {
  return t(`messages:reason.${reason.replace('/', '.')}`, { defaultValue: t('messages:reason.other', { code: reason }) });
}
