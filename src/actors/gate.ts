// A gate that lets work out: at most so many begun a second, at most so many under way at once.
// It does not know what the work is; whoever owns the work says what comes next and when.

import * as Effect from 'effect/Effect'
import type { Fiber } from 'effect/Fiber'
import type { Fork } from './bridge.ts'

export interface GateOptions {
  readonly fork: Fork
  readonly monotonicMs: () => number
  readonly atOnce: number
  readonly perSecond: number
  /** The work that may go out now, or null. */
  readonly next: () => Effect.Effect<void> | null
  /** Monotonic milliseconds at which `next` will have some, infinite when it waits for others. */
  readonly nextAt: () => number
}

export interface Gate {
  /** Something may have become due. */
  readonly pump: () => void
  readonly underWay: () => number
  /** Nothing goes out any more, and what is under way is interrupted. */
  readonly stop: () => void
}

export const makeGate = ({ fork, monotonicMs, atOnce, perSecond, next, nextAt }: GateOptions): Gate => {
  const underWay = new Set<Fiber<void>>()
  const bucket = { tokens: perSecond, at: monotonicMs() }
  let alarm: { readonly fiber: Fiber<void>; readonly at: number } | null = null
  let stopped = false

  const refill = (): void => {
    const at = monotonicMs()
    bucket.tokens = Math.min(perSecond, bucket.tokens + ((at - bucket.at) / 1_000) * perSecond)
    bucket.at = at
  }

  const begin = (work: Effect.Effect<void>): void => {
    bucket.tokens -= 1
    const fiber = fork(work)
    if (fiber.pollUnsafe() !== undefined) return
    underWay.add(fiber)
    fiber.addObserver(() => {
      underWay.delete(fiber)
      pump()
    })
  }

  const wakeAt = (at: number): void => {
    if (alarm !== null && alarm.at <= at) return
    alarm?.fiber.interruptUnsafe()
    const wake = Effect.sync(() => {
      alarm = null
      pump()
    })
    alarm = { at, fiber: fork(Effect.andThen(Effect.sleep(Math.max(1, at - monotonicMs())), wake)) }
  }

  const pump = (): void => {
    if (stopped) return
    refill()
    while (bucket.tokens >= 1 && underWay.size < atOnce) {
      const work = next()
      if (work === null) break
      begin(work)
    }
    // What ends pumps again, so a full gate needs no alarm.
    if (underWay.size >= atOnce) return
    const at = nextAt()
    if (at === Number.POSITIVE_INFINITY) return
    const missing = Math.max(0, 1 - bucket.tokens)
    wakeAt(Math.max(at, bucket.at + (missing / perSecond) * 1_000))
  }

  return {
    pump,
    underWay: () => underWay.size,
    stop: () => {
      stopped = true
      alarm?.fiber.interruptUnsafe()
      for (const fiber of underWay) fiber.interruptUnsafe()
    },
  }
}
