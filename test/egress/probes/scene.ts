// Rooms whose states a test sets, platforms that say what it tells them to, and virtual time that passes over both.

import * as Effect from 'effect/Effect'
import * as TestClock from 'effect/testing/TestClock'
import type { EgressState, PlatformView } from '../../../src/domain/egress.ts'
import { PlatformProbe, type ProbeError } from '../../../src/egress/probes/probe.ts'
import { watchPlatforms } from '../../../src/egress/probes/watching.ts'
import { destination } from './kit.ts'

type Said = Effect.Effect<PlatformView['state'], ProbeError>

/** Rooms whose states a test sets, and what was asked and shown. */
export class Scene {
  readonly states = new Map<string, { state: EgressState; since: number }>()
  readonly asked: { readonly key: string; readonly at: number; readonly maxAgeMs: number }[] = []
  readonly seen: { readonly key: string; readonly at: number; readonly view: PlatformView | null }[] = []
  readonly says = new Map<string, Said>()
  platforms: readonly string[] = ['youtube', 'twitch']
  open = 0
  openMost = 0
  listed = 0
  now = 0

  set(key: string, state: EgressState): void {
    this.states.set(key, { state, since: this.now })
  }

  times(key: string): readonly number[] {
    return this.asked.filter((one) => one.key === key).map(({ at }) => at / 1_000)
  }

  shown(key: string): PlatformView | null {
    return this.seen.findLast((one) => one.key === key)?.view ?? null
  }

  list() {
    this.listed += 1
    return [...this.states].map(([key, { state, since }]) => {
      const [roomId = '', platform = ''] = key.split('/')
      return { roomId, destinations: [{ platform, state, since }] }
    })
  }

  watch = Effect.suspend(() =>
    watchPlatforms({
      list: () => this.list(),
      destination: (roomId, platform) => Effect.succeed({ ...destination(platform, 'key-of-it'), roomId }),
      see: (roomId, platform, view) =>
        void this.seen.push({ key: `${roomId}/${platform}`, at: this.now, view }),
    }),
  ).pipe(
    Effect.provideService(PlatformProbe, {
      platforms: new Set(this.platforms),
      probe: ({ roomId, platform }, maxAgeMs) => {
        const key = `${roomId}/${platform}`
        this.asked.push({ key, at: this.now, maxAgeMs })
        this.open += 1
        this.openMost = Math.max(this.openMost, this.open)
        return (this.says.get(key) ?? this.says.get(platform) ?? Effect.succeed('not_live' as const)).pipe(
          Effect.map((state): PlatformView => ({ state, observedAt: this.now, issues: [] })),
          Effect.ensuring(Effect.sync(() => void (this.open -= 1))),
        )
      },
    }),
  )

  /** Second by second, so that what is forked has its turn. */
  pass = (seconds: number) =>
    Effect.gen({ self: this }, function* () {
      for (let n = 0; n < seconds; n += 1) {
        this.now += 1_000
        yield* TestClock.adjust(1_000)
      }
    })
}

export const scene = <A>(play: (scene: Scene) => Effect.Effect<A>) =>
  Effect.gen(function* () {
    const made = new Scene()
    yield* Effect.forkScoped(made.watch)
    yield* Effect.yieldNow
    return yield* play(made)
  }).pipe(Effect.scoped)
