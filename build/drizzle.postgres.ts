/** drizzle-kit for the server's dialect: `npm run migrations`. */
import { defineConfig } from 'drizzle-kit';

export default defineConfig({
  dialect: 'postgresql',
  schema: [
    './db/postgres/tables.ts',
    './db/postgres/server-tables.ts',
    './db/postgres/identity-tables.ts',
    './db/postgres/message-tables.ts',
    './db/postgres/content-tables.ts',
    './db/postgres/ai-tables.ts',
    './db/postgres/webhook-tables.ts',
    './db/postgres/smart-tables.ts',
    './db/postgres/helfo-tables.ts',
  ],
  out: './db/migrations/postgres',
  breakpoints: true,
});
