// What a backup says of itself: one folder with the database as a single file, the index of the assets, and this.
// A folder without a manifest that can be read is no backup.

import * as Option from 'effect/Option'
import * as Schema from 'effect/Schema'

export const FORMAT = 1
export const DATABASE_FILE = 'roomkeeper.db'
export const ASSETS_FILE = 'assets.ndjson'
export const KEYS_FILE = 'secrets-keys'
export const MANIFEST_FILE = 'manifest.json'

const Counts = Schema.Struct({
  rooms: Schema.Int,
  sessions: Schema.Int,
  /** Of those, not archived yet when it was made. */
  openSessions: Schema.Int,
  events: Schema.Int,
  facts: Schema.Int,
  audit: Schema.Int,
  assets: Schema.Int,
})
export type Counts = typeof Counts.Type

export const Manifest = Schema.Struct({
  format: Schema.Int,
  roomkeeper: Schema.String,
  /** Milliseconds UTC: the moment that it shows. */
  at: Schema.Int,
  schema: Schema.Int,
  database: Schema.Struct({ bytes: Schema.Int, sha256: Schema.String }),
  counts: Counts,
  /** The last fact that is in it. */
  lastFact: Schema.Int,
  /** The keys that its secrets are sealed with. */
  keys: Schema.Struct({
    needed: Schema.Array(Schema.Struct({ id: Schema.String, check: Schema.NullOr(Schema.String) })),
    included: Schema.Boolean,
  }),
  assets: Schema.Struct({ bytes: Schema.Int }),
  notIncluded: Schema.Array(Schema.String),
})
export type Manifest = typeof Manifest.Type

/** Null when it is not a manifest. */
export const manifestIn = (text: string): Manifest | null => {
  try {
    return Option.getOrNull(Schema.decodeUnknownOption(Manifest)(JSON.parse(text)))
  } catch {
    return null
  }
}

/** `roomkeeper-20261122T060000Z`; the order of names is the order of times. */
export const nameAt = (at: number): string =>
  `roomkeeper-${new Date(at).toISOString().replace(/[-:]|\.\d+/g, '')}`

/** What a folder of backups may hold besides other things: these are ours, and nothing else is touched. */
export const isName = (name: string): boolean => /^roomkeeper-\d{8}T\d{6}Z(?:-\d{1,3})?$/.test(name)

/** A backup on its way. The name says that it is none yet. */
export const isPart = (name: string): boolean => /^\.roomkeeper-part-[\w-]+$/.test(name)
