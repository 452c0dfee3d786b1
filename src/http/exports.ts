// A session as a file: what is in it and in which form is decided in `archive/exports/`. Here it becomes an
// answer that is read as fast as the client takes it, and no more of them at once than the server bears.

import * as Effect from 'effect/Effect'
import * as Schema from 'effect/Schema'
import { estimated, estimates } from '../archive/exports/estimate.ts'
import { EXPORT_FORMATS, infoOf, type ExportFormat } from '../archive/exports/formats.ts'
import { planExport, type ExportPlan } from '../archive/exports/plan.ts'
import { EVENT_KINDS, type EventKind } from '../domain/event.ts'
import { json, type Api } from './api.ts'
import { streamOf } from './outflow.ts'
import { words } from './pages.ts'
import { Problem } from './problems.ts'

const RETRY_MS = 2_000

const ExportQuery = Schema.Struct({
  format: Schema.optionalKey(Schema.Literals(EXPORT_FORMATS)).annotate({ description: 'ndjson when absent' }),
  kind: Schema.optionalKey(Schema.String).annotate({
    description: 'only these kinds, commas between; not for chat and reports',
  }),
})

const ExportMenu = Schema.Struct({
  sessionId: Schema.String,
  formats: Schema.Array(
    Schema.Struct({
      format: Schema.Literals(EXPORT_FORMATS),
      content: Schema.Literals(['events', 'chat', 'session']),
      about: Schema.String,
      contentType: Schema.String,
      fileName: Schema.String,
      rows: Schema.Int.annotate({ description: 'events, or messages of the chat, that it is made of' }),
      estimatedBytes: Schema.Int.annotate({ description: 'from a sample; no promise' }),
    }),
  ),
})

const headersOf = (plan: ExportPlan, bytes: number): Readonly<Record<string, string>> => ({
  'content-type': plan.contentType,
  'content-disposition': `attachment; filename="${plan.fileName}"`,
  'x-total-rows': String(plan.totalRows),
  'x-estimated-bytes': String(bytes),
  'x-session-archived': String(plan.archived),
  'x-session-pruned': String(plan.pruned),
  'x-accel-buffering': 'no',
})

const kindsOf = (format: ExportFormat, kind: string | undefined): readonly EventKind[] => {
  if (kind !== undefined && infoOf(format).content !== 'events') {
    throw new Problem('query_invalid', { detail: `Expected no kind with ${format}.`, field: '/kind' })
  }
  return words(EVENT_KINDS, kind, 'kind')
}

const exportRoute = (api: Api): void => {
  let running = 0
  api.route(
    {
      method: 'GET',
      path: '/api/sessions/:session/export',
      id: 'session.export',
      summary: 'The session as a file: its events, its chat as subtitles, or a report',
      tag: 'sessions',
      access: 'session',
      query: ExportQuery,
      answers: {
        200: {
          about: 'the file; its length is not known before it ends, the number of its rows is',
          media: 'application/x-ndjson',
          headers: {
            'x-total-rows': 'events, or messages of the chat, that the file is made of',
            'x-estimated-bytes': 'about how large it will be',
            'content-disposition': 'a file name of letters, digits, `_`, `.` and `-`',
            'x-session-archived': '`false`: the session is still open',
            'x-session-pruned': '`true`: retention removed events',
          },
        },
      },
      problems: ['busy'],
    },
    async ({ c, session, query, head, run }) => {
      const format = query.format ?? 'ndjson'
      const kinds = kindsOf(format, query.kind)
      const prepare = async () => {
        const plan = await run(planExport(session.no, { format, kinds }))
        return { plan, headers: headersOf(plan, await run(estimated(plan))) }
      }
      // A HEAD must not open what nobody will read to its end.
      if (head) return new Response(null, { headers: (await prepare()).headers })
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
      try {
        const { plan, headers } = await prepare()
        const stallMs = api.parts.limits.exportStallMs
        return new Response(streamOf(api.parts.exporter.open(plan), { done, breakOff, stallMs }), { headers })
      } catch (error) {
        done()
        throw error
      }
    },
  )
}

const menuRoute = (api: Api): void =>
  api.route(
    {
      method: 'GET',
      path: '/api/sessions/:session/exports',
      id: 'session.exports',
      summary: 'What it can be exported as, and how large that will be',
      tag: 'sessions',
      access: 'session',
      answers: { 200: { about: 'the formats', schema: ExportMenu } },
    },
    async ({ session, run }) => {
      const plans = await run(
        Effect.all({
          events: planExport(session.no, { format: 'ndjson' }),
          chat: planExport(session.no, { format: 'vtt' }),
          session: planExport(session.no, { format: 'html' }),
        }),
      )
      const formats = await run(estimates(plans))
      return json(200, {
        sessionId: session.id,
        formats: formats.map(({ format, rows, bytes }) => {
          const { content, about, contentType } = infoOf(format)
          const fileName = plans.events.fileName.replace(/ndjson$/, format)
          return { format, content, about, contentType, fileName, rows, estimatedBytes: bytes }
        }),
      })
    },
  )

export const exportRoutes = (api: Api): void => {
  exportRoute(api)
  menuRoute(api)
}
