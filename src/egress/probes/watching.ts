// Asks platforms about the destinations that are on their way or on air, and passes on what they say. It only
// looks: nothing waits for it, and nothing that it hears or fails to hear starts or stops anything.

import * as Cause from 'effect/Cause'
import * as Clock from 'effect/Clock'
import * as Effect from 'effect/Effect'
import * as Random from 'effect/Random'
import type { Destination } from '../../domain/destination.ts'
import type { EgressState, PlatformView } from '../../domain/egress.ts'
import { CADENCE, type Cadence, failedWaitMs, type Pace, waitMs } from './cadence.ts'
import { monotonicMs } from './monotonic.ts'
import { PlatformProbe, PROBE_TROUBLES, ProbeError, probeError } from './probe.ts'

/** One destination as it is now; `since` is when its state began, milliseconds UTC. */
interface Watched {
  readonly platform: string
  readonly state: EgressState
  readonly since: number
}

/** What is asked about, and who is told. */
export interface Watching {
  readonly list: () => readonly { readonly roomId: string; readonly destinations: readonly Watched[] }[]
  readonly destination: (roomId: string, platform: string) => Effect.Effect<Destination | null, unknown>
  /** Null: it is not asked about any more. */
  readonly see: (roomId: string, platform: string, view: PlatformView | null) => void
}

/** `stopping` is among them: a stop that is not confirmed may still be seen by everybody. */
const ASKED: readonly EgressState[] = [
  'starting',
  'connecting',
  'live',
  'reconnecting',
  'backoff',
  'stopping',
]

interface Entry extends Pace {
  readonly roomId: string
  readonly platform: string
  since: number
  askedMs: number
  nextMs: number
  isAsking: boolean
}

const unknownOf = (error: ProbeError, observedAt: number): PlatformView => {
  const { severity, text } = PROBE_TROUBLES[error.code]
  return { state: 'unknown', observedAt, issues: [{ severity, code: error.code, text }] }
}

/** Never fails, and ends only with its scope. Without a platform that can be asked it does nothing at all. */
export const watchPlatforms = (
  { list, destination, see }: Watching,
  cadence: Cadence = CADENCE,
): Effect.Effect<never, never, PlatformProbe> =>
  Effect.gen(function* () {
    const { platforms, probe } = yield* PlatformProbe
    if (platforms.size === 0) return yield* Effect.never
    const entries = new Map<string, Entry>()
    /** Questions that are open, by platform: one that hangs keeps none of another from being asked. */
    const asking = new Map<string, number>([...platforms].map((platform) => [platform, 0]))
    const count = (platform: string, by: 1 | -1): void =>
      void asking.set(platform, (asking.get(platform) ?? 0) + by)

    const question = Effect.fnUntraced(function* ({ roomId, platform }: Entry, maxAgeMs: number) {
      const found = yield* destination(roomId, platform)
      return found === null ? null : yield* probe(found, maxAgeMs)
    })

    /** What is heard of a destination that is not watched any more is of no use. */
    const isCurrent = (key: string, entry: Entry): boolean => entries.get(key) === entry

    const heard = Effect.fnUntraced(function* (key: string, entry: Entry, view: PlatformView | null) {
      if (!isCurrent(key, entry)) return
      entry.failures = 0
      entry.shown = view?.state ?? null
      entry.nextMs = entry.askedMs + waitMs(entry, yield* monotonicMs, cadence)
      see(entry.roomId, entry.platform, view)
    })

    const failed = Effect.fnUntraced(function* (key: string, entry: Entry, error: ProbeError) {
      if (!isCurrent(key, entry)) return
      if (error.wasAsked) entry.failures += 1
      entry.shown = 'unknown'
      entry.nextMs = (yield* monotonicMs) + failedWaitMs(entry, error, cadence, yield* Random.next)
      see(entry.roomId, entry.platform, unknownOf(error, yield* Clock.currentTimeMillis))
    })

    const once = (key: string, entry: Entry): Effect.Effect<void> => {
      // A little younger than its turn, so that those who ask in turn share one answer.
      const maxAgeMs = waitMs(entry, entry.askedMs, cadence) * 0.9
      return Effect.timeoutOrElse(question(entry, maxAgeMs), {
        duration: cadence.answerMs,
        orElse: () => Effect.fail(probeError('platform_timeout')),
      }).pipe(
        Effect.flatMap((view) => heard(key, entry, view)),
        Effect.catchCause((cause) => {
          if (Cause.hasInterruptsOnly(cause)) return Effect.void
          const error = Cause.squash(cause)
          return failed(key, entry, error instanceof ProbeError ? error : probeError('platform_error'))
        }),
        Effect.ensuring(
          Effect.sync(() => {
            entry.isAsking = false
            count(entry.platform, -1)
          }),
        ),
      )
    }

    /** Who is to be asked about, with the states of now. */
    const gather = (nowMs: number): void => {
      const seen = new Set<string>()
      for (const { roomId, destinations } of list()) {
        for (const { platform, state, since } of destinations) {
          if (!platforms.has(platform) || !ASKED.includes(state)) continue
          const key = `${roomId}/${platform}`
          seen.add(key)
          const entry = entries.get(key)
          if (entry === undefined) {
            const begun = { shown: null, failures: 0, isAsking: false } as const
            const times = { sinceMs: nowMs, askedMs: nowMs, nextMs: nowMs }
            entries.set(key, { roomId, platform, state, since, ...begun, ...times })
          } else if (entry.state !== state || entry.since !== since) {
            entry.state = state
            entry.since = since
            entry.sinceMs = nowMs
            if (entry.failures === 0) {
              entry.nextMs = Math.min(entry.nextMs, entry.askedMs + waitMs(entry, nowMs, cadence))
            }
          }
        }
      }
      for (const [key, { roomId, platform }] of entries) {
        if (seen.has(key)) continue
        entries.delete(key)
        see(roomId, platform, null)
      }
    }

    const tick = Effect.gen(function* () {
      const nowMs = yield* monotonicMs
      gather(nowMs)
      const due = [...entries].filter(([, { isAsking, nextMs }]) => !isAsking && nextMs <= nowMs)
      for (const [key, entry] of due.toSorted(([, a], [, b]) => a.nextMs - b.nextMs)) {
        if ((asking.get(entry.platform) ?? 0) >= cadence.atOnce) continue
        count(entry.platform, 1)
        entry.isAsking = true
        entry.askedMs = nowMs
        yield* Effect.forkScoped(once(key, entry))
      }
    })
    const looked = Effect.catchCause(tick, (cause) =>
      Cause.hasInterruptsOnly(cause)
        ? Effect.interrupt
        : Effect.logWarning('platforms could not be asked about'),
    )
    return yield* Effect.forever(Effect.andThen(looked, Effect.sleep(cadence.tickMs)))
  }).pipe(Effect.scoped)
