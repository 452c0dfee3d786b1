// One attempt, one connection: opens a socket through the library and hands over what can be done with it.
// Nothing of an attempt is used by the next. It does not own budgets, looks or retries.

import * as Effect from 'effect/Effect'
import type { WebSocket } from 'ws'
import { TikTokError } from '../domain/errors.ts'
import { ackFrame, dial, type Dial } from './connector.ts'
import { codeOf, failure, scrub } from './failures.ts'
import { Tap, type Time } from './tap.ts'
import type { Connection, LinkListener } from './tiktok.ts'

export interface Opening extends Omit<Dial, 'signal' | 'now' | 'onFetch' | 'onSocket'> {
  /** From the socket's birth to the open door. The library's own limit is 20 s and cannot be interrupted. */
  readonly socketTimeoutMs: number
  readonly time: Time
  /** The broadcast is for adults only, as far as is known: then a refusal has this reason. */
  readonly ageRestricted: boolean
}

const over = (tap: Tap): Effect.Effect<void> =>
  Effect.callback((resume) => {
    const forget = tap.whenOver(() => resume(Effect.void))
    return Effect.sync(forget)
  })

const connectionOf = (tap: Tap, broadcastId: string): Connection => ({
  broadcastId,
  ack: (logId, internalExt) => {
    if (logId !== '' && internalExt !== '') tap.send(ackFrame(logId, internalExt))
  },
  hold: (hold) => tap.hold(hold),
  lastFrameAt: () => tap.lastFrameAt,
  finish: (limitMs) =>
    Effect.suspend(() => {
      tap.close()
      return Effect.timeoutOption(over(tap), limitMs)
    }).pipe(
      Effect.ensuring(
        Effect.suspend(() => {
          tap.terminate()
          return over(tap)
        }),
      ),
    ),
})

const socketFailure = (tap: Tap, error: unknown, timedOut: boolean, opening: Opening): TikTokError => {
  if (error instanceof TikTokError) return error
  if (timedOut) return failure('connect_timeout', 'the socket did not open in time')
  if (tap.refusal !== null) {
    const { status, message } = tap.refusal
    const said = message === '' ? '' : `: ${scrub(message)}`
    return opening.ageRestricted
      ? failure('age_restricted', `TikTok shows this broadcast to adults only${said}`)
      : failure('ws_refused', `TikTok refused the socket with ${status}${said}`)
  }
  return failure('network', `the socket could not be opened (${codeOf(tap.error ?? error)})`)
}

/** Interrupting it, at any moment, leaves no socket and no request behind. */
export const openConnection = (
  opening: Opening,
  listener: LinkListener,
): Effect.Effect<Connection, TikTokError> =>
  Effect.callback((resume) => {
    const abort = new AbortController()
    const tap = new Tap(listener, opening.time)
    let timer: NodeJS.Timeout | undefined
    let timedOut = false
    const giveUp = Effect.suspend(() => {
      clearTimeout(timer)
      abort.abort()
      tap.abandon()
      return over(tap)
    })
    const onSocket = (socket: WebSocket) => {
      tap.attach(socket)
      if (abort.signal.aborted) return
      timer = setTimeout(() => {
        timedOut = true
        tap.abandon()
      }, opening.socketTimeoutMs)
    }
    const run = async () => {
      try {
        const { signal } = abort
        const onFetch = (bytes: Uint8Array, broadcastId: string) => {
          if (broadcastId !== opening.broadcastId) tap.ignore()
          if (!tap.frame('fetch', bytes)) throw failure('network', 'the first batch could not be taken')
        }
        const { broadcastId } = await dial({ ...opening, signal, now: opening.time.now, onFetch, onSocket })
        if (timedOut) throw new Error('opened too late')
        if (signal.aborted) return
        tap.announce()
        resume(Effect.succeed(connectionOf(tap, broadcastId)))
      } catch (error) {
        const reason = socketFailure(tap, error, timedOut, opening)
        resume(Effect.andThen(giveUp, Effect.fail(reason)))
      } finally {
        clearTimeout(timer)
      }
    }
    void run()
    return giveUp
  })
