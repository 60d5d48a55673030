/** Norwegian bokmål first, English second; one file per area and language. */
import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';

const files = import.meta.glob<{ default: Record<string, unknown> }>('./{nb,en}/*.json', { eager: true });
const STORED = 'ryggrad-language';

export async function startI18n(): Promise<void> {
  const resources: Record<string, Record<string, Record<string, unknown>>> = { nb: {}, en: {} };
  for (const [path, file] of Object.entries(files)) {
    const [, language, area] = /\.\/(nb|en)\/(.+)\.json$/.exec(path) ?? [];
    if (language !== undefined && area !== undefined) (resources[language] ??= {})[area] = file.default;
  }
  await i18next.use(initReactI18next).init({
    resources,
    lng: localStorage.getItem(STORED) ?? 'nb',
    fallbackLng: 'nb',
    defaultNS: 'common',
    interpolation: { escapeValue: false },
  });
  document.documentElement.lang = i18next.language;
}

export async function chooseLanguage(language: 'nb' | 'en'): Promise<void> {
  localStorage.setItem(STORED, language);
  await i18next.changeLanguage(language);
  document.documentElement.lang = language;
}

/** The sentence for a code of the contract: what happened, what is safe, what to do. */
export function sentence(code: string, details: Record<string, unknown> = {}): string {
  const { fields } = details;
  if (Array.isArray(fields) && fields.length > 0) {
    const names = fields.map((path) => String(path).split('.').at(-1) ?? '');
    const said = names.map((name) => i18next.t(`errors:fieldName.${name}`, { defaultValue: name })).join(', ');
    return sentence(code === 'input/invalid' ? 'input/invalidFields' : code, { ...details, fields: said });
  }
  return i18next.t(`errors:${code.replace('/', '.')}`, { ...details, defaultValue: i18next.t('errors:unknown', { code }) });
}
