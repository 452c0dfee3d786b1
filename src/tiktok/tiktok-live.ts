// TikTok itself, behind the TikTok service: looks and connections through the library, by agents and proxies.
// What counts as trying too often is the sign budget's; when to try again is the room's.

import * as Clock from 'effect/Clock'
import * as Effect from 'effect/Effect'
import * as Layer from 'effect/Layer'
import * as Redacted from 'effect/Redacted'
import * as Semaphore from 'effect/Semaphore'
import type { Config } from '../config.ts'
import { AgentPool, type Agents } from './agents.ts'
import { openConnection } from './connection.ts'
import { pageClient } from './connector.ts'
import { failure } from './failures.ts'
import { ask, look } from './liveness.ts'
import { Names, type NamesOptions } from './names.ts'
import { TikTok, type ConnectSpec, type LinkListener, type Look } from './tiktok.ts'
import { Visitor } from './visitor.ts'

export interface TikTokLimits {
  readonly pageTimeoutMs: number
  /** For the page that is asked before a sign request; without an answer the connection is tried. */
  readonly doorTimeoutMs: number
  readonly signTimeoutMs: number
  readonly socketTimeoutMs: number
  readonly proxyTimeoutMs: number
  /** How many pages are read at the same time, over all rooms. */
  readonly pagesAtOnce: number
  readonly names: Partial<NamesOptions>
}

export const LIMITS: TikTokLimits = {
  pageTimeoutMs: 8_000,
  doorTimeoutMs: 4_000,
  signTimeoutMs: 20_000,
  socketTimeoutMs: 15_000,
  proxyTimeoutMs: 10_000,
  pagesAtOnce: 32,
  names: {},
}

/** TikTok expects a heartbeat every ten seconds; rooms that are asked about more often beat more often. */
const HEARTBEAT_MS = 10_000

type Settings = Pick<Config, 'tiktok'> & {
  readonly settings: Pick<Config['settings'], 'heartbeatIntervalMs'>
}

const unreachable = (at: number): Look => ({
  at,
  answer: 'unknown',
  broadcastId: null,
  paused: false,
  sources: [{ source: 'api', answer: 'unknown', status: null, error: 'proxy_unusable' }],
  snapshot: null,
})

/** The service. Its scope owns the agents: closing it drops every idle socket. */
export const tiktokLive = (config: Settings, limits: TikTokLimits = LIMITS): Layer.Layer<TikTok> =>
  Layer.effect(
    TikTok,
    Effect.gen(function* () {
      const { origin, webcastOrigin, signApiUrl, proxyUrl: ownProxy } = config.tiktok
      const origins = { origin, webcastOrigin, signApiUrl }
      const pool = yield* Effect.acquireRelease(
        Effect.sync(() => new AgentPool(new Names(limits.names), limits.proxyTimeoutMs)),
        (made) => Effect.sync(() => made.close()),
      )
      const pages = yield* Semaphore.make(limits.pagesAtOnce)
      const visitors = new WeakMap<Agents, Visitor>()
      const visitorOf = (agents: Agents): Visitor => {
        const visitor = visitors.get(agents) ?? new Visitor(() => pageClient(agents, origins))
        visitors.set(agents, visitor)
        return visitor
      }
      const agentsOf = (roomProxy: string | null): Agents | null =>
        pool.take(roomProxy ?? (ownProxy === null ? null : Redacted.value(ownProxy)))

      const connect = Effect.fnUntraced(function* (spec: ConnectSpec, listener: LinkListener) {
        const agents = agentsOf(spec.proxyUrl)
        if (agents === null) return yield* failure('network', "the room's proxy address cannot be used")
        const door = yield* Semaphore.withPermit(
          pages,
          ask(visitorOf(agents), 'room_info', spec.broadcastId, limits.doorTimeoutMs),
        )
        if (door.answer === 'offline') return yield* failure('room_offline', 'the broadcast is over')
        const clock = yield* Clock.Clock
        return yield* openConnection(
          {
            handle: spec.handle,
            broadcastId: spec.broadcastId,
            signKey: spec.signKey,
            agents,
            origins,
            heartbeatMs: Math.min(HEARTBEAT_MS, config.settings.heartbeatIntervalMs),
            signTimeoutMs: limits.signTimeoutMs,
            socketTimeoutMs: limits.socketTimeoutMs,
            ageRestricted: door.error === 'age_restricted',
            time: {
              now: () => clock.currentTimeMillisUnsafe(),
              monotonic: () => Number(clock.monotonicTimeNanosUnsafe()) / 1e6,
            },
          },
          listener,
        )
      })

      return TikTok.of({
        look: Effect.fnUntraced(function* (handle, options) {
          const agents = agentsOf(options.proxyUrl)
          if (agents === null) return unreachable(yield* Clock.currentTimeMillis)
          return yield* Semaphore.withPermit(
            pages,
            look(
              visitorOf(agents),
              handle,
              { confirm: options.confirm, broadcastId: options.broadcastId ?? null },
              limits.pageTimeoutMs,
            ),
          )
        }),
        connect,
      })
    }),
  )
