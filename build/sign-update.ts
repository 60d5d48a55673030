/**
 * `npm run sign-update -- FILE.yml KEY.pem [PERCENT]`: signs what electron-builder wrote about a release (`latest*.yml`) with the owner's Ed25519
 * key, and says which share of the laptops may have it. Run where the key is, never where the files are served.
 */
import { createPrivateKey, sign } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { dump, load } from 'js-yaml';
import { signedText, type Release } from '#electron/main/update-signature.ts';

/** @param text of `latest*.yml` @param pem the private key @param percent of the laptops; undefined: all */
export function signedRelease(text: string, pem: string, percent?: number): string {
  const release = load(text) as Release;
  if (typeof release?.version !== 'string' || !Array.isArray(release.files)) throw new Error('this is no latest.yml of electron-builder');
  if (percent !== undefined && !(percent > 0 && percent <= 100)) throw new Error('the share is a number of percent, 1–100');
  const key = createPrivateKey(pem);
  if (key.asymmetricKeyType !== 'ed25519') throw new Error('the key must be Ed25519: openssl genpkey -algorithm ed25519');
  const signature = sign(null, signedText(release), key).toString('base64');
  return dump({ ...release, ...(percent === undefined ? {} : { stagingPercentage: percent }), signature }, { lineWidth: -1 });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const [file, key, percent] = process.argv.slice(2);
  if (file === undefined || key === undefined) throw new Error('FILE.yml KEY.pem [PERCENT]');
  writeFileSync(
    file,
    signedRelease(readFileSync(file, 'utf8'), readFileSync(key, 'utf8'), percent === undefined ? undefined : Number(percent)),
  );
}
