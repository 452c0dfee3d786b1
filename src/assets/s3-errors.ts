// How S3 fails, told apart by status: the SDK calls a HEAD's 403 and 301 "Unknown" (client-s3 3.1169). A name only
// sharpens what a status says. Messages of S3 and of the SDK can hold addresses, keys and credentials: none is kept.

import { StoreError } from './store.ts'

const byStatus = (status: number): StoreError['code'] => {
  if (status === 404) return 'not_found'
  if (status === 401 || status === 403) return 'forbidden'
  if (status === 409) return 'conflict'
  if (status === 412) return 'exists'
  if (status === 416) return 'range_unsatisfiable'
  if (status === 429 || status === 503) return 'throttled'
  if (status === 507) return 'full'
  if (status >= 500 && status !== 501) return 'unavailable'
  return 'misconfigured'
}

/** What only the bucket or the request's signature can be wrong with, whatever the status. */
const MISCONFIGURED: ReadonlySet<string> = new Set([
  'NoSuchBucket',
  'InvalidBucketName',
  'PermanentRedirect',
  'AuthorizationHeaderMalformed',
  'RequestTimeTooSkewed',
])

/** What fails before anything is sent. */
const NEVER_SENT: ReadonlySet<string> = new Set(['CredentialsProviderError', 'TokenProviderError'])

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null

const numberIn = (value: unknown, key: string): number | null =>
  isRecord(value) && typeof value[key] === 'number' ? value[key] : null

/** What went wrong in `operation`, without a word of the other side's. */
export const s3Error = (error: unknown, operation: string): StoreError => {
  if (error instanceof StoreError) return error
  const metadata = isRecord(error) ? error['$metadata'] : null
  const status = numberIn(metadata, 'httpStatusCode')
  const attempts = Math.max(1, numberIn(metadata, 'attempts') ?? 1)
  const given = isRecord(error) && typeof error['name'] === 'string' ? error['name'] : ''
  const name = /^[A-Za-z]{1,48}$/.test(given) ? given : 'unnamed'
  const neverSent = NEVER_SENT.has(name)
  const code =
    neverSent || MISCONFIGURED.has(name)
      ? 'misconfigured'
      : status === null
        ? 'unavailable'
        : byStatus(status)
  return new StoreError({
    code,
    status,
    mayHaveHappened: !neverSent && (status === null || status >= 500),
    attempts,
    message: `${operation}: ${status === null ? 'no answer' : status} (${name}) after ${attempts} attempts`,
  })
}
