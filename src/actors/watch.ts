// All looks at all rooms, through one gate: rooms that are watched, that reconnect, that are silent.
// It owns when a look goes out and remembers the last answer; what an answer means for a session
// is decided in `actors/link.ts`, how often a room is due in `actors/schedule.ts`.

import * as Effect from 'effect/Effect'
import type { Fact } from '../domain/facts.ts'
import type { FoundLive } from '../machines/room-events.ts'
import type { Look, TikTok } from '../tiktok/tiktok.ts'
import type { Fork } from './bridge.ts'
import { makeDueHeap } from './due-heap.ts'
import { makeGate } from './gate.ts'
import { type Habits, RAREST, rarity } from './schedule.ts'
import type { Tuning } from './tuning.ts'
import { believe, makeWatched, pause, unknownLook, type Watched } from './watched.ts'

/** What a look needs to know of a room now. */
export interface Target {
  readonly handle: string
  readonly proxyUrl: string | null
  /** The broadcast last known to be on air. */
  readonly broadcastId: string | null
}

export interface LooksOptions {
  readonly tiktok: TikTok['Service']
  readonly fork: Fork
  readonly now: () => number
  readonly monotonicMs: () => number
  readonly random: () => number
  readonly tuning: Pick<Tuning, 'looksAtOnce' | 'looksPerSecond' | 'lookTimeoutMs' | 'staleLiveMs'>
  readonly watchIntervalMs: () => number
  /** Null when the room is gone. */
  readonly target: (roomId: string) => Target | null
  /** Hears `room.looked`, only when the answer is another than before. */
  readonly tell: (fact: Fact) => void
}

export interface Looks {
  /** Looks now and then until the room is live. Interrupting it ends the watching. */
  readonly watch: (roomId: string, urgent: boolean) => Effect.Effect<FoundLive>
  /** One look as soon as the gate lets it through; it never fails, at worst it is unknown. */
  readonly ask: (roomId: string, confirm: boolean) => Effect.Effect<Look>
  readonly last: (roomId: string) => Look | null
  /** Milliseconds until the next look at a watched room, or null. */
  readonly nextInMs: (roomId: string) => number | null
  /** A look was wanted at once and has not been answered. */
  readonly isUrgent: (roomId: string) => boolean
  readonly habits: (roomId: string) => Habits
  readonly learn: (roomId: string, change: (habits: Habits) => Habits) => void
  /** The end of this broadcast was heard: for a while nobody is believed who says that it is live. */
  readonly distrust: (roomId: string, broadcastId: string, forMs?: number) => void
  /** TikTok will not let us in for now: the next look may wait as long as one at a cold room. */
  readonly postpone: (roomId: string) => void
  readonly forget: (roomId: string) => void
  /** No look goes out any more. */
  readonly stop: () => void
}

interface Question {
  readonly room: Watched
  readonly confirm: boolean
  readonly answer: (look: Look) => void
}

/** After so many questions in a row a due room has its turn, so that questions starve nobody. */
const QUESTIONS_IN_A_ROW = 3

export const makeLooks = (options: LooksOptions): Looks => {
  const { tiktok, now, monotonicMs, random, tuning } = options
  const rooms = new Map<string, Watched>()
  const due = makeDueHeap<Watched>()
  const urgent: Watched[] = []
  const questions = new Set<Question>()
  let questionsInARow = 0

  const roomOf = (roomId: string): Watched => {
    const known = rooms.get(roomId) ?? makeWatched(roomId)
    rooms.set(roomId, known)
    return known
  }

  const remember = (room: Watched, look: Look): void => {
    if (rooms.get(room.roomId) !== room) return
    const before = room.last?.answer ?? 'offline'
    room.last = look
    const belief = believe(room, look, monotonicMs())
    const context = { at: now(), random: random(), watchIntervalMs: options.watchIntervalMs() }
    room.dueAt = monotonicMs() + pause(room, belief, context)
    if (room.found !== null) due.put(room, room.dueAt)
    if (look.answer !== before) {
      const { answer, broadcastId, sources } = look
      options.tell({
        name: 'room.looked',
        at: look.at,
        roomId: room.roomId,
        sessionId: null,
        body: { answer, before, broadcastId, sources },
      })
    }
    if (typeof belief === 'object') room.found?.(belief)
  }

  const look = (room: Watched, confirm: boolean): Effect.Effect<Look> =>
    Effect.suspend(() => {
      const target = options.target(room.roomId)
      return target === null
        ? Effect.succeed(unknownLook(now(), 'room_removed'))
        : tiktok.look(target.handle, { confirm, proxyUrl: target.proxyUrl, broadcastId: target.broadcastId })
    }).pipe(
      Effect.timeoutOrElse({
        duration: tuning.lookTimeoutMs,
        orElse: () => Effect.sync(() => unknownLook(now(), 'look_timeout')),
      }),
      Effect.catchDefect(() => Effect.sync(() => unknownLook(now(), 'look_failed'))),
      Effect.tap((seen) => Effect.sync(() => remember(room, seen))),
    )

  const visit = (room: Watched): Effect.Effect<void> => {
    // Until the answer it is not due again; the answer says when it is.
    due.take(room)
    room.looking = true
    const seen = Effect.sync(() => {
      room.looking = false
      room.urgent = false
    })
    return Effect.asVoid(Effect.ensuring(look(room, false), seen))
  }

  const put = (question: Question): Effect.Effect<void> => {
    questions.delete(question)
    return Effect.map(look(question.room, question.confirm), question.answer)
  }

  const gate = makeGate({
    fork: options.fork,
    monotonicMs,
    atOnce: tuning.looksAtOnce,
    perSecond: tuning.looksPerSecond,
    next: () => {
      for (let room = urgent.shift(); room !== undefined; room = urgent.shift()) {
        if (room.found !== null && room.urgent && !room.looking) return visit(room)
      }
      const first = due.first()
      const room = first !== undefined && first.dueAt <= monotonicMs() ? first : null
      const [question] = questions
      if (question !== undefined && (room === null || questionsInARow < QUESTIONS_IN_A_ROW)) {
        questionsInARow += 1
        return put(question)
      }
      questionsInARow = 0
      return room === null ? null : visit(room)
    },
    nextAt: () =>
      urgent.length > 0 || questions.size > 0
        ? monotonicMs()
        : (due.first()?.dueAt ?? Number.POSITIVE_INFINITY),
  })

  return {
    watch: (roomId, isUrgent) =>
      Effect.callback<FoundLive>((resume) => {
        const room = roomOf(roomId)
        const found = (live: FoundLive): void => {
          leave()
          resume(Effect.succeed(live))
        }
        /** Unless somebody else has begun to watch it meanwhile. */
        const leave = (): void => {
          if (room.found !== found) return
          room.found = null
          room.urgent = false
          due.take(room)
        }
        room.found = found
        room.urgent = isUrgent
        if (isUrgent) urgent.push(room)
        // A room never looked at is due now, cold ones spread behind the others; else its last look says when.
        const spread = (rarity(room.habits, now()) - 1) * options.watchIntervalMs() * random()
        const dueAt = Math.max(room.dueAt, monotonicMs() + (room.last === null ? spread : 0))
        if (!room.looking) due.put(room, dueAt)
        gate.pump()
        return Effect.sync(leave)
      }),
    ask: (roomId, confirm) =>
      Effect.callback<Look>((resume) => {
        const question = {
          room: roomOf(roomId),
          confirm,
          answer: (seen: Look) => resume(Effect.succeed(seen)),
        }
        questions.add(question)
        gate.pump()
        return Effect.sync(() => void questions.delete(question))
      }),
    last: (roomId) => rooms.get(roomId)?.last ?? null,
    nextInMs: (roomId) => {
      const room = rooms.get(roomId)
      return room === undefined || room.found === null ? null : Math.max(0, room.dueAt - monotonicMs())
    },
    isUrgent: (roomId) => rooms.get(roomId)?.urgent ?? false,
    habits: (roomId) => rooms.get(roomId)?.habits ?? 0,
    learn: (roomId, change) => {
      const room = roomOf(roomId)
      room.habits = change(room.habits)
    },
    distrust: (roomId, broadcastId, forMs = tuning.staleLiveMs) => {
      roomOf(roomId).stale = { broadcastId, untilMs: monotonicMs() + forMs }
    },
    postpone: (roomId) => {
      const room = roomOf(roomId)
      room.dueAt = Math.max(room.dueAt, monotonicMs() + RAREST * options.watchIntervalMs())
    },
    forget: (roomId) => {
      const room = rooms.get(roomId)
      if (room !== undefined) due.take(room)
      rooms.delete(roomId)
    },
    stop: gate.stop,
  }
}
