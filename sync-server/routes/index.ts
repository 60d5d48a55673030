/** All routes. A new one is added here, and is then in the OpenAPI page and in the tests' matrix of who may not. */
import { writeDraft } from './ai.ts';
import { appRoutes } from './apps.ts';
import { attachmentState, completeAttachment, directAttachment, getAttachmentChunk, putAttachmentChunk } from './attachments.ts';
import { auditAnchor, readAudit } from './log.ts';
import { decideOnHandedIn, readHandedIn } from './handed-in.ts';
import { invoiceDocument, letterDocument, receiptDocument, statementDocument } from './documents.ts';
import { readHeld } from './held.ts';
import { pushChanges } from './changes.ts';
import { checkIntegration, deadJobs, listIntegrations, receiveWebhook, replayJob } from './integrations.ts';
import { fhirRoutes } from './fhir.ts';
import { health, metrics, openApiPage, ready } from './operating.ts';
import { deviceLease, enrolDevice, foundClinic, inviteDevice, listDevices, putAccount, revokeDevice, signIn } from './people.ts';
import { clerkWebhook } from './clerk.ts';
import {
  bindHelseId,
  endHelseIdSession,
  helseIdCallback,
  helseIdLogin,
  helseIdLogout,
  helseIdSession,
  helseIdState,
  requireHelseId,
  unbindHelseId,
} from './helseid.ts';
import { confirmFactor, endFactor, listSecondFactors, newRecoveryCodes, resetFactor, startSecondFactor } from './second-factor.ts';
import { bootstrap, compare, digest } from './reading.ts';
import { signInAsset, signInPage } from './sign-in.ts';
import { addHook, listHooks, removeHook, replayHook, setHook, testHook } from './webhooks.ts';
import { readShape } from './shape.ts';
import { smartRoutes } from './smart.ts';
import { followedEmail, openedEmail } from './watched.ts';
import type { Route } from './route.ts';

export const routes: readonly Route[] = [
  health,
  ready,
  metrics,
  openApiPage(() => routes),
  foundClinic,
  signIn,
  inviteDevice,
  enrolDevice,
  listDevices,
  revokeDevice,
  putAccount,
  deviceLease,
  listSecondFactors,
  startSecondFactor,
  confirmFactor,
  newRecoveryCodes,
  endFactor,
  resetFactor,
  clerkWebhook,
  signInPage,
  signInAsset,
  helseIdLogin,
  helseIdCallback,
  helseIdLogout,
  helseIdSession,
  endHelseIdSession,
  helseIdState,
  bindHelseId,
  unbindHelseId,
  requireHelseId,
  pushChanges,
  readHandedIn,
  decideOnHandedIn,
  readHeld,
  readShape,
  bootstrap,
  digest,
  compare,
  readAudit,
  auditAnchor,
  attachmentState,
  putAttachmentChunk,
  completeAttachment,
  getAttachmentChunk,
  directAttachment,
  letterDocument,
  receiptDocument,
  invoiceDocument,
  statementDocument,
  listIntegrations,
  checkIntegration,
  writeDraft,
  deadJobs,
  replayJob,
  receiveWebhook,
  listHooks,
  addHook,
  setHook,
  removeHook,
  testHook,
  replayHook,
  openedEmail,
  followedEmail,
  ...appRoutes,
  ...smartRoutes,
  ...fhirRoutes,
];
