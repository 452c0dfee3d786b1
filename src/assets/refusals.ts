// What went wrong with an asset, three times over: the word in its row, the refusal that is answered, and the
// sentence that says what would be right.

import type { AssetErrorCode } from '../domain/asset.ts'
import { CommandRefused } from '../domain/errors.ts'
import { BodyBroken } from './assets.ts'
import { Rejected } from './inspection.ts'
import type { StoreError } from './store.ts'

const STORE_RETRY_MS = 5_000

const REFUSALS: Readonly<Record<AssetErrorCode, readonly [code: CommandRefused['code'], message: string]>> = {
  client_aborted: ['upload_interrupted', 'The connection ended before the file did.'],
  client_stalled: ['upload_interrupted', 'The file came too slowly.'],
  interrupted: ['upload_interrupted', 'The upload was interrupted.'],
  process_crash: ['upload_interrupted', 'The server ended during the upload.'],
  size_mismatch: ['size_mismatch', 'The file has another size than was said.'],
  checksum_mismatch: ['checksum_mismatch', 'The file has another SHA-256 than was said.'],
  content_mismatch: ['content_mismatch', 'The file does not begin like one of its extension.'],
  too_large: ['asset_too_large', 'The file is larger than its type may be.'],
  quota_exceeded: ['quota_exceeded', 'The room has no place left for a file of this size.'],
  key_conflict: ['key_conflict', 'The key has other content; `replace=true` makes a new version.'],
  put_forbidden: ['upload_failed', 'The object store does not allow it to be written.'],
  store_full: ['upload_failed', 'The object store has no room.'],
  store_misconfigured: ['upload_failed', 'The object store is not the one that is configured.'],
  store_unavailable: ['store_unavailable', 'The object store does not answer as it should.'],
  altered: ['asset_missing', 'The object is not the content that was uploaded.'],
  head_404: ['asset_missing', 'The object is gone.'],
  head_403_no_list: ['asset_missing', 'The object is gone.'],
}

export const refusalOf = (code: AssetErrorCode): CommandRefused => {
  const [refusal, message] = REFUSALS[code]
  return new CommandRefused({
    code: refusal,
    message,
    ...(refusal === 'quota_exceeded' && { field: '/size_bytes' }),
    ...(refusal === 'store_unavailable' && { retryAfterMs: STORE_RETRY_MS }),
  })
}

const STORE_CODES: Partial<Record<StoreError['code'], AssetErrorCode>> = {
  exists: 'key_conflict',
  conflict: 'key_conflict',
  forbidden: 'put_forbidden',
  full: 'store_full',
  misconfigured: 'store_misconfigured',
  not_found: 'store_misconfigured',
  bad_key: 'store_misconfigured',
}

/** Why a put failed, as the row says it. */
export const putFailure = (error: StoreError): AssetErrorCode =>
  STORE_CODES[error.code] ?? 'store_unavailable'

/** Why a body ended, as the row says it; null for what has nothing to do with the body. */
export const bodyFailure = (error: unknown): AssetErrorCode | null =>
  error instanceof BodyBroken || error instanceof Rejected ? error.code : null

/** What a read that failed answers. */
export const readRefusal = (error: StoreError): CommandRefused => {
  if (error.code === 'not_found') return refusalOf('head_404')
  if (error.code === 'altered' || error.code === 'range_unsatisfiable') {
    return new CommandRefused({ code: 'conflict', message: 'The object changed in this moment.' })
  }
  return refusalOf('store_unavailable')
}
