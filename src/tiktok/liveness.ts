// Is a handle on air? Up to three pages are asked and become one answer: live, offline or unknown.
// It ends nothing and remembers nothing; what an answer leads to is decided by the room.

import * as Clock from 'effect/Clock'
import * as Effect from 'effect/Effect'
import type { SessionSnapshot } from '../domain/session.ts'
import { codeOf } from './failures.ts'
import { pageFailed, readPage, type PageSays } from './pages.ts'
import type { Answer, Look } from './tiktok.ts'
import type { PageName, Visitor } from './visitor.ts'

export interface LookOptions {
  /** Offline only when two pages say so. */
  readonly confirm: boolean
  /** The broadcast that was on air last, if one is known: a third opinion when the first two give no answer. */
  readonly broadcastId: string | null
}

/** Asks one page. Never fails: a page that cannot be had says "unknown" and why. */
export const ask = (
  visitor: Visitor,
  source: PageName,
  id: string,
  timeoutMs: number,
): Effect.Effect<PageSays> =>
  Effect.tryPromise({
    try: (signal) => visitor.read(source, id, signal, timeoutMs),
    catch: codeOf,
  }).pipe(
    Effect.match({
      onSuccess: (page) => readPage(source, page),
      onFailure: (code) => pageFailed(source, code),
    }),
    Effect.tap((says) =>
      Effect.sync(() => {
        // Whoever was turned away with these cookies would be turned away again.
        if (says.error === 'blocked') visitor.renew()
      }),
    ),
  )

const count = (says: readonly PageSays[], answer: Answer): number =>
  says.filter((page) => page.answer === answer).length

/** The answer that pages give together, or null when one more opinion could decide it. */
export const verdict = (says: readonly PageSays[], confirm: boolean): Answer | null => {
  const live = count(says, 'live')
  const offline = count(says, 'offline')
  if (live > offline) return 'live'
  if (offline > live && (!confirm || offline >= 2)) return 'offline'
  return null
}

/** Broadcast ids grow with time, so of two that are said to be on air the greater one is the later one. */
const latest = (ids: readonly (string | null)[]): string | null => {
  let found: bigint | null = null
  for (const id of ids) {
    const value = id === null ? null : BigInt(id)
    if (value !== null && (found === null || value > found)) found = value
  }
  return found === null ? null : String(found)
}

const snapshotOf = (says: readonly PageSays[], answer: Answer): SessionSnapshot | null => {
  const agreeing = says.filter((page) => page.snapshot !== null && page.answer === answer)
  const first = agreeing[0]?.snapshot ?? null
  if (first === null) return null
  const counters: Record<string, number> = {}
  for (const page of agreeing.toReversed()) Object.assign(counters, page.snapshot?.counters)
  return { ...first, counters }
}

const lookOf = (at: number, says: readonly PageSays[], answer: Answer): Look => {
  const live = answer === 'live' ? says.filter((page) => page.answer === 'live') : []
  return {
    at,
    answer,
    // Offline creators keep the id of their last broadcast, so an id counts only with a live answer.
    broadcastId: latest(live.map((page) => page.broadcastId)),
    paused: live.length > 0 && live.every((page) => page.status === 3),
    sources: says.map(({ source, answer: said, status, error }) => ({ source, answer: said, status, error })),
    snapshot: snapshotOf(says, answer),
  }
}

/**
 * One look. Not confirming asks the cheap page first and goes on only while it has no answer. Confirming asks both
 * and, when they disagree or one is silent, the broadcast's own page. The sign server is never asked: it would cost
 * a request that a connection needs.
 */
export const look = Effect.fnUntraced(function* (
  visitor: Visitor,
  handle: string,
  options: LookOptions,
  timeoutMs: number,
) {
  const { confirm } = options
  const says: PageSays[] = []
  if (confirm) {
    const both = [ask(visitor, 'html', handle, timeoutMs), ask(visitor, 'api', handle, timeoutMs)]
    says.push(...(yield* Effect.all(both, { concurrency: 'unbounded' })))
  } else {
    says.push(yield* ask(visitor, 'api', handle, timeoutMs))
    if (verdict(says, confirm) === null) says.push(yield* ask(visitor, 'html', handle, timeoutMs))
  }
  const known = latest(says.map((page) => page.broadcastId)) ?? options.broadcastId
  if (verdict(says, confirm) === null && known !== null) {
    const third = yield* ask(visitor, 'room_info', known, timeoutMs)
    says.push({ ...third, broadcastId: known })
  }
  return lookOf(yield* Clock.currentTimeMillis, says, verdict(says, confirm) ?? 'unknown')
})
