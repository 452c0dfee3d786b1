// The status stream: every fact as it becomes durable, resumable by its number. A room's owner is sent the
// facts of that room; numbers that are missing there belong to others, and a heartbeat says how far the stream
// has come, so that resuming never looks through the facts of others again.

import * as Schema from 'effect/Schema'
import type { Api } from './api.ts'
import { json } from './api.ts'
import { resumeFrom } from './resume.ts'
import { replay, type History } from './replay.ts'
import { factEntry } from './fact-feeds.ts'
import { newest, oldest, page } from '../db/journal.ts'
import { mayRoom } from './request.ts'
import { Problem } from './problems.ts'
import { TICKET_MS } from './tickets.ts'

const StreamQuery = Schema.Struct({
  after: Schema.optionalKey(Schema.String).annotate({
    description: 'the last fact that was received, when the header Last-Event-ID cannot be sent',
  }),
  room: Schema.optionalKey(Schema.String).annotate({ description: 'only the facts of this room' }),
  ticket: Schema.optionalKey(Schema.String).annotate({ description: 'from POST /api/stream/ticket' }),
})

const Ticket = Schema.Struct({
  ticket: Schema.String,
  expiresAt: Schema.Int.annotate({ description: 'milliseconds UTC; it opens one stream' }),
})

const ABOUT = `Server-sent events. A fact is a message without an event name: \`id\` is its number in the journal, \`data\`
one line of JSON. Other messages have names: \`ready\` (from where on, when nothing was resumed), \`gap\` {from, to}
(facts that are no longer kept), \`reset\` (the id to resume from does not exist yet: start anew), \`slow_consumer\`,
\`auth_expired\`, \`shutdown\` (the stream ends). Resume with \`Last-Event-ID\` or \`after\`; ids only grow.`

export const streamRoutes = (api: Api): void => {
  const feeds = api.parts.facts
  const historyOf = (roomId: string | null): History => ({
    head: async () => Math.max(feeds.head, await api.run(newest)),
    oldest: async () => (await api.run(oldest)) ?? feeds.head + 1,
    page: async (after, limit) => (await api.run(page({ after, limit, roomId }))).map(factEntry),
    id: (seq) => seq,
  })

  api.route(
    {
      method: 'GET',
      path: '/api/stream',
      id: 'stream.follow',
      summary: 'Every fact as it happens, resumable',
      about: ABOUT,
      tag: 'seeing',
      access: 'any',
      ticket: true,
      query: StreamQuery,
      answers: { 200: { about: 'the stream', media: 'text/event-stream' } },
      problems: ['last_event_id_invalid', 'room_unknown', 'streams_full', 'leaving', 'stream_pipelined'],
    },
    async ({ c, identity, query }) => {
      const after = resumeFrom(c.req.header('last-event-id') ?? query.after)
      const asked = query.room === undefined ? null : api.parts.findRoom(query.room)
      const allowed = query.room === undefined || (asked !== null && mayRoom(identity, asked.id))
      if (!allowed) throw new Problem('room_unknown')
      const roomId = asked?.id ?? identity.roomId
      await feeds.start()
      return api.parts.streams.open(c, identity, async (client) => {
        const { feed, release } = feeds.acquire(roomId)
        client.onEnd(release)
        await replay(client, feed, historyOf(roomId), after)
      })
    },
  )

  api.route(
    {
      method: 'POST',
      path: '/api/stream/ticket',
      id: 'stream.ticket',
      summary: 'A ticket that opens one stream, for a browser that cannot send a header there',
      tag: 'seeing',
      access: 'any',
      harmless: true,
      answers: { 201: { about: `the ticket, good for ${TICKET_MS / 1000} s and once`, schema: Ticket } },
    },
    ({ identity }) => json(201, api.parts.tickets.issue(identity)),
  )
}
