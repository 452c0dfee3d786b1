// An asset: a file of the show, its row, its words, and which keys it may have. Which types there are and how
// their bytes begin is in `asset-types.ts`; where rows are kept is `db/assets.ts`.

import * as Schema from 'effect/Schema'

export const AssetType = Schema.Literals(['vrm', 'animation', 'bgm', 'hdr', 'scene'])
export type AssetType = typeof AssetType.Type
export const ASSET_TYPES: readonly AssetType[] = AssetType.literals

/**
 * `uploading` before the first byte, `ready` once the store has all of it and the row says so, `failed` with a
 * code otherwise. A sweep takes a ready one to `missing`, by way of `suspect` when it cannot be sure, and back.
 */
export const AssetStatus = Schema.Literals(['uploading', 'ready', 'suspect', 'missing', 'failed'])
export type AssetStatus = typeof AssetStatus.Type
export const ASSET_STATUSES: readonly AssetStatus[] = AssetStatus.literals

export const Visibility = Schema.Literals(['public', 'private'])
export type Visibility = typeof Visibility.Type
export const VISIBILITIES: readonly Visibility[] = Visibility.literals

/** What stands in `owner` for the operator; everything else there is a room's id. */
export const OPERATOR = 'operator'

/** Why a row is `failed`, `suspect` or `missing`. A closed set, the same words in every answer. */
export const ASSET_ERROR_CODES = [
  'client_aborted',
  'client_stalled',
  'size_mismatch',
  'checksum_mismatch',
  'content_mismatch',
  'too_large',
  'quota_exceeded',
  'key_conflict',
  'put_forbidden',
  'store_full',
  'store_unavailable',
  'store_misconfigured',
  'process_crash',
  'interrupted',
  'altered',
  'head_404',
  'head_403_no_list',
] as const
export type AssetErrorCode = (typeof ASSET_ERROR_CODES)[number]

/** An asset as its row has it. Times are milliseconds UTC, sizes bytes. */
export interface Asset {
  readonly id: string
  readonly type: AssetType
  /** Exactly as it was given, without the configured prefix of the bucket. */
  readonly key: string
  readonly displayName: string
  readonly mimeType: string
  /** Null until something was stored. */
  readonly sizeBytes: number | null
  /** Hex; null for what was indexed without being read. */
  readonly sha256: string | null
  /** The store's own word for this content, without quotes; null until something was stored. */
  readonly etag: string | null
  readonly status: AssetStatus
  readonly errorCode: AssetErrorCode | null
  /** `operator` or a room's id. */
  readonly owner: string
  readonly visibility: Visibility
  /** Of the content: 1 for the first that was stored, 0 before. */
  readonly version: number
  /** When this content was stored; null before the first. */
  readonly storedAt: number | null
  readonly checkedAt: number | null
  readonly createdAt: number
  readonly updatedAt: number
}

/** Who asks for something about assets: for the audit, and whose they are. */
export interface AssetCaller {
  /** `operator`, `owner:<token id>`, `system` or `anonymous`. */
  readonly actor: string
  readonly ip: string | null
  /** `operator`, a room's id, or null for who has no token. */
  readonly owner: string | null
}

export const KEY_MAX_BYTES = 1_024
export const NAME_MAX_LENGTH = 200
/** What the server keeps for itself in the store: no key begins with it. */
export const RESERVED_PREFIX = '.roomkeeper/'
/** The object whose presence proves that the store, the bucket and the credentials are the right ones. */
export const SENTINEL_KEY = `${RESERVED_PREFIX}sentinel`
/** Where the parts of an upload that replaces something become one object, until it is known to be right. */
export const stagingKey = (uploadId: string): string => `${RESERVED_PREFIX}staging/${uploadId}`
/** A key of the server's own that is one. */
export const isOwnKey = (key: string): boolean =>
  key === SENTINEL_KEY || /^\.roomkeeper\/staging\/[0-9a-f-]{36}$/.test(key)

const CONTROL = /\p{Cc}/u

/** A segment that some reader takes for `.` or `..`, once it has decoded what is written as `%2e`. */
const isDots = (segment: string): boolean => /^\.{1,2}$/.test(segment.replaceAll(/%2e/gi, '.'))

/** What is wrong with a key, as a sentence that says what would be right; null when nothing is. */
export const keyProblem = (key: string): string | null => {
  if (key === '') return 'a key has at least one character'
  if (!key.isWellFormed()) return 'a key is valid UTF-8'
  if (Buffer.byteLength(key) > KEY_MAX_BYTES) return `a key has at most ${KEY_MAX_BYTES} bytes of UTF-8`
  if (CONTROL.test(key)) return 'a key has no control characters'
  if (key !== key.normalize('NFC')) return 'a key is in Unicode normal form C'
  if (key.includes('\\')) return 'a key has no backslash'
  if (key.split('/').includes('')) return 'a key has no empty segment and no `/` at its ends'
  if (key.split(/\/|%2f|%5c/i).some(isDots)) return 'a key has no segment `.` or `..`'
  if (key.endsWith('.')) return 'a key does not end with a dot'
  if (key.startsWith(RESERVED_PREFIX)) return `keys that begin with ${RESERVED_PREFIX} are the server's own`
  return null
}

/**
 * The room whose own ground a key lies on: `rooms/<room id>/…` is that room's and the operator's. Null for common
 * ground, where a key is whose it was first.
 */
export const roomOfKey = (key: string): string | null => /^rooms\/([^/]+)\//.exec(key)?.[1] ?? null

/** True when this owner may put something under this key at all. `ground`: who has the key's room now. */
export const mayUseKey = (owner: string, key: string, ground: string | null = roomOfKey(key)): boolean => {
  if (owner === OPERATOR) return true
  if (key.startsWith('rooms/')) return ground === owner
  return true
}

/** True when this caller may change the asset, and see it whatever its visibility. */
export const ownsAsset = (owner: string | null, asset: Pick<Asset, 'owner'>): boolean =>
  owner === OPERATOR || (owner !== null && owner === asset.owner)

/** True when this caller may know that the asset is there. */
export const maySeeAsset = (owner: string | null, asset: Pick<Asset, 'owner' | 'visibility'>): boolean =>
  asset.visibility === 'public' || ownsAsset(owner, asset)

/** The last segment of a key: what an asset is called when nobody said. */
export const nameOfKey = (key: string): string => (key.split('/').at(-1) ?? key).slice(0, NAME_MAX_LENGTH)
