/** All verbs of the contract. A name used twice is refused when this module loads. */
import { access } from './access.ts';
import { ai, type AiEvent } from './ai.ts';
import { answers } from './answers.ts';
import { attachments } from './attachments.ts';
import { audit } from './audit.ts';
import { billing } from './billing.ts';
import { calendar } from './calendar.ts';
import { claims } from './claims.ts';
import { clinic } from './clinic.ts';
import { codes } from './codes.ts';
import { encounters } from './encounters.ts';
import { helseIdArea } from './helse-id.ts';
import { importing } from './import.ts';
import { importingHistory } from './import-history.ts';
import { integrations } from './integrations.ts';
import { webhooks } from './webhooks.ts';
import { journal } from './journal.ts';
import { letters } from './letters.ts';
import { exporting } from './exporting.ts';
import { messages } from './messages.ts';
import { money } from './money.ts';
import { recalls } from './recalls.ts';
import { patients } from './patients.ts';
import { requests } from './requests.ts';
import { schedule } from './schedule.ts';
import { secondFactorArea } from './second-factor.ts';
import { session } from './session.ts';
import { sickLeave } from './sick-leave.ts';
import { signIn } from './sign-in.ts';
import { sync } from './sync.ts';
import type { z } from 'zod';
import type { Err, Ok, Verb } from './verb.ts';
import type { SyncStatus } from './sync.ts';
import type { AppState } from './session.ts';

export const contract = {
  ...session,
  ...secondFactorArea,
  ...signIn,
  ...helseIdArea,
  ...clinic,
  ...patients,
  ...requests,
  ...calendar,
  ...schedule,
  ...encounters,
  ...billing,
  ...money,
  ...claims,
  ...sickLeave,
  ...letters,
  ...ai,
  ...access,
  ...audit,
  ...journal,
  ...attachments,
  ...answers,
  ...codes,
  ...messages,
  ...recalls,
  ...exporting,
  ...importing,
  ...importingHistory,
  ...integrations,
  ...webhooks,
  ...sync,
};

const areas = [
  session,
  secondFactorArea,
  signIn,
  helseIdArea,
  access,
  audit,
  journal,
  clinic,
  patients,
  requests,
  calendar,
  schedule,
  encounters,
  billing,
  money,
  claims,
  sickLeave,
  letters,
  ai,
  attachments,
  answers,
  codes,
  messages,
  recalls,
  exporting,
  importing,
  importingHistory,
  integrations,
  webhooks,
  sync,
];
if (areas.reduce((sum, area) => sum + Object.keys(area).length, 0) !== Object.keys(contract).length) {
  throw new Error('a verb is named twice in the contract');
}

export type Contract = typeof contract;
export type VerbName = keyof Contract;
type VerbOf<N extends VerbName> = Contract[N];
/** What the window sends: before parsing, so fields with a default may be missing. */
export type InputOf<N extends VerbName> = z.input<VerbOf<N>['input']>;
/** What the use-case gets: after parsing. */
export type ParsedOf<N extends VerbName> = z.output<VerbOf<N>['input']>;
export type OutputOf<N extends VerbName> = VerbOf<N> extends Verb<z.ZodType, infer O> ? O : never;
export type ReplyOf<N extends VerbName> = Ok<OutputOf<N>> | Err;

export function isVerbName(name: string): name is VerbName {
  return Object.hasOwn(contract, name);
}

/** What the core tells the window without being asked. */
export type CoreEvent =
  | { type: 'changed'; entities: string[]; ids: string[] }
  | { type: 'session'; state: AppState }
  | { type: 'sync'; status: SyncStatus }
  | { type: 'clock-behind' }
  | AiEvent
  /** For main: a page of the server is to be opened in the system's browser. */
  | { type: 'open-sign-in'; url: string }
  | DesktopEvent;

/** What the desktop app itself tells its window. */
export type DesktopEvent =
  /** A new version lies ready; it is taken into use when the person quits. */
  | { type: 'update-ready'; version: string }
  /** The app was opened with a backup file. */
  | { type: 'open-backup'; file: string };
