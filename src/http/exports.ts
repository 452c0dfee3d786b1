// A session as a file: what is in it and in which form is decided in `archive/exports/`. Here it becomes an
// answer that is read as fast as the client takes it, and no more of them at once than the reader bears.

import * as Schema from 'effect/Schema'
import { EXPORT_FORMATS, exportSession, type SessionExport } from '../archive/exports/session.ts'
import { EVENT_KINDS } from '../domain/event.ts'
import type { Api } from './api.ts'
import { streamOf } from './outflow.ts'
import { words } from './pages.ts'
import { Problem } from './problems.ts'

const RETRY_MS = 2_000

const ExportQuery = Schema.Struct({
  format: Schema.optionalKey(Schema.Literals(EXPORT_FORMATS)).annotate({ description: 'ndjson when absent' }),
  kind: Schema.optionalKey(Schema.String).annotate({ description: 'only these kinds, commas between' }),
})

const headersOf = (file: SessionExport): Readonly<Record<string, string>> => ({
  'content-type': file.contentType,
  'content-disposition': `attachment; filename="${file.fileName}"`,
  'x-total-rows': String(file.totalRows),
  'x-session-archived': String(file.archived),
  'x-session-pruned': String(file.pruned),
  'x-accel-buffering': 'no',
})

export const exportRoutes = (api: Api): void => {
  let running = 0
  api.route(
    {
      method: 'GET',
      path: '/api/sessions/:session/export',
      id: 'session.export',
      summary: 'All its events as a file',
      tag: 'sessions',
      access: 'session',
      query: ExportQuery,
      answers: {
        200: {
          about: 'the file; its length is not known before it ends, the number of its rows is',
          media: 'application/x-ndjson',
          headers: {
            'x-total-rows': 'events in the file',
            'content-disposition': 'a file name of letters, digits, `_`, `.` and `-`',
            'x-session-archived': '`false`: the session is still open',
            'x-session-pruned': '`true`: retention removed events',
          },
        },
      },
      problems: ['busy'],
    },
    async ({ c, session, query, head, run }) => {
      const kinds = words(EVENT_KINDS, query.kind, 'kind')
      const file = await run(exportSession(session.no, { format: query.format ?? 'ndjson', kinds }))
      // A HEAD must not open what nobody will read to its end.
      if (head) return new Response(null, { headers: headersOf(file) })
      if (running >= api.parts.limits.exports) throw new Problem('busy', { retryAfterMs: RETRY_MS })
      running += 1
      let counted = true
      const done = (): void => {
        if (counted) running -= 1
        counted = false
      }
      const breakOff = (error: unknown): void => {
        if (!(error instanceof Problem)) api.parts.complainOf('session.export')(error)
        c.env?.outgoing?.destroy()
      }
      return new Response(
        streamOf(file.stream, { done, breakOff, stallMs: api.parts.limits.exportStallMs }),
        { headers: headersOf(file) },
      )
    },
  )
}
