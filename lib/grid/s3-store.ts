import { InputError } from '../core/check';
import type { ResultStore } from './result-store';

const isAbsent = (error: unknown): boolean =>
  ['NoSuchKey', 'NotFound'].includes((error as Error).name) ||
  (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode === 404;

/**
 * A bucket of S3 or of a server that speaks as it does. Keys, region and endpoint are those of the AWS SDK's environment
 * (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION, AWS_ENDPOINT_URL_S3 …).
 * @param url "s3://bucket/prefix"
 * @throws InputError if the bucket cannot be asked
 */
export async function s3Store(url: string): Promise<ResultStore> {
  const { hostname: Bucket, pathname } = new URL(url);
  const prefix = pathname.replace(/^\/|\/$/g, '');
  const { GetObjectCommand, HeadObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } =
    await import('@aws-sdk/client-s3');
  const endpoint = process.env.AWS_ENDPOINT_URL_S3 || process.env.AWS_ENDPOINT_URL;
  const client = new S3Client({
    region: process.env.AWS_REGION || process.env.AWS_DEFAULT_REGION || 'us-east-1',
    // Servers of one's own rarely have a name for each bucket, nor know the newer checksums.
    ...(endpoint && { endpoint, forcePathStyle: true }),
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    maxAttempts: 5,
  });
  const keyOf = (name: string) => (prefix ? `${prefix}/${name}` : name);
  const asked = async <T>(what: string, work: Promise<T>): Promise<T | undefined> => {
    try {
      return await work;
    } catch (error) {
      if (isAbsent(error) && (error as Error).name !== 'NoSuchBucket') return undefined;
      const { name, message } = error as Error;
      throw new InputError(
        `${url}: ${what} failed (${name}: ${message}); check bucket, keys and AWS_ENDPOINT_URL_S3`,
      );
    }
  };
  const store: ResultStore = {
    url,
    async get(name) {
      const read = async () => {
        const { Body } = await client.send(new GetObjectCommand({ Bucket, Key: keyOf(name) }));
        return Buffer.from(await Body!.transformToByteArray());
      };
      return asked(`reading ${name}`, read());
    },
    async put(name, bytes) {
      const Body = typeof bytes === 'string' ? Buffer.from(bytes) : bytes;
      const done = await asked(
        `writing ${name}`,
        client.send(new PutObjectCommand({ Bucket, Key: keyOf(name), Body })),
      );
      if (!done) throw new InputError(`${url}: there is no bucket ${Bucket}; create it`);
    },
    async has(name) {
      const head = client.send(new HeadObjectCommand({ Bucket, Key: keyOf(name) }));
      return (await asked(`looking for ${name}`, head)) !== undefined;
    },
    async list(folder) {
      const names: string[] = [];
      let ContinuationToken: string | undefined;
      do {
        const page = await asked(
          `listing ${folder}`,
          client.send(new ListObjectsV2Command({ Bucket, Prefix: `${keyOf(folder)}/`, ContinuationToken })),
        );
        for (const { Key } of page?.Contents ?? []) names.push(Key!.slice(prefix ? prefix.length + 1 : 0));
        ContinuationToken = page?.NextContinuationToken;
      } while (ContinuationToken);
      return names.sort();
    },
  };
  return store;
}
