/**
 * The operator's variables for where the bytes of attachments lie, and who looks them over for viruses. Nothing set: they stay in Postgres,
 * and nobody looks. What is named by half stops the start.
 */
import path from 'node:path';
import { z } from 'zod';

const whole = (min: number, max: number) => z.coerce.number().int().min(min).max(max);
const text = z.string().min(1).optional();
const flag = (initial: 'true' | 'false') =>
  z
    .enum(['true', 'false'])
    .default(initial)
    .transform((value) => value === 'true');

export const environment = {
  STORAGE_PATH: text,
  S3_BUCKET: z
    .string()
    .regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'must be the name of a bucket')
    .optional(),
  S3_REGION: text,
  S3_ACCESS_KEY: text,
  S3_SECRET_KEY: text,
  S3_ENDPOINT: z.url({ protocol: /^https?$/ }).optional(),
  S3_FORCE_PATH_STYLE: flag('false'),
  S3_PREFIX: z
    .string()
    .regex(/^([A-Za-z0-9_-]+\/)*$/, 'must be empty or end with a slash, as ryggrad/')
    .default(''),
  S3_ENCRYPTION: z.enum(['AES256', 'aws:kms', 'none']).default('AES256'),
  S3_KMS_KEY_ID: text,
  S3_PRESIGNED: flag('true'),
  S3_TIMEOUT_MS: whole(1000, 30_000).default(15_000),
  STORAGE_ORPHAN_DAYS: whole(2, 3650).default(30),
  STORAGE_DELETED_DAYS: whole(0, 3650).default(35),
  CLAMAV_HOST: text,
  CLAMAV_PORT: whole(1, 65_535).default(3310),
  CLAMAV_SOCKET: text,
  CLAMAV_TIMEOUT_MS: whole(1000, 600_000).default(60_000),
};
type Slice = z.output<z.ZodObject<typeof environment>>;

export interface S3Config {
  bucket: string;
  region: string;
  accessKey: string;
  secretKey: string;
  /** Undefined: Amazon's own. */
  endpoint: string | undefined;
  pathStyle: boolean;
  prefix: string;
  encryption: 'AES256' | 'aws:kms' | 'none';
  kmsKeyId: string | undefined;
  presigned: boolean;
  timeoutMs: number;
}
export interface ScannerConfig {
  /** A socket of this machine, or an address. */
  at: { path: string } | { host: string; port: number };
  timeoutMs: number;
}
export interface StorageConfig {
  disk: { path: string } | undefined;
  s3: S3Config | undefined;
  scanner: ScannerConfig | undefined;
  orphanDays: number;
  deletedDays: number;
}

export function configure(e: Slice): StorageConfig | undefined {
  const s3 = s3Of(e);
  const scanner = scannerOf(e);
  if (e.STORAGE_PATH === undefined && s3 === undefined && scanner === undefined) return undefined;
  return {
    disk: e.STORAGE_PATH === undefined ? undefined : { path: path.resolve(e.STORAGE_PATH) },
    s3,
    scanner,
    orphanDays: e.STORAGE_ORPHAN_DAYS,
    deletedDays: e.STORAGE_DELETED_DAYS,
  };
}

function s3Of(e: Slice): S3Config | undefined {
  const { S3_BUCKET: bucket, S3_REGION: region, S3_ACCESS_KEY: accessKey, S3_SECRET_KEY: secretKey, S3_ENDPOINT: endpoint } = e;
  if (bucket === undefined) {
    const stray = Object.entries({ S3_REGION: region, S3_ACCESS_KEY: accessKey, S3_SECRET_KEY: secretKey, S3_ENDPOINT: endpoint }).find(
      ([, value]) => value !== undefined,
    );
    if (stray !== undefined) throw new Error(`S3_BUCKET: must be set beside ${stray[0]}.`);
    return undefined;
  }
  if (accessKey === undefined) throw new Error('S3_ACCESS_KEY: must be set beside S3_BUCKET.');
  if (secretKey === undefined) throw new Error('S3_SECRET_KEY: must be set beside S3_BUCKET.');
  if (region === undefined) throw new Error('S3_REGION: must be set beside S3_BUCKET; a store without regions takes us-east-1.');
  if (e.S3_KMS_KEY_ID !== undefined && e.S3_ENCRYPTION !== 'aws:kms') throw new Error('S3_KMS_KEY_ID: is used with S3_ENCRYPTION=aws:kms.');
  return {
    bucket,
    region,
    accessKey,
    secretKey,
    endpoint,
    pathStyle: e.S3_FORCE_PATH_STYLE,
    prefix: e.S3_PREFIX,
    encryption: e.S3_ENCRYPTION,
    kmsKeyId: e.S3_KMS_KEY_ID,
    presigned: e.S3_PRESIGNED,
    timeoutMs: e.S3_TIMEOUT_MS,
  };
}

function scannerOf(e: Slice): ScannerConfig | undefined {
  const { CLAMAV_HOST: host, CLAMAV_SOCKET: socket, CLAMAV_PORT: port, CLAMAV_TIMEOUT_MS: timeoutMs } = e;
  if (host !== undefined && socket !== undefined) throw new Error('CLAMAV_HOST and CLAMAV_SOCKET: set one of them.');
  if (socket !== undefined) return { at: { path: socket }, timeoutMs };
  return host === undefined ? undefined : { at: { host, port }, timeoutMs };
}
