// NDJSON: one event a line, nothing else; the lossless form. The lines are built in SQLite.

import { EVENT_JSON, safeJson } from './event-json.ts'
import type { Format } from './format.ts'

export const ndjson: Format = {
  contentType: 'application/x-ndjson',
  extension: '.ndjson',
  pageRows: 1_000,
  body: `group_concat(${EVENT_JSON}, char(10) ORDER BY id)`,
  head: '',
  page: (body) => (typeof body === 'string' ? `${safeJson(body)}\n` : ''),
}
