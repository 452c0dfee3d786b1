// CSV after RFC 4180: UTF-8, a header row, CRLF, one event a line. Made for spreadsheets: what would run as a
// formula is escaped, and what would break a line or turn its direction becomes a space. NDJSON is lossless.

import { stringify } from 'csv-stringify/sync'
import { EVENT_FIELDS } from './event-json.ts'

const flag = (column: string) => `iif(${column}, 'true', 'false')`
/** What is another cell than it is in JSON. */
const CELLS: Readonly<Record<string, string>> = {
  final: flag('final'),
  history: flag('history'),
  late: flag('late'),
  data: 'data',
}
// The moment in words stands beside the number: spreadsheets do not read milliseconds.
const TIME = ['time', `strftime('%Y-%m-%dT%H:%M:%fZ', at / 1000.0, 'unixepoch')`] as const
const COLUMNS = EVENT_FIELDS.flatMap(([key, sql]) => {
  const column = [key, CELLS[key] ?? sql] as const
  return key === 'at' ? [column, TIME] : [column]
})
/** Columns with text from outside; the others cannot hold anything that breaks. */
const FOREIGN = ['method', 'handle', 'nickname', 'text', 'data'].map((name) =>
  COLUMNS.findIndex(([key]) => key === name),
)

// Controls (with every line break), direction overrides and isolates, and the byte order mark.
const BREAKING = /[\p{Cc}\u2028-\u202E\u2066-\u2069\uFEFF]+/gu
// A spreadsheet may skip blanks before it looks for a formula; the library looks at the first character only.
const BLANK_FORMULA = /^\s+(?=[=+\-@\uFF1D\uFF0B\uFF0D\uFF20])/

type Cells = (string | number | null)[]

const clean = (cells: Cells): Cells => {
  for (const index of FOREIGN) {
    const cell = cells[index]
    if (typeof cell === 'string') cells[index] = cell.replace(BREAKING, ' ').replace(BLANK_FORMULA, '')
  }
  return cells
}

const lines = (records: readonly Cells[]): string =>
  stringify(records as Cells[], { escape_formulas: true, record_delimiter: '\r\n' })

export const BODY = `json_group_array(json_array(${COLUMNS.map(([, sql]) => sql).join(', ')}) ORDER BY id)`
export const ROWS = 1_000

export const csv = async function* (
  pages: AsyncIterable<string>,
): AsyncGenerator<Uint8Array, void, undefined> {
  const encoder = new TextEncoder()
  yield encoder.encode(lines([COLUMNS.map(([key]) => key)]))
  for await (const page of pages) {
    const records = JSON.parse(page) as readonly Cells[]
    if (records.length > 0) yield encoder.encode(lines(records.map(clean)))
  }
}
