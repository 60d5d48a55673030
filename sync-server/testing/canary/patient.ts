/** A patient that never was, whose every word is found wherever it goes, however it is written there. */
import { syntheticNationalId } from '#db/rules/fodselsnummer.ts';

/** What could be said of her; `appointment` and the like are asked for by name in a row's `may`. */
export const KVITRINE = {
  givenName: 'Kvitrine',
  familyName: 'Sølvfjærmo',
  nationalId: syntheticNationalId({ birthDate: '1981-07-19', n: 37 }),
  phone: '+4741937268',
  email: 'kvitrine.solvfjaermo@pasientpost.example.test',
  address: 'Fjærmosvingen 37',
  note: 'kvernsteinsknirking mot korsbeinet',
  reason: 'murringsplage ved dørhåndtak',
  letter: 'Epikrise: sølvskimrende korsryggsnerk',
  /** What she writes back by SMS. */
  reply: 'Knirkingen ble verre av sølvvattet',
  guardian: 'Borghild Kvernfjær',
} as const;
/** Her clinic's id: some vendors' settings name clinics. */
export const CANARY_CLINIC = '0193a3c0-5e1f-7cc0-8a11-6b7f0c9d2e41';
export type CanaryField = keyof typeof KVITRINE;

/** How a text may stand somewhere: as it is, in an address, in JSON, in base64 at any offset, in an e-mail, in hexadecimal; a number with spaces. */
export function formsOf(value: string): string[] {
  const bytes = Buffer.from(value, 'utf8');
  const forms = [value, value.toLowerCase(), value.toUpperCase(), value.replaceAll(' ', '_')];
  forms.push(
    encodeURIComponent(value),
    encodeURIComponent(value).replaceAll('%20', '+'),
    new URLSearchParams({ v: value }).toString().slice(2),
  );
  const escaped = [...value]
    .map((sign) => (sign.charCodeAt(0) < 128 ? sign : `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`))
    .join('');
  forms.push(escaped, JSON.stringify(JSON.stringify(escaped)).slice(3, -3), value.normalize('NFD'), bytes.toString('latin1'));
  const quoted = [...bytes]
    .map((byte) => (byte < 128 && byte !== 61 ? String.fromCharCode(byte) : `=${byte.toString(16).toUpperCase().padStart(2, '0')}`))
    .join('');
  forms.push(quoted, quoted.replaceAll(' ', '_'), bytes.toString('hex'), bytes.toString('hex').toUpperCase());
  forms.push(
    ...[...bytes]
      .map((byte) => `%${byte.toString(16).padStart(2, '0')}`)
      .join('|')
      .split('||'),
  );
  // Base64 moves with what stands before: the middle that is the same whatever that is.
  for (let before = 0; before < 3; before += 1) {
    const coded = Buffer.concat([Buffer.alloc(before), bytes])
      .toString('base64')
      .replace(/=+$/, '');
    const middle = coded.slice(before === 0 ? 0 : before + 1, coded.length - ((before + bytes.length) % 3 === 0 ? 0 : 1));
    forms.push(middle, middle.replaceAll('+', '-').replaceAll('/', '_'));
  }
  const digits = value.replaceAll(/\D/g, '');
  if (digits.length >= 8 && /^\+?[\d ]+$/.test(value)) {
    const plain = digits.startsWith('47') && digits.length === 10 ? digits.slice(2) : digits;
    forms.push(
      digits,
      plain,
      plain.replace(/(\d{2})(?=\d)/g, '$1 '),
      plain.replace(/(\d{3})(\d{2})(\d{3})$/, '$1 $2 $3'),
      plain.replace(/^(\d{6})(\d{5})$/, '$1 $2'),
    );
  }
  return [...new Set(forms)].filter((form) => form.length >= 6);
}

/** Parts of her that alone say who she is. */
const NEEDLES: readonly (readonly [CanaryField, string])[] = (Object.entries(KVITRINE) as [CanaryField, string][]).flatMap(
  ([field, value]) => formsOf(value).map((form) => [field, form] as const),
);

/** @param may fields that may stand there @returns which of her stand in a text, and in what form */
export function foundIn(text: string, may: readonly CanaryField[] = []): string[] {
  // A message is cut into lines by e-mail and by JSON printed for people. What may stand there is taken out first: her address holds her name.
  let plain = text.replaceAll(/=\r?\n/g, '');
  for (const form of may.flatMap((field) => formsOf(KVITRINE[field])).toSorted((a, b) => b.length - a.length))
    plain = plain.replaceAll(form, '');
  return NEEDLES.filter(([field, form]) => !may.includes(field) && plain.includes(form)).map(([field, form]) => `${field}: ${form}`);
}
