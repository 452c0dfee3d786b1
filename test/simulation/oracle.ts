// Judges a schedule by what is on the simulated disk and by what the stand-ins know to be true. It shares nothing
// with the product: the reasons, the states and the ways between them are written out here.

import type { House } from './house.ts'

const REASONS = [
  'stream_end',
  'stream_suspended',
  'heartbeat_offline',
  'disconnected',
  'manual_stop',
  'manual_end_session',
  'room_offline',
  'connect_failed',
  'broadcast_changed',
  'monitor_disabled',
  'shutdown',
  'process_crash',
  'actor_failed',
]

/** Where a room may go from each state, as the documents say. */
export const WAYS: Readonly<Record<string, readonly string[]>> = {
  off: ['watching', 'cooldown'],
  watching: ['connecting', 'cooldown', 'off'],
  connecting: [
    'live.receiving',
    'live.paused',
    'live.reconnecting',
    'draining',
    'watching',
    'cooldown',
    'off',
  ],
  'live.receiving': ['live.paused', 'live.reconnecting', 'draining'],
  'live.paused': ['live.receiving', 'live.reconnecting', 'draining'],
  'live.reconnecting': ['live.receiving', 'live.paused', 'draining'],
  draining: ['archiving.writing'],
  'archiving.writing': ['archiving.waiting', 'cooldown', 'watching', 'off', 'quarantined'],
  'archiving.waiting': ['archiving.writing'],
  cooldown: ['watching', 'off'],
  quarantined: ['watching', 'cooldown', 'off'],
}

/** Where an actor may begin, the first time or after it failed. */
const BEGINNINGS = ['live.reconnecting', 'archiving.writing', 'watching', 'off', 'cooldown', 'quarantined']

interface SessionRow {
  readonly no: number
  readonly room_id: string
  readonly handle: string
  readonly broadcast_id: string
  readonly opened_at: number
  readonly archived_at: number | null
  readonly end_reason: string | null
  readonly ending_reason: string | null
  readonly secondary_json: string | null
  readonly epoch: number
}

export const sessionsOf = (house: House): readonly SessionRow[] =>
  house.disk.read('SELECT * FROM sessions ORDER BY no') as unknown as readonly SessionRow[]

const fail = (invariant: string, message: string): never => {
  throw new Error(`${invariant}: ${message}`)
}

/** S1, S8, S13: each session archived once, with a reason of the closed set, by exactly one attempt. */
const checkSessions = (house: House, sessions: readonly SessionRow[], atRest: boolean): void => {
  for (const session of sessions) {
    if (session.archived_at === null) {
      if (atRest) fail('S1', `session ${session.no} was never archived`)
      continue
    }
    if (!REASONS.includes(session.end_reason ?? ''))
      fail('S8', `${session.no} ended as ${session.end_reason}`)
    const attempts = house.disk.read(
      'SELECT outcome, trigger, started_at FROM archive_attempts WHERE session_no = ?',
      [session.no],
    )
    const done = attempts.filter(({ outcome }) => outcome === 'done')
    if (done.length !== 1) fail('S13', `session ${session.no} has ${done.length} attempts that are done`)
    if (done[0]?.['trigger'] !== session.end_reason)
      fail('S13', `session ${session.no}: another trigger is done`)
    const noops = attempts.filter(({ outcome }) => outcome === 'noop')
    const noted = (JSON.parse(session.secondary_json ?? '[]') as unknown[]).length
    if (noops.length < noted) fail('S13', `session ${session.no} lacks attempts of secondary triggers`)
  }
}

/** S2: a message is in the session of the broadcast that its connection was made for, or nowhere. */
const checkTags = (house: House, rows: readonly SessionRow[]): void => {
  if (house.disk.homeless > 0) fail('S2', `${house.disk.homeless} frames came for a session without a row`)
  const sessions = new Map(rows.map((session) => [session.no, session]))
  for (const event of house.disk.events) {
    const truth = house.tiktok.dialled[event.connection]
    const session = sessions.get(event.sessionNo)
    if (truth === undefined || session === undefined) return fail('S2', 'an event of nobody')
    if (session.broadcast_id !== truth.broadcastId || session.handle !== truth.handle) {
      fail('S2', `an event of broadcast ${truth.broadcastId} is in session ${session.no}`)
    }
  }
}

/** S9, S10: sessions of a room follow each other, and a manual stop is followed by a rest. */
const checkOrder = (house: House, sessions: readonly SessionRow[]): void => {
  const spans = [...house.disk.spans.values()].toSorted((a, b) => a.openedMs - b.openedMs)
  for (const [index, span] of spans.entries()) {
    const before = spans[index - 1]
    if (before === undefined || before.roomId !== span.roomId) continue
    if (before.archivedMs === null || before.archivedMs > span.openedMs) fail('S10', 'two sessions at once')
    const session = sessions.find(({ no }) => no === before.no)
    const archivedMs = before.archivedMs ?? 0
    const rested = span.openedMs - archivedMs
    const forced = house.disk.forcedMs.some((ms) => ms >= before.openedMs && ms <= span.openedMs)
    if (session?.end_reason === 'manual_stop' && !forced && rested < house.manualCooldownMs) {
      fail('S9', `session ${span.no} began ${rested} ms after a manual stop`)
    }
  }
}

/** S11: what was told of the states is a way through the graph, each actor's from its beginning. */
const checkStates = (house: House): void => {
  let current: string | null = null
  for (const { name, body } of house.disk.facts) {
    if (name !== 'room.state_changed') continue
    const from = body['from'] as string | null
    const to = String(body['to'])
    if (from === null) {
      if (!BEGINNINGS.includes(to)) fail('S11', `an actor began in ${to}`)
    } else {
      const ways = WAYS[from] ?? fail('S11', `there is no state ${from}`)
      if (!ways.includes(to)) fail('S11', `${from} does not lead to ${to}`)
      // A quiet beginning is not told, so the chain may start anew only in a quiet state.
      const restarted = ['off', 'watching', 'cooldown', 'quarantined'].includes(from)
      if (current !== from && !restarted)
        fail('S11', `${to} was entered from ${from}, but the room was in ${current}`)
    }
    current = to
  }
}

/** S7: the first trigger that was heard is the reason; one that was never heard is a crash's or a leaving's. */
const checkReasons = (house: House, sessions: readonly SessionRow[]): void => {
  for (const session of sessions) {
    if (session.end_reason === null) continue
    const id = `s${session.no}`
    const heard = house.disk.facts.filter(
      ({ name, sessionId, body }) =>
        sessionId === id && name === 'room.state_changed' && body['reason'] !== undefined,
    )
    const first = heard[0]?.body['reason']
    const intended = house.disk.facts.find(
      ({ name, sessionId }) => sessionId === id && name === 'session.ending',
    )?.body['reason']
    // What was heard is the reason unless the process, or the room's actor, went before it was on disk.
    const died = house.boots > 1 ? [intended, 'process_crash', 'shutdown'] : []
    const allowed = [first, ...died, ...(house.restarts > 0 ? [intended, 'actor_failed'] : [])]
    if (first !== undefined && !allowed.includes(session.end_reason)) {
      fail('S7', `session ${session.no} ended as ${session.end_reason}, but first heard ${String(first)}`)
    }
    const fallbacks = ['process_crash', 'shutdown']
    if (house.boots === 1 && fallbacks.includes(session.end_reason)) {
      fail('S7', `session ${session.no} ended as ${session.end_reason} in the process that opened it`)
    }
  }
}

/** What was not received is a gap, never a silence: there is one between any two connections of a session. */
const checkGaps = (house: House, sessions: readonly SessionRow[], atRest: boolean): void => {
  for (const { no } of sessions) {
    const opened = house.disk.facts.filter(
      ({ name, sessionId }) => name === 'connection.opened' && sessionId === `s${no}`,
    ).length
    if (opened < 2) continue
    const gaps = house.disk.read('SELECT from_at, to_at FROM session_gaps WHERE session_no = ?', [no])
    // Facts need no answer, rows of gaps do: while the disk does not answer they wait. A kill takes them along.
    const isComplete = atRest && house.boots === 1
    if (isComplete && gaps.length < opened - 1)
      fail('gaps', `session ${no}: ${opened} connections, ${gaps.length} gaps`)
    for (const { from_at: from, to_at: to } of gaps) {
      if (to !== null && Number(to) < Number(from))
        fail('gaps', `a gap of session ${no} ends before it begins`)
    }
  }
}

/** At every moment. */
export const judge = (house: House, atRest = false): void => {
  const sessions = sessionsOf(house)
  checkSessions(house, sessions, atRest)
  checkTags(house, sessions)
  checkOrder(house, sessions)
  checkStates(house)
  checkReasons(house, sessions)
  checkGaps(house, sessions, atRest)
}

/** After everything has healed. */
export const judgeAtRest = (house: House): void => {
  judge(house, true)
  if (house.tiktok.sockets.some(({ open }) => open)) fail('leak', 'a socket is open that nobody owns')
}
