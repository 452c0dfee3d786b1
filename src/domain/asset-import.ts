// Keys that are known from elsewhere, as somebody wrote them down: what one entry says, and what becomes of it.
// Pure; how entries are cut out of a body is in `assets/import-lines.ts`.

import {
  AssetType,
  keyProblem,
  mayUseKey,
  NAME_MAX_LENGTH,
  Visibility,
  VISIBILITIES,
  ASSET_TYPES,
} from './asset.ts'
import { formatOf, typesOf } from './asset-types.ts'

/** What became of a key: the words of the report. */
export const IMPORT_OUTCOMES = [
  /** It has a row now. */
  'indexed',
  /** It had one, and the object is the one that the row knows. */
  'unchanged',
  /** It has a row of other content, or an upload or a removal of it is under way. */
  'conflict',
  'not_found',
  /** Also what is not there, for a caller that may not list. */
  'forbidden',
  'bad_key',
  /** No type takes the extension, or more than one does and none was named. */
  'type_unsupported',
  'too_large',
  'other_bucket',
  'store_unavailable',
] as const
export type ImportOutcome = (typeof IMPORT_OUTCOMES)[number]

/** One key, with what was said of it; null: what the import says of all. */
export interface ImportKey {
  readonly key: string
  readonly type: AssetType | null
  readonly displayName: string | null
  readonly visibility: Visibility | null
  /** Set when it is clear without a look. */
  readonly outcome: ImportOutcome | null
}

export interface ImportRules {
  readonly owner: string
  readonly type: AssetType | null
  /** Of S3; what names another bucket is none of ours. Null: a folder. */
  readonly bucket: string | null
  /** In front of every key in the bucket; lists of objects have it, lists of keys do not. */
  readonly prefix: string
}

/** Longest text of a key that is kept for the report. */
const SHOWN_MAX = 1_200

const isType = (value: unknown): value is AssetType => ASSET_TYPES.some((type) => type === value)
const isVisibility = (value: unknown): value is Visibility => VISIBILITIES.some((one) => one === value)

const nameOf = (value: unknown): string | null =>
  typeof value === 'string' && value.trim() !== '' && value.isWellFormed()
    ? value.replaceAll(/\p{Cc}/gu, ' ').slice(0, NAME_MAX_LENGTH)
    : null

/** The type an asset under this key gets; null when nothing decides it. */
export const typeFor = (key: string, given: AssetType | null): AssetType | null => {
  if (given !== null) return formatOf(given, key) === null ? null : given
  const [type, ...others] = typesOf(key)
  return type !== undefined && others.length === 0 ? type : null
}

const judged = (key: string, type: AssetType | null, rules: ImportRules): ImportOutcome | null => {
  if (keyProblem(key) !== null || !mayUseKey(rules.owner, key)) return 'bad_key'
  return typeFor(key, type) === null ? 'type_unsupported' : null
}

/** An entry of a list: a key, or an object that has one. Null when it is neither. */
export const entryOf = (value: unknown, rules: ImportRules): ImportKey | null => {
  const fields: Readonly<Record<string, unknown>> =
    typeof value === 'object' && value !== null ? { ...value } : { key: value }
  const key = fields['key'] ?? fields['s3_key']
  if (typeof key !== 'string') return null
  const said = fields['type']
  const visibility = fields['visibility']
  const type = isType(said) ? said : rules.type
  const isOdd = said !== undefined && said !== null && said !== '' && !isType(said)
  return {
    key: key.toWellFormed().slice(0, SHOWN_MAX),
    type,
    displayName: nameOf(fields['display_name'] ?? fields['name']),
    visibility: isVisibility(visibility) ? visibility : null,
    outcome: isOdd ? 'type_unsupported' : judged(key, type, rules),
  }
}

const decoded = (text: string): string | null => {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    return null
  }
}

/** A line of an S3 inventory: keys are URL-encoded and have the prefix. Undefined for what is no current object. */
export const inventoryOf = (
  cells: readonly string[],
  columns: readonly string[],
  rules: ImportRules,
): ImportKey | null | undefined => {
  const cell = (name: string): string | undefined => cells[columns.indexOf(name)]
  if (cell('isdeletemarker')?.toLowerCase() === 'true' || cell('islatest')?.toLowerCase() === 'false')
    return undefined
  const written = cell('key')
  const whole = written === undefined ? null : decoded(written)
  if (whole === null) return null
  const isInside = whole.startsWith(rules.prefix)
  const isForeign = rules.bucket !== null && (cell('bucket') ?? rules.bucket) !== rules.bucket
  const entry = entryOf(isInside ? whole.slice(rules.prefix.length) : whole, rules)
  return entry !== null && (isForeign || !isInside) ? { ...entry, outcome: 'other_bucket' } : entry
}
