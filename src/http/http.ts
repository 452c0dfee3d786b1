// The HTTP application: its parts, its routes, and what every request and answer goes through. It listens to
// nothing; `server.ts` does.

import { Hono } from 'hono'
import { Api } from './api.ts'
import { OPERATOR } from './auth.ts'
import { assetImportRoutes } from './asset-imports.ts'
import { assetSweepRoutes } from './asset-sweeps.ts'
import { assetPartRoutes } from './assets-parts.ts'
import { assetReadRoutes } from './assets-read.ts'
import { assetUploadRoutes } from './assets-upload.ts'
import { assetRoutes } from './assets.ts'
import { auditRoutes } from './audit.ts'
import { consoleRoutes } from './console.ts'
import type { Operation } from './contract.ts'
import type { HttpDeps } from './deps.ts'
import { destinationRoutes } from './destinations.ts'
import { exportRoutes } from './exports.ts'
import { dress, guard, originHeaders, PREFLIGHT_HEADERS } from './guard.ts'
import { healthRoutes } from './health.ts'
import { liveRoutes } from './live.ts'
import { loginRoutes, signInPath } from './login.ts'
import { ingressRoutes } from './ingress.ts'
import { livekitWebhookRoutes } from './livekit-webhook.ts'
import { machineRoutes } from './machines.ts'
import { maintenanceRoutes } from './maintenance.ts'
import { methodsAt } from './methods.ts'
import { openapi } from './openapi.ts'
import { makeParts } from './parts.ts'
import { Problem } from './problems.ts'
import type { RequestEnv } from './request.ts'
import { rateRoutes } from './rates.ts'
import { roomRoutes } from './rooms.ts'
import { roomFactRoutes } from './room-facts.ts'
import { roomAddingRoutes } from './rooms-adding.ts'
import { sessionEventRoutes } from './session-events.ts'
import { sessionLiveRoutes } from './session-live.ts'
import { sessionRoutes } from './sessions.ts'
import { settingsRoutes } from './settings.ts'
import { streamRoutes } from './stream.ts'
import { systemRoutes } from './system.ts'
import { tokenRoutes } from './tokens.ts'
import { webhookRoutes } from './webhooks.ts'

export interface Http {
  readonly app: Hono<RequestEnv>
  /** Every route, as it is described. */
  readonly operations: readonly Operation[]
  /** How many event streams are open. */
  readonly streams: () => number
  /** The path of a page that signs a browser in as the operator, once, within minutes. */
  readonly signInPath: () => string
  /** Tells every stream that the server leaves, and ends it; no further one is opened. */
  readonly leave: () => void
  /** Leaves, and lets go of the journal and of every timer. */
  readonly stop: () => void
}

const documentRoute = (api: Api): void => {
  let document: string | null = null
  api.route(
    {
      method: 'GET',
      path: '/openapi.json',
      id: 'server.document',
      summary: 'This document',
      tag: 'server',
      access: 'public',
      answers: { 200: { about: 'OpenAPI 3.1', media: 'application/json' } },
    },
    () => {
      document ??= JSON.stringify(openapi(api.operations, api.parts.version))
      return new Response(document, { headers: { 'content-type': 'application/json' } })
    },
  )
}

/** Around every route: plain paths in, headers for browsers out, and an answer where there is no route. */
const surround = (app: Hono<RequestEnv>, api: Api): void => {
  const { origins } = api.parts
  app.use('*', async (c, next) => {
    await next()
    dress(c.res, originHeaders(c.req.header('origin'), origins))
  })
  app.use('*', guard())
  app.onError((error) => api.answerTo(error, 'unrouted'))
  app.notFound((c) => {
    const methods = methodsAt(api.operations, c.req.path)
    if (methods.length === 0) return api.answerTo(new Problem('not_found'), 'unrouted')
    const allow = methods.join(', ')
    if (c.req.method !== 'OPTIONS') {
      return api.answerTo(new Problem('method_not_allowed', { headers: { allow } }), 'unrouted')
    }
    const allowed = origins.has(c.req.header('origin') ?? '')
    return new Response(null, { status: 204, headers: { allow, ...(allowed ? PREFLIGHT_HEADERS : {}) } })
  })
}

export const makeHttp = (deps: HttpDeps): Http => {
  const app = new Hono<RequestEnv>()
  const parts = makeParts(deps)
  const api = new Api(app, parts)
  surround(app, api)
  for (const routes of [
    roomRoutes,
    roomAddingRoutes,
    roomFactRoutes,
    tokenRoutes,
    destinationRoutes,
    liveRoutes,
    sessionRoutes,
    sessionEventRoutes,
    exportRoutes,
    assetRoutes,
    assetUploadRoutes,
    assetPartRoutes,
    assetReadRoutes,
    assetImportRoutes,
    assetSweepRoutes,
    webhookRoutes,
    settingsRoutes,
    maintenanceRoutes,
    machineRoutes,
    auditRoutes,
    streamRoutes,
    rateRoutes,
    systemRoutes,
    loginRoutes,
    ingressRoutes,
    livekitWebhookRoutes,
    healthRoutes,
    consoleRoutes,
    documentRoute,
  ]) {
    routes(api)
  }
  parts.hears(sessionLiveRoutes(api).hear)
  return {
    app,
    operations: api.operations,
    streams: () => parts.streams.size,
    signInPath: () => signInPath(parts.links.issue(OPERATOR).ticket),
    leave: () => parts.streams.leave(),
    stop: () => {
      parts.streams.leave()
      parts.stop()
    },
  }
}
