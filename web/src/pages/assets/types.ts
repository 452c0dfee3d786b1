// An asset as the API answers it.

import type { AssetType } from './kinds.ts'

export interface Asset {
  readonly id: string
  readonly type: AssetType
  readonly s3_key: string
  readonly display_name: string
  readonly mime_type: string
  readonly size_bytes: number | null
  readonly sha256: string | null
  readonly etag: string | null
  readonly status: 'uploading' | 'ready' | 'suspect' | 'missing' | 'failed'
  readonly error_code: string | null
  /** `operator` or the id of a room. */
  readonly owner: string
  readonly visibility: 'public' | 'private'
  readonly version: number
  readonly stored_at: number | null
  readonly checked_at: number | null
  readonly created_at: number
  readonly updated_at: number
}

/** What a person has to look at. */
export const TROUBLED: readonly Asset['status'][] = ['missing', 'failed', 'suspect']
export const isTroubled = ({ status }: Pick<Asset, 'status'>): boolean => TROUBLED.includes(status)

export const SORTS = [
  '-created_at',
  'created_at',
  '-updated_at',
  'display_name',
  '-size_bytes',
  'size_bytes',
] as const
export type Sort = (typeof SORTS)[number]

/** True when there are bytes to be read. */
export const hasContent = ({ status, version }: Asset): boolean =>
  version > 0 && (status === 'ready' || status === 'suspect')
