/**
 * Objects in a bucket of S3, or of whatever speaks its protocol (MinIO, Ceph, Scaleway …). What is put there has been sealed already; the
 * store's own encryption is asked for besides. The only importer of the SDK.
 */
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadBucketCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  S3ServiceException,
  type PutObjectCommandInput,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import type { ObjectStore } from '../kit.ts';
import type { S3Config } from './config.ts';

/** Removals under way at once. */
const TOGETHER = 8;

export function openS3(config: S3Config): ObjectStore & { close(): void } {
  const { bucket, prefix } = config;
  const client = new S3Client({
    region: config.region,
    credentials: { accessKeyId: config.accessKey, secretAccessKey: config.secretKey },
    ...(config.endpoint === undefined ? {} : { endpoint: config.endpoint }),
    forcePathStyle: config.pathStyle,
    maxAttempts: 3,
    // Sums that older stores do not know; what is put is sealed, and proves itself when it is opened.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: { connectionTimeout: Math.min(5000, config.timeoutMs), requestTimeout: config.timeoutMs, throwOnRequestTimeout: true },
  });
  const encryption: Partial<PutObjectCommandInput> =
    config.encryption === 'none'
      ? {}
      : {
          ServerSideEncryption: config.encryption,
          ...(config.kmsKeyId === undefined ? {} : { SSEKMSKeyId: config.kmsKeyId }),
        };
  const at = (object: string) => ({ Bucket: bucket, Key: `${prefix}${object}` });
  return {
    name: 's3',
    async put(object, bytes) {
      await client.send(
        new PutObjectCommand({
          ...at(object),
          Body: bytes,
          ContentType: 'application/octet-stream',
          ContentLength: bytes.length,
          ...encryption,
        }),
      );
    },
    async get(object) {
      try {
        const { Body } = await client.send(new GetObjectCommand(at(object)));
        return Body === undefined ? undefined : Buffer.from(await Body.transformToByteArray());
      } catch (error) {
        if (isAbsent(error)) return undefined;
        throw error;
      }
    },
    async remove(objects) {
      for (let from = 0; from < objects.length; from += TOGETHER)
        await Promise.all(objects.slice(from, from + TOGETHER).map((object) => client.send(new DeleteObjectCommand(at(object)))));
    },
    async *list(within) {
      let token: string | undefined;
      do {
        const page = await client.send(
          new ListObjectsV2Command({
            Bucket: bucket,
            Prefix: `${prefix}${within}`,
            ...(token === undefined ? {} : { ContinuationToken: token }),
          }),
        );
        for (const { Key, LastModified } of page.Contents ?? [])
          if (Key !== undefined && LastModified !== undefined) yield { object: Key.slice(prefix.length), modifiedAt: LastModified };
        token = page.IsTruncated === true ? page.NextContinuationToken : undefined;
      } while (token !== undefined);
    },
    ...(config.presigned
      ? { presign: (object: string, seconds: number) => getSignedUrl(client, new GetObjectCommand(at(object)), { expiresIn: seconds }) }
      : {}),
    async check() {
      try {
        await client.send(new HeadBucketCommand({ Bucket: bucket }));
        return undefined;
      } catch (error) {
        if (!(error instanceof S3ServiceException)) return 'storage/unreachable';
        const status = error.$metadata.httpStatusCode;
        return status === 404 ? 'storage/no-bucket' : status === 401 || status === 403 ? 'storage/refused' : 'storage/unreachable';
      }
    },
    close: () => client.destroy(),
  };
}

function isAbsent(error: unknown): boolean {
  return error instanceof S3ServiceException && (error.name === 'NoSuchKey' || error.$metadata.httpStatusCode === 404);
}
