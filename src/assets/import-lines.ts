// Cuts the entries of an import out of its body while it arrives: a list in JSON, JSON by the line, or CSV with a
// header or as S3 inventories have it. Bounded in every direction; what an entry means is `domain/asset-import.ts`.

import { entryOf, inventoryOf, type ImportKey, type ImportRules } from '../domain/asset-import.ts'
import { CommandRefused } from '../domain/errors.ts'
import type { Bytes } from './store.ts'

export const IMPORT_FORMATS = ['json', 'ndjson', 'csv'] as const
export type ImportFormat = (typeof IMPORT_FORMATS)[number]

export const IMPORT_LIMITS = { keys: 1_000_000, listBytes: 16 * 1_048_576, lineChars: 16_384 } as const

const invalid = (message: string): CommandRefused => new CommandRefused({ code: 'invalid', message })

async function* texts(body: Bytes): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  const decode = (piece?: Uint8Array): string => {
    try {
      return piece === undefined ? decoder.decode() : decoder.decode(piece, { stream: true })
    } catch {
      throw invalid('The body is not UTF-8.')
    }
  }
  for await (const piece of body) yield decode(piece)
  yield decode()
}

/** Records of RFC 4180, with any line end; a quote only means something where a cell begins. */
async function* records(body: Bytes): AsyncGenerator<readonly string[]> {
  let cells: string[] = []
  let cell = ''
  let state: 'start' | 'plain' | 'quoted' | 'quote' = 'start'
  let size = 0
  for await (const text of texts(body)) {
    for (const char of text) {
      if ((size += 1) > IMPORT_LIMITS.lineChars) throw invalid('A line is too long.')
      if (state === 'quoted') {
        if (char === '"') state = 'quote'
        else cell += char
      } else if (state === 'quote' && char === '"') {
        cell += char
        state = 'quoted'
      } else if (char === ',') {
        cells.push(cell)
        cell = ''
        state = 'start'
      } else if (char === '\n') {
        if (cells.length > 0 || cell !== '') yield [...cells, cell]
        cells = []
        cell = ''
        state = 'start'
        size = 0
      } else if (char === '"' && state === 'start') state = 'quoted'
      else if (char !== '\r') {
        cell += char
        state = 'plain'
      }
    }
  }
  if (state === 'quoted') throw invalid('A quote is not closed.')
  if (cells.length > 0 || cell !== '') yield [...cells, cell]
}

const plain = (name: string): string =>
  name
    .replace(/^\uFEFF/, '')
    .trim()
    .toLowerCase()

/** With a header that names a key, cells are as they are; without one, it is an inventory, or one key a line. */
async function* csv(body: Bytes, rules: ImportRules, columns: readonly string[] | null) {
  let header: readonly string[] | null = null
  let isFirst = true
  for await (const cells of records(body)) {
    const names = cells.map(plain)
    if (isFirst && (names.includes('key') || names.includes('s3_key'))) header = names
    else if (header !== null) {
      const pairs = header.map((name, index) => [name, cells[index] ?? ''] as const)
      yield entryOf(Object.fromEntries(pairs), rules)
    } else if (columns === null && cells.length === 1) yield entryOf(cells[0], rules)
    else {
      const entry = inventoryOf(cells, columns ?? ['bucket', 'key'], rules)
      if (entry !== undefined) yield entry
    }
    isFirst = false
  }
}

const parsed = (text: string, where: string): unknown => {
  try {
    return JSON.parse(text) as unknown
  } catch {
    throw invalid(`${where} is not JSON.`)
  }
}

async function* ndjson(body: Bytes, rules: ImportRules) {
  let rest = ''
  for await (const text of texts(body)) {
    const lines = (rest + text).split('\n')
    rest = lines.pop() ?? ''
    if (rest.length > IMPORT_LIMITS.lineChars) throw invalid('A line is too long.')
    for (const line of lines) if (line.trim() !== '') yield entryOf(parsed(line, 'A line'), rules)
  }
  if (rest.trim() !== '') yield entryOf(parsed(rest, 'The last line'), rules)
}

const LISTS = ['keys', 'assets', 'items', 'resources'] as const

const listIn = (value: unknown): readonly unknown[] | null => {
  if (Array.isArray(value)) return value as readonly unknown[]
  if (typeof value !== 'object' || value === null) return null
  const fields: Readonly<Record<string, unknown>> = { ...value }
  const found = LISTS.map((name) => fields[name]).find(Array.isArray)
  return found === undefined ? null : (found as readonly unknown[])
}

async function* json(body: Bytes, rules: ImportRules) {
  let text = ''
  for await (const piece of texts(body)) {
    text += piece
    if (text.length > IMPORT_LIMITS.listBytes)
      throw invalid('A list in JSON has up to 16 MiB; send longer ones by the line.')
  }
  const list = listIn(parsed(text, 'The body'))
  if (list === null) throw invalid(`Expected a list, or an object with one in ${LISTS.join(', ')}.`)
  for (const value of list) yield entryOf(value, rules)
}

/** All entries in order. Throws `CommandRefused` for what cannot be read, and whatever the body throws. */
export async function* entries(
  body: Bytes,
  format: ImportFormat,
  rules: ImportRules,
  columns: readonly string[] | null,
): AsyncGenerator<ImportKey> {
  const found =
    format === 'json'
      ? json(body, rules)
      : format === 'ndjson'
        ? ndjson(body, rules)
        : csv(body, rules, columns)
  let count = 0
  for await (const entry of found) {
    count += 1
    if (entry === null) throw invalid(`Entry ${count} has no key.`)
    if (count > IMPORT_LIMITS.keys) throw invalid(`An import has up to ${IMPORT_LIMITS.keys} keys.`)
    yield entry
  }
}
