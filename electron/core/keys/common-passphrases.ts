/** Passphrases everybody tries first (ASVS 6.2.12); compared without case, spaces and trailing digits. */
const COMMON = new Set(
  'password passord hemmelig kiropraktor klinikken kiropraktikk velkommen sommer vinter ryggrad qwerty qwertyuiop asdfghjkl 12345678 123456789 1234567890 87654321 11111111 00000000 abcdefgh abcd1234 iloveyou letmein football liverpool manchester passw0rd admin administrator norge'.split(
    ' ',
  ),
);

export function isTooCommon(passphrase: string): boolean {
  const plain = passphrase.toLowerCase().replace(/\s/g, '');
  return COMMON.has(plain) || COMMON.has(plain.replace(/[\d!.?]+$/, '')) || /^(.)\1*$/u.test(plain);
}
