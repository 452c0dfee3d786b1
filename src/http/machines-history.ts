// What one actor did: lately from its ring, with events, guards, actions and what changed; before that from the
// journal, which has its states. And what it does now, as a stream.

import * as Schema from 'effect/Schema'
import { FAILED, type ActorTrace, type Traced } from '../actors/trace.ts'
import { states } from '../db/journal-states.ts'
import type { FactName, JournalEntry } from '../domain/facts.ts'
import { json, type Api } from './api.ts'
import { Feed, type Entry } from './feed.ts'
import { Feeds } from './feeds.ts'
import type { MachineGraph } from './machines-graph.ts'
import type { ActorSeen, Known } from './machines-known.ts'
import { labelOf } from './machines-layout.ts'
import { changesView, FieldChange } from './machines-trying.ts'
import { cursorOf, limitOf, PAGE, positionOf } from './pages.ts'
import { replay, type History } from './replay.ts'
import { resumeFrom } from './resume.ts'
import { message } from './sse.ts'

const HistoryEntry = Schema.Struct({
  seq: Schema.NullOr(Schema.Int).annotate({
    description: 'its number in this actor’s life; null: from the journal',
  }),
  at: Schema.Int,
  lastAt: Schema.Int,
  count: Schema.Int.annotate({ description: 'how often in a row the same was heard and led nowhere' }),
  event: Schema.NullOr(Schema.String).annotate({
    description:
      'as pictures call it; `start` and `actor.failed` are of the actor itself; null: only the journal knows it',
  }),
  kind: Schema.Literals(['event', 'after', 'always', 'done', 'error', 'start', 'failed', 'fact']),
  from: Schema.NullOr(Schema.String),
  to: Schema.String,
  transitions: Schema.Array(Schema.Int).annotate({ description: 'taken, by their numbers in the machine' }),
  actions: Schema.Array(Schema.String),
  changes: Schema.Array(FieldChange),
  payload: Schema.NullOr(Schema.Record(Schema.String, Schema.Unknown)),
})

const HistoryShape = Schema.Struct({
  actor: Schema.String,
  machine: Schema.String,
  state: Schema.String,
  context: Schema.NullOr(Schema.Record(Schema.String, Schema.Unknown)).annotate({
    description: 'what it remembers now, as far as it may be seen',
  }),
  newest: Schema.Int.annotate({ description: 'from where its stream goes on' }),
  items: Schema.Array(HistoryEntry).annotate({ description: 'newest first' }),
  next: Schema.NullOr(Schema.String).annotate({ description: '`cursor` for what is older' }),
})

const LiveQuery = Schema.Struct({
  after: Schema.optionalKey(Schema.String).annotate({ description: 'the last number that was received' }),
  ticket: Schema.optionalKey(Schema.String).annotate({ description: 'from POST /api/stream/ticket' }),
})

const ABOUT = `Server-sent events: \`id\` is the entry’s number, \`data\` the entry as in the history. What is heard again
and leads nowhere takes a new number and counts up. \`archived\` ends the stream of an actor that is gone. The rest is as
in \`/api/stream\`; numbers begin anew with the process, which \`reset\` says.`

const kindOf = ({ event, ways }: Traced, graph: MachineGraph) => {
  if (event === FAILED) return { kind: 'failed' as const, event }
  if (event === 'xstate.init') return { kind: 'start' as const, event: 'start' }
  const first = graph.transitions[ways[0] ?? -1]
  if (first !== undefined) return { kind: first.kind, event: labelOf(first) }
  return { kind: 'event' as const, event: event.replace(/^xstate\./, '') }
}

const entryView = (entry: Traced, graph: MachineGraph) => ({
  seq: entry.seq,
  at: entry.at,
  lastAt: entry.lastAt,
  count: entry.count,
  ...kindOf(entry, graph),
  from: entry.from === '' ? null : entry.from,
  to: entry.to,
  transitions: entry.ways,
  actions: entry.actions,
  changes: changesView(entry.changes),
  payload: entry.payload,
})

const factView = ({ at, body: { from, to, ...rest } }: JournalEntry) => ({
  seq: null,
  at,
  lastAt: at,
  count: 1,
  event: null,
  kind: 'fact' as const,
  from: typeof from === 'string' ? from : null,
  to: String(to),
  transitions: [],
  actions: [],
  changes: [],
  payload: rest,
})

const FACTS: Readonly<Record<string, FactName>> = {
  room: 'room.state_changed',
  outbound: 'outbound.state_changed',
  egress: 'egress.state_changed',
}

/** The moment and the fact before which a page of the journal ends. */
const POSITION = /^([0-9]{1,16})\.([0-9]{1,16})$/
const START = '.9007199254740991'
/** How long after its removal a room's streams are ended. */
const GONE_MS = 1_000

export const historyRoutes = (api: Api, known: Known): void => {
  const { rounds, streams } = api.parts

  const older = async (actor: ActorSeen, position: string, limit: number) => {
    const [, until = '0', before = '0'] = POSITION.exec(position) ?? []
    const facts = await api.run(
      states({
        roomId: actor.roomId,
        name: FACTS[actor.machine] ?? 'room.state_changed',
        platform: actor.id.split(':')[2] ?? null,
        until: Number(until),
        before: Number(before),
        limit,
      }),
    )
    const last = facts.at(-1)
    const next = last === undefined || facts.length < limit ? null : cursorOf(`${until}.${last.seq}`)
    return { items: facts.map(factView), next }
  }

  const lately = (actor: ActorSeen, trace: ActorTrace | null) => {
    const { graph } = known.definition(actor.machine)
    const entries = trace?.entries() ?? []
    const first = entries[0]
    // What the ring begins with is also the newest that the journal may have before it.
    const next = cursorOf(`${first === undefined ? Date.now() : first.at - 1}${START}`)
    return { items: entries.toReversed().map((entry) => entryView(entry, graph)), next }
  }

  api.route(
    {
      method: 'GET',
      path: '/api/machines/:actor/history',
      id: 'machines.history',
      summary: 'What an actor did: events, ways, actions and what changed; older states from the journal',
      tag: 'seeing',
      access: 'any',
      query: Schema.Struct(PAGE),
      answers: { 200: { about: 'a page of it, newest first', schema: HistoryShape } },
      problems: ['not_found', 'cursor_invalid'],
    },
    async ({ c, identity, query }) => {
      const position = positionOf(query.cursor, POSITION)
      const actor = known.actor(identity, c.req.param('actor') ?? '')
      const trace = known.trace(actor.id)
      const page = position === null ? lately(actor, trace) : await older(actor, position, limitOf(query))
      const { id, machine, state } = actor
      return json(200, {
        actor: id,
        machine,
        state,
        context: trace?.context() ?? null,
        newest: trace?.newest() ?? 0,
        ...page,
      })
    },
  )

  const feeds = new Feeds<ActorTrace>()
  const open = new Map<Feed, string>()
  const entryOf = (entry: Traced, graph: MachineGraph): Entry => ({
    seq: entry.seq,
    bytes: message(JSON.stringify(entryView(entry, graph)), entry.seq),
  })
  const listen = ({ roomId, machine }: ActorSeen, trace: ActorTrace) => {
    const { graph } = known.definition(machine)
    const feed = new Feed()
    feed.floor = trace.newest()
    open.set(feed, roomId)
    const unfollow = trace.follow((entry) => {
      feed.append(entryOf(entry, graph))
      rounds.changed(feed)
    })
    const stop = (): void => {
      unfollow()
      open.delete(feed)
    }
    return { feed, stop }
  }
  const historyOf = (trace: ActorTrace, graph: MachineGraph): History => ({
    head: () => Promise.resolve(trace.newest()),
    oldest: () => Promise.resolve(trace.forgotten() + 1),
    page: (after, limit) =>
      Promise.resolve(
        trace
          .entries()
          .filter(({ seq }) => seq > after)
          .slice(0, limit)
          .map((entry) => entryOf(entry, graph)),
      ),
    id: (seq) => seq,
  })

  api.route(
    {
      method: 'GET',
      path: '/api/machines/:actor/live',
      id: 'machines.live',
      summary: 'What an actor does, as it does it, resumable',
      about: ABOUT,
      tag: 'seeing',
      access: 'any',
      ticket: true,
      query: LiveQuery,
      answers: { 200: { about: 'the stream', media: 'text/event-stream' } },
      problems: ['not_found', 'last_event_id_invalid', 'streams_full', 'leaving', 'stream_pipelined', 'busy'],
    },
    ({ c, identity, query }) => {
      const after = resumeFrom(c.req.header('last-event-id') ?? query.after)
      const actor = known.actor(identity, c.req.param('actor') ?? '')
      const trace = known.trace(actor.id)
      const { graph } = known.definition(actor.machine)
      if (trace === null) throw new Error('an actor is seen that has no history')
      return streams.open(c, identity, async (client) => {
        const { feed, release } = feeds.acquire(trace, () => listen(actor, trace))
        client.onEnd(release)
        await replay(client, feed, historyOf(trace, graph), after)
      })
    },
  )

  // A room is gone only after its last fact was told.
  const endGone = (): void => {
    for (const [feed, roomId] of open) {
      if (api.parts.rooms.row(roomId) !== null || feed.entries().at(-1)?.last === true) continue
      feed.append({ seq: Number.MAX_SAFE_INTEGER, last: true, bytes: message('{}', null, 'archived') })
      rounds.changed(feed)
    }
  }
  api.parts.hears(({ name }) => {
    if (open.size > 0 && (name === 'room.removed' || name === 'room.merged')) {
      setTimeout(endGone, GONE_MS).unref()
    }
  })
}
