// The events of one session while it records, as they become durable: a stream that is resumed by an event's
// id and ends when the session is archived. It reads what the recorder says; it decides nothing about sessions.

import * as Schema from 'effect/Schema'
import { page } from '../db/events.ts'
import { find } from '../db/sessions.ts'
import type { SessionRow } from '../db/session-row.ts'
import type { JournalEntry } from '../domain/facts.ts'
import { sessionId, sessionNo } from '../domain/session.ts'
import type { Api } from './api.ts'
import { Feed, type Entry } from './feed.ts'
import { Feeds } from './feeds.ts'
import { replay, type History } from './replay.ts'
import { resumeFrom } from './resume.ts'
import { eventView } from './session-shapes.ts'
import { message } from './sse.ts'

const LiveQuery = Schema.Struct({
  after: Schema.optionalKey(Schema.String).annotate({
    description: 'the id of the last event that was received; 0 for all of them; from now on when absent',
  }),
  ticket: Schema.optionalKey(Schema.String).annotate({ description: 'from POST /api/stream/ticket' }),
})

const ABOUT = `Server-sent events: \`id\` is the event's id, \`data\` the event as in pages and exports. \`archived\` ends the
stream of a session that is over. The rest is as in \`/api/stream\`.`

/** Places in a session's stream are counted from its first possible event id. */
const baseOf = (no: number): number => no * 2 ** 26

const ID = /^\{"id":"([0-9]+)"/

const entryOf = (no: number, line: string): Entry => {
  const id = ID.exec(line)?.[1] ?? '0'
  return { seq: Number(id) - baseOf(no), bytes: message(line, id) }
}

/** After every event there can be. */
const END = Number.MAX_SAFE_INTEGER

const finish = (feed: Feed, no: number, reason: unknown): void => {
  if (feed.entries().at(-1)?.last === true) return
  const data = JSON.stringify({ sessionId: sessionId(no), reason })
  feed.append({ seq: END, last: true, bytes: message(data, null, 'archived') })
}

export interface SessionLive {
  readonly hear: (fact: JournalEntry) => void
}

export const sessionLiveRoutes = (api: Api): SessionLive => {
  const { recorder, rounds, streams, run } = api.parts
  const feeds = new Feeds<number>()

  const listen = (no: number) => {
    const feed = new Feed()
    const stop = recorder.follow(no, (lines) => {
      for (const line of lines) feed.append(entryOf(no, line))
      rounds.changed(feed)
    })
    return { feed, stop }
  }

  const historyOf = (row: SessionRow): History => {
    const first = baseOf(row.no)
    const last = row.counters.lastSeq
    return {
      head: async () => {
        const { events } = await run(page({ sessionNo: row.no, order: 'desc', limit: 1 }))
        return events[0] === undefined ? last : Number(events[0].id) - first
      },
      oldest: () => Promise.resolve(row.prunedAt === null ? 0 : last + 1),
      page: async (after, limit) => {
        const { events } = await run(page({ sessionNo: row.no, after: String(first + after), limit }))
        return events.map((event) => entryOf(row.no, JSON.stringify(eventView(event))))
      },
      id: (seq) => String(first + seq),
    }
  }

  api.route(
    {
      method: 'GET',
      path: '/api/sessions/:session/live',
      id: 'session.live',
      summary: 'Its events while it records, resumable',
      about: ABOUT,
      tag: 'sessions',
      access: 'session',
      ticket: true,
      query: LiveQuery,
      answers: { 200: { about: 'the stream', media: 'text/event-stream' } },
      problems: ['last_event_id_invalid', 'streams_full', 'leaving', 'stream_pipelined'],
    },
    ({ c, identity, session, query }) => {
      const id = resumeFrom(c.req.header('last-event-id') ?? query.after)
      const after = id === null ? null : Math.max(0, id - baseOf(session.no))
      return streams.open(c, identity, async (client) => {
        const { feed, release } = feeds.acquire(session.no, () => listen(session.no))
        client.onEnd(release)
        // The writer thread listens from its next commit on; what was handed over before is on disk after this.
        if (session.archivedAt === null) await run(recorder.flush(session.no))
        const row = (await run(find(session.no))) ?? session
        if (row.archivedAt !== null) finish(feed, row.no, row.endReason)
        await replay(client, feed, historyOf(row), after)
      })
    },
  )

  return {
    hear: ({ name, sessionId: id, body }) => {
      if (name !== 'session.archived' || id === null) return
      const no = sessionNo(id)
      const feed = no === null ? undefined : feeds.get(no)
      if (no === null || feed === undefined) return
      finish(feed, no, body['reason'] ?? null)
      rounds.changed(feed)
    },
  }
}
