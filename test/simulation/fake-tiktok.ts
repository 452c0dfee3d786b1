// TikTok as a stage with one creator per handle: what is true, what a look says about it, and connections that
// can be refused, hang, fall silent, break, or deliver a frame when nobody expects one any more.

import * as Deferred from 'effect/Deferred'
import * as Effect from 'effect/Effect'
import * as Exit from 'effect/Exit'
import { TikTokError } from '../../src/domain/errors.ts'
import type { Connection, LinkListener, Look, TikTok } from '../../src/tiktok/tiktok.ts'
import type { VirtualTime } from './virtual-time.ts'

export type LookMood = 'truth' | 'unknown' | 'hanging'
/** `stubborn`: it hands on another frame while it is being given up. */
export type ConnectMood = 'ok' | 'stubborn' | 'hanging' | 'dying' | TikTokError['code']

export const CONTROL = { none: 0, paused: 1, unpaused: 2, ended: 3, suspended: 4 } as const

const frameOf = (connection: number, message: number, control: number): Uint8Array =>
  Uint8Array.of(control, connection >> 8, connection & 255, message >> 8, message & 255)
export const readFrame = (bytes: Uint8Array) => ({
  control: bytes[0] ?? 0,
  connection: ((bytes[1] ?? 0) << 8) | (bytes[2] ?? 0),
  message: ((bytes[3] ?? 0) << 8) | (bytes[4] ?? 0),
})

/** One creator. */
export interface Stage {
  broadcastId: string | null
  paused: boolean
}

const CONNECT_MS = 20
const LOOK_MS = 5
const CLOSE_MS = 10

export class FakeSocket {
  open = true
  /** Half open: what is sent never arrives, and neither does the close. */
  stalled = false
  /** The process that listened is gone. */
  dead = false
  #messages = 0
  readonly #listener: LinkListener
  readonly #time: VirtualTime
  readonly #closed = Deferred.makeUnsafe<void>()
  readonly number: number
  readonly handle: string
  readonly broadcastId: string

  constructor(
    time: VirtualTime,
    listener: LinkListener,
    number: number,
    handle: string,
    broadcastId: string,
  ) {
    this.#time = time
    this.#listener = listener
    this.number = number
    this.handle = handle
    this.broadcastId = broadcastId
  }

  /** A frame, whether the other side still expects one or not. */
  send(control: number = CONTROL.none, kind: 'push' | 'fetch' = 'push'): void {
    if (this.stalled || this.dead) return
    this.#listener.onFrame(kind, frameOf(this.number, this.#messages++, control), this.#time.wall)
  }

  close(code: number): void {
    if (!this.open || this.stalled) return
    this.open = false
    this.#listener.onClose({ code, reason: '' })
    Deferred.doneUnsafe(this.#closed, Exit.void)
  }

  get connection(): Connection {
    const gone = Effect.sync(() => {
      this.stalled = false
      this.close(1_005)
    })
    return {
      broadcastId: this.broadcastId,
      ack: () => {},
      hold: () => {},
      lastFrameAt: () => this.#time.ms,
      finish: (limitMs) =>
        Effect.suspend(() => {
          if (!this.open) return Effect.void
          const polite = this.stalled ? Effect.never : Effect.sleep(CLOSE_MS)
          return Effect.raceFirst(polite, Effect.sleep(limitMs)).pipe(Effect.ensuring(gone))
        }),
    }
  }
}

export class FakeTikTok {
  readonly stages = new Map<string, Stage>()
  /** Every connection that was ever tried, by its number: what its frames truly belong to. */
  readonly dialled: { readonly handle: string; readonly broadcastId: string }[] = []
  readonly sockets: FakeSocket[] = []
  look: LookMood = 'truth'
  connect: ConnectMood = 'ok'
  /** Frames of the sign server's first batch. */
  firstBatch = 0
  retryAfterMs: number | null = null
  looks = 0
  connects: { readonly at: number; readonly handle: string }[] = []
  refused = 0
  /** Frames handed on while a connection was given up. */
  late = 0
  /** Creators whose connections throw. */
  readonly poisoned = new Set<string>()
  /** Connects that threw. */
  died = 0
  readonly #time: VirtualTime

  constructor(time: VirtualTime) {
    this.#time = time
  }

  stage(handle: string): Stage {
    const known = this.stages.get(handle) ?? { broadcastId: null, paused: false }
    this.stages.set(handle, known)
    return known
  }

  /** Sockets of a room that are open at the other side. */
  openSockets(handle: string): readonly FakeSocket[] {
    return this.sockets.filter((socket) => socket.open && socket.handle === handle)
  }

  readonly #seen = (handle: string): Look => {
    const { broadcastId, paused } = this.stage(handle)
    const answer = this.look === 'unknown' ? 'unknown' : broadcastId === null ? 'offline' : 'live'
    return {
      at: this.#time.wall,
      answer,
      broadcastId: answer === 'live' ? broadcastId : null,
      paused: answer === 'live' && paused,
      sources: [{ source: 'api', answer, status: null, error: null }],
      snapshot: null,
    }
  }

  readonly service: TikTok['Service'] = {
    look: (handle) =>
      Effect.suspend(() => {
        this.looks += 1
        if (this.look === 'hanging') return Effect.never
        return Effect.map(Effect.sleep(LOOK_MS), () => this.#seen(handle))
      }),
    connect: ({ handle, broadcastId }, listener) =>
      Effect.suspend(() => {
        this.connects.push({ at: this.#time.ms, handle })
        const mood = this.connect
        if (mood === 'hanging') return Effect.never
        if (mood === 'dying' || this.poisoned.has(handle)) {
          this.died += 1
          return Effect.die(new Error('the connector threw'))
        }
        const number = this.dialled.push({ handle, broadcastId }) - 1
        const socket = new FakeSocket(this.#time, listener, number, handle, broadcastId)
        for (let frame = 0; frame < this.firstBatch; frame += 1) socket.send(CONTROL.none, 'fetch')
        const connecting = Effect.andThen(
          Effect.sleep(CONNECT_MS),
          Effect.suspend((): Effect.Effect<Connection, TikTokError> => {
            const offline = this.stage(handle).broadcastId !== broadcastId
            const willing = mood === 'ok' || mood === 'stubborn'
            if (!willing || offline) {
              this.refused += 1
              const code = willing ? 'room_offline' : mood
              const retry = this.retryAfterMs === null ? {} : { retryAfterMs: this.retryAfterMs }
              return Effect.fail(new TikTokError({ code, message: 'refused', ...retry }))
            }
            this.sockets.push(socket)
            return Effect.succeed(socket.connection)
          }),
        )
        if (mood !== 'stubborn') return connecting
        const late = Effect.sync(() => {
          this.late += 1
          socket.send(CONTROL.none, 'fetch')
        })
        return Effect.onInterrupt(connecting, () => late)
      }),
  }

  /** Nobody was ever on air. */
  wipe(): void {
    this.stages.clear()
    this.dialled.length = 0
    this.sockets.length = 0
    this.connects = []
    this.refused = 0
    this.died = 0
    this.firstBatch = 0
  }

  /** The process that had these sockets is gone. */
  forget(): void {
    for (const socket of this.sockets) {
      socket.open = false
      socket.dead = true
    }
  }
}
