// Who did what: pages of the audit, newest first, and whether its chain of hashes holds.

import * as Schema from 'effect/Schema'
import { list, verify } from '../db/audit.ts'
import { json, type Api } from './api.ts'
import { cursorOf, given, integer, limitOf, numberOf, PAGE, positionOf, words } from './pages.ts'

const OUTCOMES = ['done', 'noop', 'refused', 'denied', 'failed'] as const

const AuditQuery = Schema.Struct({
  ...PAGE,
  room: Schema.optionalKey(Schema.String).annotate({ description: 'our id of a room' }),
  actor: Schema.optionalKey(Schema.String).annotate({
    description: '`operator`, `owner:<token id>`, `system`, `anonymous`',
  }),
  action: Schema.optionalKey(Schema.String),
  outcome: Schema.optionalKey(Schema.String).annotate({ description: `one of ${OUTCOMES.join(', ')}` }),
  from: integer(0, Number.MAX_SAFE_INTEGER, 'milliseconds UTC, inclusive'),
  to: integer(0, Number.MAX_SAFE_INTEGER, 'milliseconds UTC, exclusive'),
})

const AuditShape = Schema.Struct({
  seq: Schema.Int,
  at: Schema.Int,
  actor: Schema.String,
  ip: Schema.NullOr(Schema.String),
  action: Schema.String,
  roomId: Schema.NullOr(Schema.String),
  target: Schema.NullOr(Schema.String),
  outcome: Schema.Literals(OUTCOMES),
  code: Schema.NullOr(Schema.String),
  detail: Schema.NullOr(Schema.String),
  hash: Schema.String,
})

const audit = { method: 'GET', tag: 'seeing', access: 'operator' } as const

export const auditRoutes = (api: Api): void => {
  api.route(
    {
      ...audit,
      path: '/api/audit',
      id: 'audit.list',
      summary: 'Who did what, newest first',
      query: AuditQuery,
      answers: {
        200: {
          about: 'a page',
          schema: Schema.Struct({ items: Schema.Array(AuditShape), next: Schema.NullOr(Schema.String) }),
        },
      },
      problems: ['cursor_invalid'],
    },
    async ({ query, run }) => {
      const limit = limitOf(query)
      const [outcome] = words(OUTCOMES, query.outcome, 'outcome')
      const filter = given({
        roomId: query.room,
        actor: query.actor,
        action: query.action,
        outcome,
        from: numberOf(query.from),
        to: numberOf(query.to),
        before: numberOf(positionOf(query.cursor, /^[0-9]{1,16}$/) ?? undefined),
      })
      const rows = await run(list({ ...filter, limit: limit + 1 }))
      const items = rows.slice(0, limit)
      return json(200, { items, next: rows.length > limit ? cursorOf(String(items.at(-1)?.seq)) : null })
    },
  )
  api.route(
    {
      ...audit,
      path: '/api/audit/verify',
      id: 'audit.verify',
      summary: 'Walk the whole chain of hashes',
      answers: {
        200: {
          about: 'how many rows there are, and the first that is not what was written',
          schema: Schema.Struct({
            rows: Schema.Int,
            brokenAt: Schema.NullOr(Schema.Int),
            lastHash: Schema.String,
          }),
        },
      },
    },
    async ({ run }) => json(200, await run(verify)),
  )
}
