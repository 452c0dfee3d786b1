// What a sweep makes of what the store said: pure. It asks nothing and writes nothing; who looks, how fast and
// under which lease is in `assets/sweep.ts`. Missing is never guessed: only an answer can say so, only while the
// sentinel answers as it should, and never for many at once.

import type { Asset, AssetErrorCode } from './asset.ts'

/** One look at one object. `silent`: nothing can be concluded (5xx, no answer, slower, a key the store refuses). */
export type Look =
  | { readonly said: 'there'; readonly sizeBytes: number; readonly etag: string }
  | { readonly said: 'not_found' }
  | { readonly said: 'forbidden' }
  | { readonly said: 'misconfigured' }
  | { readonly said: 'silent' }

/** What a row knows that a sweep looks at. */
export interface Doubtful extends Pick<
  Asset,
  'id' | 'key' | 'owner' | 'version' | 'sizeBytes' | 'sha256' | 'etag' | 'status' | 'errorCode'
> {
  /** Since when it is in doubt, milliseconds UTC; null when it is not. */
  readonly doubtedAt: number | null
  /** In how many sweeps in a row the store gave cause for it. */
  readonly doubts: number
}

/** What becomes of a row. */
export type Verdict =
  /** As it was. */
  | { readonly kind: 'same' }
  /** Nothing was learned, and nothing changes. */
  | { readonly kind: 'unknown' }
  /** Of the size it should have, with another etag: only its bytes can tell. */
  | { readonly kind: 'compare'; readonly etag: string }
  | { readonly kind: 'altered' }
  | { readonly kind: 'found' }
  | {
      readonly kind: 'suspect'
      readonly code: Extract<AssetErrorCode, 'head_404' | 'head_403_no_list'>
      readonly doubts: number
    }

export const SWEEP = {
  /** A 404 is believed when it is still one this much later, in the same sweep. */
  confirmAfterMs: 60_000,
  /** So many sweeps in a row must find a 403 while the sentinel answers. */
  forbiddenSweeps: 2,
  /** So many newly missing ones at once, and above the share, are the store's trouble until a person says otherwise. */
  massLeast: 20,
  massShare: 0.05,
} as const

/** The states a sweep looks at; of the failed ones only those it made so itself. */
export const isSwept = (asset: Pick<Asset, 'status' | 'errorCode'>): boolean =>
  asset.status === 'ready' ||
  asset.status === 'suspect' ||
  asset.status === 'missing' ||
  (asset.status === 'failed' && asset.errorCode === 'altered')

export const verdictOn = (row: Doubtful, look: Look): Verdict => {
  switch (look.said) {
    case 'silent':
    case 'misconfigured':
      return { kind: 'unknown' }
    case 'there': {
      if (look.sizeBytes !== row.sizeBytes)
        return row.status === 'failed' ? { kind: 'same' } : { kind: 'altered' }
      if (look.etag !== row.etag) return { kind: 'compare', etag: look.etag }
      return row.status === 'ready' ? { kind: 'same' } : { kind: 'found' }
    }
    case 'not_found':
      return row.status === 'missing'
        ? { kind: 'same' }
        : { kind: 'suspect', code: 'head_404', doubts: row.doubts + 1 }
    case 'forbidden':
      return row.status === 'missing'
        ? { kind: 'same' }
        : { kind: 'suspect', code: 'head_403_no_list', doubts: row.doubts + 1 }
  }
}

/** What the bytes said of a row whose etag alone had changed. Without a hash to compare with, another etag is other content. */
export const verdictOnBytes = (row: Doubtful, isSame: boolean): Verdict => {
  if (isSame) return { kind: 'found' }
  return row.status === 'failed' ? { kind: 'same' } : { kind: 'altered' }
}

/** True when, at the end of a sweep, a suspect has been in doubt for long enough to be looked at for the last time. */
export const isRipe = (row: Pick<Doubtful, 'status' | 'errorCode' | 'doubts'>): boolean =>
  row.status === 'suspect' &&
  (row.errorCode === 'head_404' ||
    (row.errorCode === 'head_403_no_list' && row.doubts >= SWEEP.forbiddenSweeps))

/** True when so many missing at once are not believed. */
export const isMass = (missing: number, looked: number): boolean =>
  missing >= SWEEP.massLeast && missing > looked * SWEEP.massShare

/** What the sentinel says of the store. */
export type Ground =
  | { readonly trusted: true }
  | {
      readonly trusted: false
      /** Whether nothing that this store says may be believed, or it just does not answer. */
      readonly outcome: 'aborted' | 'partial'
      readonly code:
        | 'sentinel_missing'
        | 'sentinel_altered'
        | 's3_auth'
        | 'store_misconfigured'
        | 'store_unavailable'
    }

export const groundOf = (look: Look, isOurs: boolean): Ground => {
  switch (look.said) {
    case 'there':
      return isOurs ? { trusted: true } : { trusted: false, outcome: 'aborted', code: 'sentinel_altered' }
    case 'not_found':
      return { trusted: false, outcome: 'aborted', code: 'sentinel_missing' }
    case 'forbidden':
      return { trusted: false, outcome: 'aborted', code: 's3_auth' }
    case 'misconfigured':
      return { trusted: false, outcome: 'aborted', code: 'store_misconfigured' }
    case 'silent':
      return { trusted: false, outcome: 'partial', code: 'store_unavailable' }
  }
}
