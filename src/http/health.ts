// Is it alive, is it ready, how is it doing: answers for those who watch the server, without a token and
// without a name of anybody in them. None of these touches the database.

import * as Schema from 'effect/Schema'
import { json, type Api } from './api.ts'
import { prometheus } from './metrics.ts'

const server = { method: 'GET', tag: 'server', access: 'public' } as const

export const healthRoutes = (api: Api): void => {
  const { measured, notReady } = api.parts
  api.route(
    {
      ...server,
      path: '/healthz',
      id: 'server.alive',
      summary: 'The process answers',
      answers: { 200: { about: 'it does', schema: Schema.Struct({ ok: Schema.Boolean }) } },
    },
    () => json(200, { ok: true }),
  )
  const Ready = Schema.Struct({ ready: Schema.Boolean, reasons: Schema.Array(Schema.String) })
  api.route(
    {
      ...server,
      path: '/readyz',
      id: 'server.ready',
      summary: 'It can do its work now, or why not',
      answers: {
        200: { about: 'ready', schema: Ready },
        503: { about: 'not ready, with the reasons', schema: Ready },
      },
    },
    () => {
      const reasons = notReady()
      return json(reasons.length === 0 ? 200 : 503, { ready: reasons.length === 0, reasons })
    },
  )
  api.route(
    {
      ...server,
      path: '/metrics',
      id: 'server.metrics',
      summary: 'Numbers, as Prometheus reads them',
      answers: { 200: { about: 'text format 0.0.4', media: 'text/plain' } },
    },
    () =>
      new Response(prometheus(measured), {
        headers: { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' },
      }),
  )
}
