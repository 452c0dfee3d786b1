// Parquet, in row groups that are written as soon as they are full: what is held is one group, however large the
// session. The only import of `hyparquet-writer`. Runs in the export's own thread.

import { zstdCompressSync } from 'node:zlib'
import { ByteWriter, ParquetWriter, type ColumnSource, type SchemaElement } from 'hyparquet-writer'
import { sessionId } from '../../domain/session.ts'
import { EVENT_FIELDS, type EventField } from './event-json.ts'
import type { ExportPlan } from './plan.ts'

/** A row group ends at whichever comes first. */
const GROUP_ROWS = 25_000
const GROUP_CHARS = 24_000_000

type ParquetType = Exclude<SchemaElement['type'], undefined>

const leaf = (type: ParquetType, optional: boolean) =>
  ({ type, repetition_type: optional ? 'OPTIONAL' : 'REQUIRED' }) as const
const number = (optional: boolean) => leaf('INT64', optional)
const moment = (optional: boolean) =>
  ({
    ...leaf('INT64', optional),
    converted_type: 'TIMESTAMP_MILLIS',
    logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MILLIS' },
  }) as const
const text = (optional: boolean) =>
  ({ ...leaf('BYTE_ARRAY', optional), converted_type: 'UTF8', logical_type: { type: 'STRING' } }) as const
const flag = leaf('BOOLEAN', false)

/**
 * Our own id is a number, in ascending order. TikTok's are text as everywhere else: readers that have no integers
 * with nulls would make floats of them, which hold 16 of their 19 digits.
 */
const TYPES: Readonly<Record<EventField, Omit<SchemaElement, 'name'>>> = {
  id: number(false),
  sessionId: text(false),
  at: moment(false),
  sourceAt: moment(true),
  kind: text(false),
  method: text(false),
  msgId: text(true),
  userId: text(true),
  handle: text(true),
  nickname: text(true),
  text: text(true),
  amount: number(true),
  total: number(true),
  value: number(true),
  giftId: text(true),
  groupId: text(true),
  final: flag,
  history: flag,
  late: flag,
  data: text(true),
}

const PLAIN: Partial<Record<EventField, string>> = {
  final: 'final',
  history: 'history',
  late: 'late',
  data: `iif(json_valid(data), data, json_quote(data))`,
}

type Cell = string | number | null
type Columns = unknown[][]

// The cells of one row as JSON has them, made what the column's type wants.
const asInteger = (cell: Cell): bigint | null => (cell === null ? null : BigInt(cell))
const asFlag = (cell: Cell): boolean => cell === 1
const asText = (cell: Cell): Cell => cell
const MAKE = EVENT_FIELDS.map(([name]) => {
  const { type } = TYPES[name]
  return type === 'INT64' ? asInteger : type === 'BOOLEAN' ? asFlag : asText
})
/** What row groups may be skipped by; the least and the most of a text say nothing, and cost a comparison each. */
const COMPARED: ReadonlySet<EventField> = new Set([
  'id',
  'at',
  'sourceAt',
  'kind',
  'amount',
  'total',
  'value',
])
const ENCODING: Partial<Record<EventField, ColumnSource['encoding']>> = {
  id: 'DELTA_BINARY_PACKED',
  at: 'DELTA_BINARY_PACKED',
  sourceAt: 'DELTA_BINARY_PACKED',
  // No two are the same, so a dictionary would only be tried.
  msgId: 'PLAIN',
}

export const BODY = `json_group_array(json_array(${EVENT_FIELDS.map(([key, sql]) => PLAIN[key] ?? sql).join(', ')})
ORDER BY id)`
export const ROWS = 1_000

const SCHEMA: SchemaElement[] = [
  { name: 'events', num_children: EVENT_FIELDS.length, repetition_type: 'REQUIRED' },
  ...EVENT_FIELDS.map(([name]) => ({ name, ...TYPES[name] })),
]

const empty = (): Columns => EVENT_FIELDS.map(() => [])

export const parquet = async function* (
  pages: AsyncIterable<string>,
  plan: ExportPlan,
): AsyncGenerator<Uint8Array, void, undefined> {
  const writer = new ByteWriter()
  const file = new ParquetWriter({
    writer,
    schema: SCHEMA,
    codec: 'ZSTD',
    compressors: { ZSTD: (bytes: Uint8Array) => zstdCompressSync(bytes) },
    createdBy: 'roomkeeper',
    kvMetadata: [
      { key: 'roomkeeper.session', value: sessionId(plan.no) },
      { key: 'roomkeeper.handle', value: plan.handle },
      { key: 'roomkeeper.broadcast', value: plan.broadcastId },
    ],
  })
  /** What is written so far; the writer goes on counting from there. */
  const taken = (): Uint8Array => {
    const bytes = writer.getBytes().slice()
    writer.index = 0
    return bytes
  }
  let columns = empty()
  let chars = 0
  const write = (): Uint8Array => {
    // Nothing is awaited: the writer is in memory, so neither call has anything to wait for.
    void file.write({
      columnData: EVENT_FIELDS.map(([name], index) => {
        const encoding = ENCODING[name]
        const statistics = COMPARED.has(name)
        return { name, data: columns[index] ?? [], statistics, ...(encoding !== undefined && { encoding }) }
      }),
      rowGroupSize: GROUP_ROWS,
    })
    columns = empty()
    chars = 0
    return taken()
  }
  for await (const page of pages) {
    const rows = JSON.parse(page) as readonly (readonly Cell[])[]
    for (const row of rows) {
      for (let index = 0; index < MAKE.length; index += 1)
        columns[index]!.push(MAKE[index]!(row[index] ?? null))
    }
    chars += page.length
    if (columns[0]!.length > GROUP_ROWS - ROWS || chars > GROUP_CHARS) yield write()
  }
  if (columns[0]!.length > 0) yield write()
  void file.finish()
  yield taken()
}
