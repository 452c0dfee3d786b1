// Outgoing webhooks over HTTP: who is sent which facts, how it goes, and what became of what was refused. Sending is
// `actors/webhook-courier.ts`; what LiveKit reports to us is `livekit-webhook.ts`.

import * as Redacted from 'effect/Redacted'
import type { WithSecret } from '../actors/webhooks.ts'
import { DELIVERY_FAILURES } from '../domain/webhook.ts'
import { json, type Api } from './api.ts'
import { cursorOf, limitOf, PAGE, positionOf } from './pages.ts'
import { Problem } from './problems.ts'
import * as Schema from 'effect/Schema'
import {
  LetterPage,
  letterView,
  NewWebhookBody,
  Redelivering,
  Redelivery,
  TestReport,
  WebhookList,
  WebhookPatch,
  WebhookShape,
  webhookView,
  WebhookWithSecret,
} from './webhook-shapes.ts'

const all = { tag: 'webhooks', access: 'operator', path: '/api/webhooks' } as const
const one = { ...all, path: '/api/webhooks/:webhook', problems: ['webhook_unknown'] } as const
const started = { ...all, method: 'POST', idempotent: true, problems: ['webhook_unknown'] } as const

const withSecret = ({ webhook, secret }: WithSecret) => ({
  ...webhookView(webhook),
  secret: Redacted.value(secret),
})

export const webhookRoutes = (api: Api): void => {
  const { webhooks, findRoom } = api.parts

  /** By id or handle, as ids. */
  const roomIds = (rooms: readonly string[] | null): readonly string[] | null =>
    rooms?.map((text, index) => {
      const room = findRoom(text)
      if (room === null)
        throw new Problem('invalid', { field: `/rooms/${index}`, detail: 'Expected a room.' })
      return room.id
    }) ?? null

  api.route(
    {
      ...all,
      method: 'GET',
      id: 'webhooks.list',
      summary: 'Who is sent facts, and how it goes',
      answers: { 200: { about: 'all of them', schema: WebhookList } },
    },
    async ({ run }) => json(200, { items: (await run(webhooks.list)).map(webhookView), next: null }),
  )
  api.route(
    {
      ...all,
      method: 'POST',
      idempotent: true,
      id: 'webhook.add',
      summary: 'Send facts to an address from now on',
      about:
        'Each fact is one POST after Standard Webhooks, signed with the secret that is answered here and never ' +
        'again, in the order of the journal and one at a time. What is not taken is sent again for days.',
      body: NewWebhookBody,
      answers: { 201: { about: 'the webhook and its secret', schema: WebhookWithSecret } },
      problems: ['conflict'],
    },
    async ({ body, caller, run }) => {
      const { url, facts, rooms = null, name = null } = body
      const added = await run(webhooks.add({ url, facts, name, rooms: roomIds(rooms) }, caller))
      return json(201, withSecret(added), { location: `/api/webhooks/${added.webhook.id}` })
    },
  )
  api.route(
    {
      ...one,
      method: 'GET',
      id: 'webhook.get',
      summary: 'One webhook as it is now',
      answers: { 200: { about: 'the webhook', schema: WebhookShape } },
    },
    async ({ c, run }) => {
      const found = await run(webhooks.find(c.req.param('webhook') ?? ''))
      if (found === null) throw new Problem('webhook_unknown')
      return json(200, webhookView(found))
    },
  )
  api.route(
    {
      ...one,
      method: 'PATCH',
      id: 'webhook.change',
      summary: 'Its name, address, facts or rooms; off, and on again',
      body: WebhookPatch,
      answers: { 200: { about: 'the webhook as it is now', schema: WebhookShape } },
    },
    async ({ c, body: { rooms, ...rest }, caller, run }) => {
      const change = { ...rest, ...(rooms !== undefined && { rooms: roomIds(rooms) }) }
      return json(200, webhookView(await run(webhooks.change(c.req.param('webhook') ?? '', change, caller))))
    },
  )
  api.route(
    {
      ...one,
      method: 'DELETE',
      id: 'webhook.remove',
      summary: 'Send nothing there any more, and forget its secret',
      answers: { 204: { about: 'it is gone' } },
    },
    async ({ c, caller, run }) => {
      await run(webhooks.remove(c.req.param('webhook') ?? '', caller))
      return new Response(null, { status: 204 })
    },
  )
  api.route(
    {
      ...started,
      path: '/api/webhooks/:webhook/rotate',
      id: 'webhook.rotate',
      summary: 'A new secret; for a day the old one signs beside it',
      answers: { 200: { about: 'the webhook and its new secret', schema: WebhookWithSecret } },
    },
    async ({ c, caller, run }) =>
      json(200, withSecret(await run(webhooks.rotate(c.req.param('webhook') ?? '', caller)))),
  )
  api.route(
    {
      ...started,
      path: '/api/webhooks/:webhook/test',
      id: 'webhook.test',
      summary: 'Send one message now, and say what became of it',
      about: 'A `webhook.test`, once, in whatever state the webhook is. It counts as no delivery.',
      answers: { 200: { about: 'what happened', schema: TestReport } },
    },
    async ({ c, caller, run }) => {
      const { messageId, delivery, tookMs } = await run(webhooks.test(c.req.param('webhook') ?? '', caller))
      const code = delivery.ok ? null : delivery.code
      const says = code === null ? null : DELIVERY_FAILURES[code]
      return json(200, { delivered: delivery.ok, messageId, status: delivery.status, code, says, tookMs })
    },
  )
  api.route(
    {
      ...one,
      method: 'GET',
      path: '/api/webhooks/:webhook/letters',
      id: 'webhook.letters',
      summary: 'Messages that were put aside, oldest first',
      query: Schema.Struct(PAGE),
      answers: { 200: { about: 'a page', schema: LetterPage } },
      problems: ['webhook_unknown', 'cursor_invalid'],
    },
    async ({ c, query, run }) => {
      const limit = limitOf(query)
      const after = Number(positionOf(query.cursor, /^[0-9]{1,16}$/) ?? 0)
      const rows = await run(webhooks.letters(c.req.param('webhook') ?? '', after, limit + 1))
      const items = rows.slice(0, limit).map(letterView)
      return json(200, { items, next: rows.length > limit ? cursorOf(String(items.at(-1)?.seq)) : null })
    },
  )
  api.route(
    {
      ...started,
      path: '/api/webhooks/:webhook/redeliver',
      id: 'webhook.redeliver',
      summary: 'Send what was put aside once more',
      about:
        'Before what waits, and so out of the order of the journal. Asked of a webhook that is off it happens when it is on.',
      body: Redelivery,
      answers: { 202: { about: 'how many are sent', schema: Redelivering } },
    },
    async ({ c, body: { seqs = null }, caller, run }) =>
      json(202, {
        redelivering: await run(webhooks.redeliver(c.req.param('webhook') ?? '', seqs, caller)),
      }),
  )
}
