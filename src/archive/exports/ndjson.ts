// NDJSON: one event a line, nothing else; the lossless form. The lines are built in SQLite.

import { EVENT_JSON, safeJson } from './event-json.ts'

export const BODY = `group_concat(${EVENT_JSON}, char(10) ORDER BY id)`
export const ROWS = 1_000

export const ndjson = async function* (
  pages: AsyncIterable<string>,
): AsyncGenerator<Uint8Array, void, undefined> {
  const encoder = new TextEncoder()
  for await (const page of pages) yield encoder.encode(`${safeJson(page)}\n`)
}
