/** drizzle-kit for the laptop's dialect: `npm run migrations`. */
import { defineConfig } from 'drizzle-kit';

export default defineConfig({ dialect: 'sqlite', schema: './db/sqlite/tables.ts', out: './db/migrations/sqlite', breakpoints: true });
