// The formats an export can have: their names, which are the ends of their file names, and what they are made
// of. How each is written is decided where it is written, in the export's own thread.

/** What goes into a file: every event, the chat alone, or the session as a whole. */
export type Content = 'events' | 'chat' | 'session'

export interface FormatInfo {
  readonly contentType: string
  readonly content: Content
  /** In the words of a menu's second line. */
  readonly about: string
}

const NDJSON = 'application/x-ndjson'
const GZIP = 'application/gzip'
const ZSTD = 'application/zstd'

export const FORMATS = {
  ndjson: { contentType: NDJSON, content: 'events', about: 'one JSON object a line; lossless' },
  'ndjson.gz': { contentType: GZIP, content: 'events', about: 'the same, with gzip' },
  'ndjson.zst': { contentType: ZSTD, content: 'events', about: 'the same, with zstd' },
  csv: {
    contentType: 'text/csv; charset=utf-8; header=present',
    content: 'events',
    about: 'for spreadsheets; nothing in it runs as a formula',
  },
  'csv.gz': { contentType: GZIP, content: 'events', about: 'the same, with gzip' },
  'csv.zst': { contentType: ZSTD, content: 'events', about: 'the same, with zstd' },
  parquet: {
    contentType: 'application/vnd.apache.parquet',
    content: 'events',
    about: 'typed columns for DuckDB, pandas and the like',
  },
  ass: {
    contentType: 'text/x-ssa; charset=utf-8',
    content: 'chat',
    about: 'the chat as subtitles, each line in a place of its own',
  },
  srt: {
    contentType: 'application/x-subrip; charset=utf-8',
    content: 'chat',
    about: 'the chat as subtitles for any player',
  },
  vtt: {
    contentType: 'text/vtt; charset=utf-8',
    content: 'chat',
    about: 'the chat as subtitles for browsers',
  },
  html: {
    contentType: 'text/html; charset=utf-8',
    content: 'session',
    about: 'a report with charts, in one file',
  },
} as const satisfies Readonly<Record<string, FormatInfo>>

export type ExportFormat = keyof typeof FORMATS
export const EXPORT_FORMATS = Object.keys(FORMATS) as [ExportFormat, ...ExportFormat[]]

export const infoOf = (format: ExportFormat): FormatInfo => FORMATS[format]
