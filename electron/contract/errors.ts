/** Codes any verb may answer with. Each code of the contract has a Norwegian sentence in renderer/i18n, and a test that it has. */
export const GENERAL_ERRORS = [
  'input/invalid',
  'verb/unknown',
  'session/closed',
  'session/locked',
  'permission/denied',
  'patient/blocked',
  'disk/full',
  'disk/error',
  'erased/meanwhile',
  'core/bug',
  'core/unreachable',
] as const;
