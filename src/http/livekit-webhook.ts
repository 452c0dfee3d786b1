// Where LiveKit reports to. Anybody can send there, so what is not signed by LiveKit is one and the same answer,
// and nothing but an audit row becomes of it.

import * as Effect from 'effect/Effect'
import * as Schema from 'effect/Schema'
import type { Received } from '../egress/webhooks.ts'
import { json, type Api } from './api.ts'
import { Denials } from './denials.ts'
import { Problem } from './problems.ts'
import { ipOf } from './request.ts'

/** Below the public address; what starts tell LiveKit. */
export const WEBHOOK_PATH = '/api/livekit/webhook'

const LIMITS = {
  media: 'application/webhook+json',
  maxBytes: 256 * 1024,
  withinMs: 10_000,
  atOnce: 128,
} as const

/** A LiveKit server that others use as well reports their egresses too: a few rows say so. */
const FOREIGN = { perSecond: 0.1, burst: 10 }

const REJECTED: Received = { outcome: 'rejected', flaw: 'issuer_wrong' }

export const livekitWebhookRoutes = (api: Api): void => {
  const { denials, receiveWebhook, complainOf, measured } = api.parts
  const receive = receiveWebhook ?? (() => Effect.succeed(REJECTED))
  const foreign = new Denials(measured.deps.run, FOREIGN)
  api.route(
    {
      method: 'POST',
      path: WEBHOOK_PATH,
      id: 'livekit.webhook',
      summary: 'What LiveKit reports',
      about:
        'Signed by LiveKit with the API key: HS256 over a token with `exp` and the SHA-256 of the body. An event is ' +
        'stored by its id before it is answered; one that came before, is about nothing of ours or is not known ' +
        'changes nothing and is answered 200 as well.',
      tag: 'server',
      access: 'public',
      raw: LIMITS,
      answers: {
        200: {
          about: 'it was taken in',
          schema: Schema.Struct({ outcome: Schema.Literals(['applied', 'replayed', 'ignored']) }),
        },
      },
      problems: ['webhook_rejected'],
    },
    async ({ c, bytes, run }) => {
      const received = await run(receive(bytes, c.req.header('authorization')))
      const complain = complainOf('livekit.webhook')
      const note = { actor: 'anonymous', ip: ipOf(c), action: 'livekit.webhook', target: null } as const
      if (received.outcome === 'rejected') {
        const { flaw } = received
        await denials.note({ ...note, outcome: 'denied', code: 'webhook_rejected', detail: flaw }, complain)
        throw new Problem('webhook_rejected')
      }
      if (received.outcome === 'ignored' && received.foreign) {
        await foreign.note({ ...note, outcome: 'refused', code: 'egress_unknown' }, complain)
      }
      return json(200, { outcome: received.outcome })
    },
  )
}
