// The parts of the HTTP layer that live as long as the server: made once, and given to every route.

import { randomBytes } from 'node:crypto'
import * as Effect from 'effect/Effect'
import * as Exit from 'effect/Exit'
import type { JournalEntry } from '../domain/facts.ts'
import { handleOf } from '../domain/room.ts'
import { findByHash } from '../db/tokens.ts'
import { newest } from '../db/journal.ts'
import { find } from '../db/sessions.ts'
import { sessionNo } from '../domain/session.ts'
import { Auth } from './auth.ts'
import { Denials } from './denials.ts'
import { HTTP_LIMITS, type HttpDeps } from './deps.ts'
import { errorOf, complaintOf, type Complain } from './errors.ts'
import { FactFeeds } from './fact-feeds.ts'
import { Idempotency } from './idempotency.ts'
import { loopDelay } from './loop-delay.ts'
import { Answered } from './metrics.ts'
import { OutboundCounts } from './outbound-metrics.ts'
import { RateLimit } from './rate-limit.ts'
import { RateSeries, STEP_MS } from './rate-series.ts'
import { Rounds } from './rounds.ts'
import { Streams, STREAM_LIMITS } from './streams.ts'
import { LINK_MS, Tickets } from './tickets.ts'
import { watchTokens } from './watching.ts'

/** Frames that wait this long for their rows mean that the writer does not get on, milliseconds. */
const STALLED_MS = 10_000

const ROOM = /^@?[A-Za-z0-9_.-]{1,64}$/

const makeBase = (deps: HttpDeps) => {
  const limits = { ...HTTP_LIMITS, streams: STREAM_LIMITS, ...deps.limits }
  const origins: ReadonlySet<string> = new Set(deps.origins)
  const run = async <A, E>(effect: Parameters<typeof deps.run<A, E>>[0]): Promise<A> => {
    const exit = await deps.run(effect)
    if (Exit.isFailure(exit)) throw errorOf(exit.cause)
    return exit.value
  }
  const complain: Complain = (complaint) => {
    void deps.run(Effect.logError('a request failed').pipe(Effect.annotateLogs({ ...complaint })))
  }
  const complainOf = (route: string) => (error: unknown) =>
    complain(complaintOf(error, route, randomBytes(9).toString('base64url')))
  const streams = new Streams(limits.streams, origins)
  const denials = new Denials(deps.run, limits.denials)
  const answered = new Answered()
  const loop = loopDelay()
  const rounds = new Rounds()
  return {
    ...deps,
    limits,
    origins,
    run,
    complain,
    complainOf,
    streams,
    denials,
    answered,
    loop,
    rounds,
    rates: new RateSeries(),
    auth: new Auth(deps.operatorToken, (hash) => run(findByHash(hash))),
    tickets: new Tickets(),
    links: new Tickets(Date.now, LINK_MS),
    logins: new RateLimit(limits.logins),
    changes: new RateLimit(limits.changes),
    uploads: new RateLimit(limits.uploads),
    idempotency: new Idempotency(run, deps.boot, complainOf('idempotency')),
    facts: new FactFeeds(rounds, () => run(newest)),
    measured: { deps, streams, denials, answered, loop, outbound: new OutboundCounts() },
    /** A session that a room shows is there, even in the moment before its row is. */
    findSession: async (id: string) => {
      const no = sessionNo(id)
      const found = no === null ? null : await run(find(no))
      if (no === null || found !== null || deps.recorder.counters(no) === null) return found
      await run(deps.recorder.flush(no))
      return run(find(no))
    },
    /** Why the server is not ready; empty when it is. */
    notReady: () => [
      ...deps.unready(),
      ...(deps.database.health().failing ? ['storage_failing'] : []),
      ...(deps.database.health().oldestMs > STALLED_MS ? ['writer_stalled'] : []),
    ],
    /** By our id or the handle, with or without `@`, in any case. */
    findRoom: (text: string) =>
      ROOM.test(text) ? (deps.rooms.find(text) ?? deps.rooms.find(handleOf(text) ?? '')) : null,
  }
}

export type BaseParts = ReturnType<typeof makeBase>

export const makeParts = (deps: HttpDeps) => {
  const base = makeBase(deps)
  const watching = watchTokens(base)
  const listeners: ((fact: JournalEntry) => void)[] = [
    base.facts.hear,
    watching.hear,
    base.measured.outbound.hear,
  ]
  const unsubscribe = deps.database.subscribe((fact) => {
    for (const hear of listeners) hear(fact)
  })
  const sampling = setInterval(() => base.rates.sample(deps.rooms.list()), STEP_MS).unref()
  return {
    ...base,
    /** Tokens may have been revoked: nothing that is remembered of them is believed any more. */
    tokensChanged: watching.now,
    /** Adds who hears every fact. */
    hears: (listener: (fact: JournalEntry) => void) => void listeners.push(listener),
    stop: () => {
      unsubscribe()
      watching.stop()
      clearInterval(sampling)
      base.loop.stop()
    },
  }
}

export type Parts = ReturnType<typeof makeParts>
