// The events of a session, page by page, and the bytes of one of them as they came.

import * as Schema from 'effect/Schema'
import { payloadOf as messageOf } from '../archive/payload.ts'
import { find as findEvent, page, payloadOf } from '../db/events.ts'
import { find as findSession } from '../db/sessions.ts'
import { EVENT_KINDS } from '../domain/event.ts'
import { sessionNo } from '../domain/session.ts'
import { json, type Api } from './api.ts'
import { cursorOf, given, integer, limitOf, numberOf, PAGE, positionOf, words } from './pages.ts'
import { Problem } from './problems.ts'
import { EventPage, eventView } from './session-shapes.ts'

const EVENT_ID = /^[0-9]{1,19}$/
const ID = Schema.String.check(Schema.isPattern(EVENT_ID, { description: 'a decimal number' }))

const EventsQuery = Schema.Struct({
  ...PAGE,
  kind: Schema.optionalKey(Schema.String).annotate({
    description: `some of ${EVENT_KINDS.join(', ')}, commas between`,
  }),
  user: Schema.optionalKey(ID).annotate({ description: "a user's id" }),
  q: Schema.optionalKey(Schema.String.check(Schema.isMinLength(1), Schema.isMaxLength(100))).annotate({
    description: 'part of the text',
  }),
  after: Schema.optionalKey(ID).annotate({ description: 'events with a higher id' }),
  before: Schema.optionalKey(ID).annotate({ description: 'events with a lower id' }),
  from: integer(0, Number.MAX_SAFE_INTEGER, 'arrived at or after, milliseconds UTC'),
  to: integer(0, Number.MAX_SAFE_INTEGER, 'arrived before, milliseconds UTC'),
  order: Schema.optionalKey(Schema.Literals(['asc', 'desc'])).annotate({
    description: 'oldest first when absent',
  }),
})

const BYTES = {
  'content-type': 'application/octet-stream',
  'content-security-policy': "default-src 'none'; sandbox",
} as const

export const sessionEventRoutes = (api: Api): void => {
  api.route(
    {
      method: 'GET',
      path: '/api/sessions/:session/events',
      id: 'session.events',
      summary: 'Its events, in the order in which they were received',
      about: 'A page can be empty and still have a `next`: looking for something rare stops now and then.',
      tag: 'sessions',
      access: 'session',
      query: EventsQuery,
      answers: { 200: { about: 'a page', schema: EventPage } },
      problems: ['cursor_invalid'],
    },
    async ({ session, query, run }) => {
      const position = positionOf(query.cursor, EVENT_ID) ?? undefined
      const isDescending = query.order === 'desc'
      const kinds = words(EVENT_KINDS, query.kind, 'kind')
      const bounds = given({
        after: isDescending ? query.after : (position ?? query.after),
        before: isDescending ? (position ?? query.before) : query.before,
        kinds: kinds.length === 0 ? undefined : kinds,
        userId: query.user,
        text: query.q,
        fromAt: numberOf(query.from),
        toAt: numberOf(query.to),
        order: query.order,
      })
      const { events, next } = await run(page({ sessionNo: session.no, limit: limitOf(query), ...bounds }))
      return json(200, { items: events.map(eventView), next: next === null ? null : cursorOf(next) })
    },
  )

  api.route(
    {
      method: 'GET',
      path: '/api/sessions/:session/events/:event/payload',
      id: 'session.payload',
      summary: 'The bytes of one message as TikTok sent them',
      tag: 'sessions',
      access: 'session',
      answers: {
        200: {
          about: 'the payload of the message, byte for byte',
          media: 'application/octet-stream',
          headers: { 'x-message-method': 'the wire name of the message' },
        },
      },
      problems: ['event_unknown'],
    },
    async ({ c, session, run }) => {
      const id = c.req.param('event') ?? ''
      const event = EVENT_ID.test(id) ? await run(findEvent(id)) : null
      const no = event === null ? null : sessionNo(event.sessionId)
      const owner = no === null || no === session.no ? no : ((await run(findSession(no)))?.mergedInto ?? null)
      if (event === null || owner !== session.no) throw new Problem('event_unknown')
      const frame = await run(payloadOf(id))
      const bytes = frame === null ? null : messageOf(api.parts.decoder, frame, frame.idx)
      if (bytes === null) throw new Problem('event_unknown', { detail: 'Its bytes are not kept any more.' })
      return new Response(Uint8Array.from(bytes), {
        headers: { ...BYTES, 'x-message-method': wordOf(event.method) },
      })
    },
  )
}

/** A header holds printable ASCII; a method of TikTok's that is something else is only in the event. */
const wordOf = (method: string): string => method.replaceAll(/[^\x20-\x7e]/g, '?').slice(0, 100)
