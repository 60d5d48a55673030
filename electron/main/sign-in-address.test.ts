import fc from 'fast-check';
import { expect, test } from 'vitest';
import { signInAddress, signInAsked, signInHosts } from './sign-in-address.ts';

const hosts = signInHosts({ RYGGRAD_SYNC_URL: 'https://sync.klinikk.no', RYGGRAD_SIGN_IN_HOSTS: 'reserve.klinikk.no:8443, ' });
const PAGE = 'https://sync.klinikk.no/auth/clerk/sign-in?port=4711&state=x';

test('only the sign-in page of a server that was set up here is opened', () => {
  expect(signInAddress(PAGE, hosts, true)).toBe(PAGE);
  expect(signInAddress('https://reserve.klinikk.no:8443/auth/clerk/sign-in', hosts, true)).toBeDefined();
  const helseId = PAGE.replace('clerk/sign-in', 'helseid/login');
  expect(signInAddress(helseId, hosts, true)).toBe(helseId);
  const logout = 'https://sync.klinikk.no/auth/helseid/logout';
  expect(signInAddress(logout, hosts, true)).toBe(logout);
  for (const refused of [
    'https://sync.klinikk.no/auth/helseid/callback?code=x',
    'https://sync.klinikk.no/auth/helseid/login/../callback',
    'http://sync.klinikk.no/auth/clerk/sign-in',
    'https://evil.example/auth/clerk/sign-in',
    'https://sync.klinikk.no.evil.example/auth/clerk/sign-in',
    'https://sync.klinikk.no@evil.example/auth/clerk/sign-in',
    'https://user@sync.klinikk.no/auth/clerk/sign-in',
    'https://sync.klinikk.no:444/auth/clerk/sign-in',
    'https://sync.klinikk.no/auth/clerk/sign-in/../../',
    'https://sync.klinikk.no/v1/devices',
    'https://sync.klinikk.no/auth/clerk/sign-in#x',
    'javascript:alert(1)',
    'file:///etc/passwd',
    'ms-settings:',
    '\\\\server\\share',
    '',
    undefined,
    { href: PAGE },
  ])
    expect(signInAddress(refused, hosts, true), String(refused)).toBeUndefined();
  expect(signInAddress('http://127.0.0.1:4300/auth/clerk/sign-in', new Set(['127.0.0.1:4300']), false)).toBeDefined();
  expect(signInAddress('http://127.0.0.1:4300/auth/clerk/sign-in', new Set(['127.0.0.1:4300']), true)).toBeUndefined();
  expect(signInAddress(PAGE, signInHosts({}), true)).toBeUndefined();
});

test('whatever else is said opens nothing', () => {
  fc.assert(
    fc.property(fc.oneof(fc.webUrl({ withQueryParameters: true, withFragments: true }), fc.string(), fc.anything()), (said) => {
      expect(signInAddress(said, hosts, true)).toBeUndefined();
    }),
    { numRuns: 2000 },
  );
  expect(signInAsked({ event: { type: 'open-sign-in', url: PAGE } })).toBe(PAGE);
  for (const other of [null, 'x', {}, { event: null }, { event: { type: 'changed', url: PAGE } }, { id: 1, result: { url: PAGE } }])
    expect(signInAsked(other)).toBeUndefined();
});
