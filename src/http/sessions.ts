// Sessions over HTTP: lists, one in full, and what it says in numbers and in order. Its events are in
// `session-events.ts`, their stream in `session-live.ts`, its exports in `exports.ts`.

import * as Effect from 'effect/Effect'
import * as Schema from 'effect/Schema'
import { SessionStats, sessionStats } from '../archive/stats.ts'
import { EVER } from '../archive/stretch.ts'
import { sessionTimeline, Timeline } from '../archive/timeline.ts'
import type { SessionRow } from '../db/session-row.ts'
import { attempts, fragments, gaps, list, pauses } from '../db/sessions.ts'
import { END_REASONS } from '../domain/reasons.ts'
import { sessionId } from '../domain/session.ts'
import { json, type Api } from './api.ts'
import { cursorOf, given, integer, limitOf, numberOf, PAGE, positionOf, words } from './pages.ts'
import { Problem } from './problems.ts'
import { mayRoom, type Identity } from './request.ts'
import { SessionPage, sessionView, SessionWhole } from './session-shapes.ts'

const SessionsQuery = Schema.Struct({
  ...PAGE,
  room: Schema.optionalKey(Schema.String).annotate({ description: "a room's id or handle" }),
  broadcastId: Schema.optionalKey(Schema.String.check(Schema.isPattern(/^[0-9]{1,20}$/))),
  reason: Schema.optionalKey(Schema.String).annotate({
    description: `one or more of ${END_REASONS.join(', ')}; commas between`,
  }),
  open: Schema.optionalKey(Schema.Literals(['true', 'false'])).annotate({
    description: 'true: only what is not archived yet; false: only what is',
  }),
  merged: Schema.optionalKey(Schema.Literals(['true', 'false'])).annotate({
    description: 'true: also those that are now part or a double of another',
  }),
  from: integer(0, Number.MAX_SAFE_INTEGER, 'opened at or after, milliseconds UTC'),
  to: integer(0, Number.MAX_SAFE_INTEGER, 'opened before, milliseconds UTC'),
})

const StatsQuery = Schema.Struct({
  top: integer(1, 100, 'places of a leaderboard; 10 when absent'),
  from: integer(0, Number.MAX_SAFE_INTEGER, 'arrived at or after, milliseconds UTC'),
  to: integer(0, Number.MAX_SAFE_INTEGER, 'arrived before, milliseconds UTC'),
})

const statsOptions = ({ top, from, to }: typeof StatsQuery.Type) => ({
  ...(top === undefined ? {} : { top: Number(top) }),
  ...(from === undefined && to === undefined
    ? {}
    : { stretch: { fromAt: numberOf(from) ?? EVER.fromAt, toAt: numberOf(to) ?? EVER.toAt } }),
})

const numbered = <A extends { readonly sessionNo: number }>({ sessionNo, ...rest }: A) => ({
  sessionId: sessionId(sessionNo),
  ...rest,
})

const whole = (row: SessionRow) =>
  Effect.map(
    Effect.all(
      { gaps: gaps(row.no), pauses: pauses(row.no), attempts: attempts(row.no) },
      { concurrency: 3 },
    ),
    (found) => ({
      ending: row.ending,
      secondary: row.secondary,
      report: row.report,
      snapshot: row.snapshot,
      gaps: found.gaps.map(numbered),
      pauses: found.pauses.map(numbered),
      attempts: found.attempts.map(numbered),
    }),
  )

const one = { method: 'GET', tag: 'sessions', access: 'session' } as const

export const sessionRoutes = (api: Api): void => {
  const { findRoom, recorder } = api.parts
  /** Sessions with what was merged into them. */
  const views = (rows: readonly SessionRow[]) =>
    Effect.map(fragments(rows.map(({ no }) => no)), (found) => {
      const parts = Map.groupBy(found, ({ mergedInto }) => mergedInto)
      return rows.map((row) => sessionView(row, recorder.counters(row.no), parts.get(row.no) ?? []))
    })
  /** The one room whose sessions may be listed, or undefined for all. */
  const scopeOf = (identity: Identity, asked: string | undefined): string | undefined => {
    if (asked === undefined) return identity.roomId ?? undefined
    const room = findRoom(asked)
    if (room === null || !mayRoom(identity, room.id)) throw new Problem('room_unknown')
    return room.id
  }

  api.route(
    {
      method: 'GET',
      path: '/api/sessions',
      id: 'sessions.list',
      summary: 'Sessions, newest first',
      tag: 'sessions',
      access: 'any',
      query: SessionsQuery,
      answers: { 200: { about: 'a page', schema: SessionPage } },
      problems: ['cursor_invalid', 'room_unknown'],
    },
    async ({ identity, query, run }) => {
      const limit = limitOf(query)
      const before = positionOf(query.cursor, /^[0-9]{1,12}$/)
      const filter = given({
        roomId: scopeOf(identity, query.room),
        broadcastId: query.broadcastId,
        reasons: query.reason === undefined ? undefined : words(END_REASONS, query.reason, 'reason'),
        open: query.open === undefined ? undefined : query.open === 'true',
        merged: query.merged === 'true',
        from: numberOf(query.from),
        to: numberOf(query.to),
        before: before === null ? null : Number(before),
      })
      const rows = await run(list({ ...filter, limit: limit + 1 }))
      const items = await run(views(rows.slice(0, limit)))
      return json(200, { items, next: rows.length > limit ? cursorOf(String(rows[limit - 1]?.no)) : null })
    },
  )

  api.route(
    {
      ...one,
      path: '/api/sessions/:session',
      id: 'session.get',
      summary: 'One session in full: its report, gaps, pauses and archive attempts',
      answers: { 200: { about: 'the session', schema: SessionWhole } },
    },
    async ({ session, run }) => {
      const [view] = await run(views([session]))
      return json(200, { ...view, ...(await run(whole(session))) })
    },
  )

  api.route(
    {
      ...one,
      path: '/api/sessions/:session/stats',
      id: 'session.stats',
      summary: 'Totals, minutes, leaderboards and gifts',
      about:
        'With `from` or `to`, minutes, ranks and gifts are those of that time; totals are always the whole.',
      query: StatsQuery,
      answers: { 200: { about: 'the numbers', schema: SessionStats } },
    },
    async ({ session, query, run }) => json(200, await run(sessionStats(session.no, statsOptions(query)))),
  )

  api.route(
    {
      ...one,
      path: '/api/sessions/:session/timeline',
      id: 'session.timeline',
      summary: 'What happened, in order: facts, gaps, pauses, archive attempts',
      answers: { 200: { about: 'the timeline', schema: Timeline } },
    },
    async ({ session, run }) => json(200, await run(sessionTimeline(session.no))),
  )
}
