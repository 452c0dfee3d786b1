// Where the bytes of assets lie, as everybody else sees it: what can be asked, what it answers, how it fails.
// `folder.ts` and `s3-store.ts` are the two that there are. It knows keys and bytes, and no row.

import * as Context from 'effect/Context'
import type * as Effect from 'effect/Effect'
import * as Schema from 'effect/Schema'

/**
 * The store did not do what was asked. Told apart by status, never by name; the message holds no key, address,
 * credential or text of the other side.
 * `mayHaveHappened`: no answer was heard, so what was asked for may have been done.
 */
export class StoreError extends Schema.TaggedError<StoreError>()('StoreError', {
  code: Schema.Literals([
    /** 404. For a HEAD also: no such bucket. */
    'not_found',
    /** 401, 403. For a HEAD without the right to list also: not found; and a clock that is wrong. */
    'forbidden',
    /** Something is there, and it was to be created. */
    'exists',
    /** What is there is not the content that was meant. */
    'altered',
    'range_unsatisfiable',
    /** Two changes of one key at once, refused as such. */
    'conflict',
    /** 429, 503: slower. */
    'throttled',
    /** 5xx, no connection, no answer in time. */
    'unavailable',
    /** 3xx, 400: another region, another bucket, not an object store. */
    'misconfigured',
    'full',
    /** The key cannot be one here. */
    'bad_key',
    /** The body that was to be put ended with an error; nothing was stored. */
    'body_failed',
  ]),
  /** Of the answer; null when there was none or the store is a folder. */
  status: Schema.NullOr(Schema.Number),
  mayHaveHappened: Schema.Boolean,
  /** How often it was asked. */
  attempts: Schema.Number,
  message: Schema.String,
}) {}

export interface ObjectHead {
  readonly sizeBytes: number
  /** The store's word for this content, without quotes: another content has another. */
  readonly etag: string
  /** Milliseconds UTC; null when the store does not say. */
  readonly modifiedAt: number | null
}

/** Bytes `first` to `last`, both included. */
export interface ByteRange {
  readonly first: number
  readonly last: number
}

export interface PutObject {
  readonly key: string
  readonly mimeType: string
  /** All of it, in bytes, when it is known. */
  readonly sizeBytes: number | null
  /** Refuse with `exists` when something is there. */
  readonly ifAbsent: boolean
  /**
   * Told, before anything is sent, what the store calls an upload in parts. Written down, so that after a crash
   * `abandon` can clear what it left.
   */
  readonly began?: (storeUpload: string) => Promise<void>
}

export interface StoredObject extends ObjectHead {
  /** How often the store was asked, over all parts the most. */
  readonly attempts: number
}

export type Bytes = AsyncIterable<Uint8Array>

export interface OpenObject extends ObjectHead {
  /** Read once, to its end or to its `return`, which lets go of the file or the socket. */
  readonly body: Bytes
}

/** Uploads in parts that somebody else puts: a store that knows such a thing has this. */
export interface PartsStore {
  /** Answers what the store calls it. */
  readonly create: (key: string, mimeType: string) => Effect.Effect<string, StoreError>
  /** Where one part can be put by whoever has this address, until it expires. */
  readonly address: (
    key: string,
    storeUpload: string,
    number: number,
    expiresMs: number,
  ) => Effect.Effect<string, StoreError>
  /** Puts one part from here, for a client that cannot reach the store itself. Answers its etag without quotes. */
  readonly put: (
    key: string,
    storeUpload: string,
    number: number,
    bytes: Uint8Array,
  ) => Effect.Effect<string, StoreError>
  /**
   * Makes them one object, unless there is one: `exists`. `not_found` when there is no such upload, or no longer. After
   * a lost answer both can mean that it was done.
   */
  readonly complete: (
    key: string,
    storeUpload: string,
    parts: readonly { readonly number: number; readonly etag: string }[],
  ) => Effect.Effect<void, StoreError>
  /** Makes `to` the same object as `from`, whole or not at all, inside the store. Answers its etag. */
  readonly copy: (from: string, to: string) => Effect.Effect<string, StoreError>
}

export class ObjectStore extends Context.Service<
  ObjectStore,
  {
    readonly kind: 'folder' | 's3'
    /**
     * All of it or nothing: when the body throws, nothing is stored and nothing is left. The body is read as fast
     * as the store takes it, and at most a few MiB of it are in memory.
     */
    readonly put: (put: PutObject, body: Bytes) => Effect.Effect<StoredObject, StoreError>
    /** `altered` when it no longer has this etag. Nothing is open when it fails. */
    readonly get: (
      key: string,
      options?: { readonly range?: ByteRange | null; readonly etag?: string | null },
    ) => Effect.Effect<OpenObject, StoreError>
    readonly head: (key: string) => Effect.Effect<ObjectHead, StoreError>
    /** What is not there is removed as well. */
    readonly remove: (key: string) => Effect.Effect<void, StoreError>
    /** Null: files come as one. */
    readonly parts: PartsStore | null
    /** Clears the parts of an upload that nobody will finish; what is gone already is as good. */
    readonly abandon: (key: string, storeUpload: string) => Effect.Effect<void, StoreError>
  }
>()('roomkeeper/assets/ObjectStore') {}
