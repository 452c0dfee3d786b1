// A child: the stand-in with rooms that are live, and frames built beforehand. Told `go`, it sends every room the
// same frames as fast as they are read, or at a given rate. Its CPU is nobody's but its own.

import { setTimeout as sleep } from 'node:timers/promises'
import { startTikTok, type Creator } from '../test/_support/tiktok/standin.ts'
import { parent } from './child.ts'
import { loadFrames } from './load-frames.ts'

export interface ServerInput {
  readonly rooms: number
  readonly messagesPerRoom: number
  readonly perFrame: number
  /** Default true; the rooms of one that is not live are offline. */
  readonly live?: boolean
}

/** `sent` answers with how long acknowledgements took, from the sending of a frame, milliseconds. */
export interface Sent {
  readonly ackMs: readonly number[]
  /** Frames that were not acknowledged, those of the warm-up among them. */
  readonly missing: number
}

/**
 * `rate` is events a second over all rooms; without it, as fast as they are read. The first `warmUp` of those sent at
 * a rate are not timed: `warm` is told when they are sent.
 */
export interface Go {
  readonly rate?: number
  readonly warmUp?: number
}

export interface Serving {
  readonly origin: string
  readonly framesPerRoom: number
  readonly broadcasts: readonly { readonly handle: string; readonly broadcastId: string }[]
  /** How often each type is in one room's load. */
  readonly methods: ReadonlyMap<string, number>
}

const BACKLOG_BYTES = 256 * 1024
const TICK_MS = 2

const spec = parent.input<ServerInput>()
const { frames, methods } = loadFrames({ messages: spec.messagesPerRoom, perFrame: spec.perFrame })
const tiktok = await startTikTok({ truth: 'counts', history: 0 })
const creators = Array.from({ length: spec.rooms }, (_, room) => tiktok.creator(`room${room}`))
const broadcasts = creators.map((creator) => ({
  handle: creator.handle,
  broadcastId: spec.live === false ? '0' : creator.goLive(),
}))

const asFastAsRead = async (creator: Creator): Promise<void> => {
  for (const frame of frames) {
    creator.sendRaw(frame.bytes)
    while (creator.audience.some((viewer) => viewer.backlog > BACKLOG_BYTES))
      await new Promise((done) => setImmediate(done))
  }
}

/** When each frame was sent to each room. */
const sentAt = creators.map(() => new Map<string, number>())
const sendOne = (room: number, index: number): void => {
  const { bytes, logId } = frames[index]!
  sentAt[room]!.set(logId, Date.now())
  creators[room]!.sendRaw(bytes)
}

const ACKS_LIMIT_MS = 3_000
/** Waits for the acknowledgements of what was sent at a rate; times those of frames sent since `from`. */
const acknowledged = async (from: number): Promise<Sent> => {
  const room = new Map(creators.map(({ handle }, index) => [handle, index]))
  const all = frames.length * creators.length
  const got = (): number => tiktok.viewers.reduce((sum, { acks }) => sum + acks.length, 0)
  for (let waited = 0; got() < all && waited < ACKS_LIMIT_MS; waited += 20) await sleep(20)
  const ackMs = tiktok.viewers.flatMap(({ handle, acks }) =>
    acks.flatMap(({ logId, at }) => {
      const sent = sentAt[room.get(handle)!]!.get(logId)
      return sent === undefined || sent < from ? [] : [at - sent]
    }),
  )
  return { ackMs, missing: all - got() }
}

/** Frame by frame over all rooms in turn, always as many as the time that has passed allows. Answers when it was warm. */
const atRate = (rate: number, warmUp: number): Promise<number> =>
  new Promise((done) => {
    const startedAt = performance.now()
    const all = frames.length * creators.length
    let sent = 0
    let warmAt = 0
    const timer = setInterval(() => {
      const due = Math.min(all, Math.floor(((performance.now() - startedAt) / 1000) * (rate / spec.perFrame)))
      for (; sent < due; sent += 1) sendOne(sent % creators.length, Math.floor(sent / creators.length))
      if (warmAt === 0 && sent * spec.perFrame >= warmUp) {
        warmAt = Date.now() + 1
        parent.tell('warm')
      }
      if (sent < all) return
      clearInterval(timer)
      done(warmAt)
    }, TICK_MS)
  })

parent.tell('serving', {
  origin: tiktok.origin,
  framesPerRoom: frames.length,
  broadcasts,
  methods,
} satisfies Serving)
/** Tells, whenever it is asked, how many of the rooms somebody has looked at. */
const tellLooked = async (): Promise<void> => {
  for (;;) {
    await parent.hear('looked?')
    parent.tell('looked', new Set(tiktok.requests.flatMap(({ handle }) => handle ?? [])).size)
  }
}
void tellLooked()
const { rate, warmUp = 0 } = (await parent.hear('go')) as Go
await Promise.all(creators.map((creator) => tiktok.watched(creator.handle)))
if (rate === undefined) {
  await Promise.all(creators.map(asFastAsRead))
  parent.tell('sent', { ackMs: [], missing: 0 } satisfies Sent)
} else parent.tell('sent', await acknowledged(await atRate(rate, warmUp)))
