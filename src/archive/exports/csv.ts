// CSV after RFC 4180: UTF-8, a header row, CRLF, one event a line. Made for spreadsheets: what would run as a
// formula is escaped, and what would break a line or turn its direction becomes a space. NDJSON is lossless.

import { stringify } from 'csv-stringify/sync'
import { EVENT_FIELDS } from './event-json.ts'
import type { Format } from './format.ts'

// A flag is a word and `data` is JSON text here; the rest is the same SQL as in JSON.
const flag = (column: string) => `iif(${column}, 'true', 'false')`
const CELLS: Readonly<Record<string, string>> = {
  final: flag('final'),
  history: flag('history'),
  late: flag('late'),
  data: 'data',
}
const COLUMNS = EVENT_FIELDS.map(([key, sql]) => [key, CELLS[key] ?? sql] as const)
// The moment in words goes beside the number: spreadsheets do not read milliseconds.
const AT = COLUMNS.findIndex(([key]) => key === 'at')
const HEADER = [
  ...COLUMNS.slice(0, AT + 1).map(([key]) => key),
  'time',
  ...COLUMNS.slice(AT + 1).map(([key]) => key),
]

// Controls (with every line break), direction overrides and isolates, and the byte order mark.
const BREAKING = /[\p{Cc}\u2028-\u202E\u2066-\u2069\uFEFF]+/gu
// A spreadsheet may skip blanks before it looks for a formula; the library looks at the first character only.
const BLANK_FORMULA = /^\s+(?=[=+\-@\uFF1D\uFF0B\uFF0D\uFF20])/

type Cell = string | number | null

const cell = (value: Cell): Cell =>
  typeof value === 'string' ? value.replace(BREAKING, ' ').replace(BLANK_FORMULA, '') : value

const record = (cells: readonly Cell[]): readonly Cell[] => [
  ...cells.slice(0, AT + 1),
  new Date(Number(cells[AT])).toISOString(),
  ...cells.slice(AT + 1).map(cell),
]

const lines = (records: readonly (readonly Cell[])[]): string =>
  stringify([...records], { escape_formulas: true, record_delimiter: '\r\n' })

export const csv: Format = {
  contentType: 'text/csv; charset=utf-8; header=present',
  extension: '.csv',
  // Each cell is looked at on the main thread, so a page is small enough not to be felt there.
  pageRows: 400,
  body: `json_group_array(json_array(${COLUMNS.map(([, sql]) => sql).join(', ')}) ORDER BY id)`,
  head: lines([HEADER]),
  page: (body) => {
    const records = typeof body === 'string' ? (JSON.parse(body) as readonly (readonly Cell[])[]) : []
    return records.length === 0 ? '' : lines(records.map(record))
  },
}
