/** What was put into this copy when it was built (build/electron-bundle.mjs, from the environment): empty in a copy that nobody released. */
interface BuiltIn {
  /** Ed25519 public key, base64 of its SPKI form, that releases are signed with. Empty: no updates. */
  updateKey: string;
  /** Where crash reports go. Empty: nowhere. */
  sentryDsn: string;
}

declare const RYGGRAD_BUILT_IN: BuiltIn | undefined;

export const BUILT_IN: BuiltIn = typeof RYGGRAD_BUILT_IN === 'undefined' ? { updateKey: '', sentryDsn: '' } : RYGGRAD_BUILT_IN;
