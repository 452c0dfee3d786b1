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

/** `roomkeeper-20261122T060000Z`; the second one of a second ends with `-2`. */
export const nameAt = (at: number): string =>
  `roomkeeper-${new Date(at).toISOString().replace(/[-:]|\.\d+/g, '')}`

/** What a folder of backups may hold besides other things: these are ours, and nothing else is touched. */
export const isName = (name: string): boolean => /^roomkeeper-\d{8}T\d{6}Z(?:-\d{1,3})?$/.test(name)

const apart = (name: string): readonly [second: string, no: number] => {
  const [, second = name, no = '1'] = /^(roomkeeper-\d{8}T\d{6}Z)(?:-(\d+))?$/.exec(name) ?? []
  return [second, Number(no)]
}

/** Orders names by age, oldest first. */
export const byAge = (a: string, b: string): number => {
  const [[secondA, noA], [secondB, noB]] = [apart(a), apart(b)]
  if (secondA === secondB) return noA - noB
  return secondA < secondB ? -1 : 1
}

/** A name for one of that time which is newer than all of these; null when that second has no more. */
export const nameAfter = (at: number, taken: readonly string[]): string | null => {
  const second = nameAt(at)
  const same = taken.filter((name) => isName(name) && apart(name)[0] === second)
  if (same.length === 0) return second
  const no = 1 + Math.max(...same.map((name) => apart(name)[1]))
  return no < 1_000 ? `${second}-${no}` : null
}

/** A backup on its way. The name says that it is none yet. */
export const isPart = (name: string): boolean => /^\.roomkeeper-part-[\w-]+$/.test(name)
