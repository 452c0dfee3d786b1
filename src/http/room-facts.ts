// What happened to a room, newest first: its part of the journal, page by page. What happens from now on is the
// stream's (`stream.ts`); what happened in one session, with gaps and pauses, is the session's timeline.

import * as Schema from 'effect/Schema'
import { recent } from '../db/journal.ts'
import { FACTS } from '../domain/facts.ts'
import { json, type Api } from './api.ts'
import { cursorOf, limitOf, PAGE, positionOf } from './pages.ts'

const FactShape = Schema.Struct({
  seq: Schema.Int.annotate({ description: 'its number in the journal, which is its id in the stream' }),
  at: Schema.Int,
  name: Schema.Literals(FACTS),
  roomId: Schema.NullOr(Schema.String),
  sessionId: Schema.NullOr(Schema.String),
  body: Schema.Record(Schema.String, Schema.Unknown),
})

export const roomFactRoutes = (api: Api): void => {
  api.route(
    {
      method: 'GET',
      path: '/api/rooms/:room/facts',
      id: 'room.facts',
      summary: 'What happened to it, newest first',
      about: 'Facts older than the retention of the journal are gone.',
      tag: 'rooms',
      access: 'room',
      query: Schema.Struct(PAGE),
      answers: {
        200: {
          about: 'a page',
          schema: Schema.Struct({ items: Schema.Array(FactShape), next: Schema.NullOr(Schema.String) }),
        },
      },
      problems: ['cursor_invalid'],
    },
    async ({ room, query, run }) => {
      const limit = limitOf(query)
      const before = positionOf(query.cursor, /^[0-9]{1,16}$/)
      const page = { before: before === null ? null : Number(before), limit: limit + 1 }
      const rows = await run(recent(room.id, page))
      const items = rows.slice(0, limit)
      return json(200, { items, next: rows.length > limit ? cursorOf(String(items.at(-1)?.seq)) : null })
    },
  )
}
