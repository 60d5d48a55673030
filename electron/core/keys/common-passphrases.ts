/**
 * Passphrases everybody tries first (ASVS 6.2.4, 6.2.12): the 49,000 most used of leaked lists (@zxcvbn-ts/language-common), and the words of our own
 * trade and language, compared without case, spaces and trailing digits. Nothing is asked of anybody outside.
 */

const OURS = new Set(
  'password passord hemmelig kiropraktor klinikken kiropraktikk velkommen sommer vinter ryggrad qwerty qwertyuiop asdfghjkl letmein football liverpool manchester admin administrator norge fotball sommerferie påske'.split(
    ' ',
  ),
);
let leaked: Promise<ReadonlySet<string>> | undefined;

export async function isTooCommon(passphrase: string): Promise<boolean> {
  const plain = passphrase.toLowerCase().replace(/\s/g, '');
  const bare = plain.replace(/[\d!.?]+$/, '');
  if (OURS.has(plain) || OURS.has(bare) || /^(.)\1*$/u.test(plain)) return true;
  // Read when the first one is chosen, not at every start.
  leaked ??= import('@zxcvbn-ts/language-common').then(({ dictionary }) => new Set(dictionary['passwords-common']));
  const known = await leaked;
  return known.has(plain) || (bare.length >= SHORTEST && known.has(bare));
}

/** A short word with many digits behind it is not guessed by the word. */
const SHORTEST = 5;
