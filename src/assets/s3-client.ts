// The client of S3: how it is made, and what it must never do. Which requests are sent is in `s3-store.ts` and
// `s3-parts.ts`.

import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3'

export interface S3Options {
  readonly bucket: string
  readonly region: string
  /** Null: AWS. Any other server is asked with the bucket in the path, and sent no checksums of the newer kinds. */
  readonly endpoint: string | null
  /** In front of every key, ended by `/` when it should be a folder; may be empty. */
  readonly prefix: string
  /** In the place of sockets, for tests. */
  readonly requestHandler?: S3ClientConfig['requestHandler']
  readonly credentials?: S3ClientConfig['credentials']
  readonly connectTimeoutMs?: number
  readonly requestTimeoutMs?: number
}

/** Four tries with the SDK's own backoff, some hundred milliseconds and doubling. */
const ATTEMPTS_MAX = 4
const SOCKETS_MAX = 256

export const makeClient = (
  options: S3Options,
  checksums: 'WHEN_SUPPORTED' | 'WHEN_REQUIRED' = options.endpoint === null
    ? 'WHEN_SUPPORTED'
    : 'WHEN_REQUIRED',
): S3Client => {
  const requestTimeout = options.requestTimeoutMs ?? 60_000
  return new S3Client({
    region: options.region,
    ...(options.endpoint !== null && { endpoint: options.endpoint, forcePathStyle: true }),
    ...(options.credentials !== undefined && { credentials: options.credentials }),
    requestChecksumCalculation: checksums,
    responseChecksumValidation: checksums,
    maxAttempts: ATTEMPTS_MAX,
    retryMode: 'standard',
    followRegionRedirects: false,
    requestHandler: options.requestHandler ?? {
      connectionTimeout: options.connectTimeoutMs ?? 5_000,
      requestTimeout,
      throwOnRequestTimeout: true,
      socketTimeout: requestTimeout,
      httpAgent: { maxSockets: SOCKETS_MAX, keepAlive: true },
      httpsAgent: { maxSockets: SOCKETS_MAX, keepAlive: true },
    },
  })
}
