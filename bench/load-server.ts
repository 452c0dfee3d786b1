// A child: the stand-in with rooms that are live, and frames built beforehand. Told `go`, it sends every room the
// same frames as fast as they are read, or at a given rate. Its CPU is nobody's but its own.

import { startTikTok, type Creator } from '../test/_support/tiktok/standin.ts'
import { parent } from './child.ts'
import { loadFrames } from './load-frames.ts'

export interface ServerInput {
  readonly rooms: number
  readonly messagesPerRoom: number
  readonly perFrame: number
}

/** `rate` is events a second over all rooms; without it, as fast as they are read. */
export interface Go {
  readonly rate?: number
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
const broadcasts = creators.map((creator) => ({ handle: creator.handle, broadcastId: creator.goLive() }))

const asFastAsRead = async (creator: Creator): Promise<void> => {
  for (const frame of frames) {
    creator.sendRaw(frame)
    while (creator.audience.some((viewer) => viewer.backlog > BACKLOG_BYTES))
      await new Promise((done) => setImmediate(done))
  }
}

/** Frame by frame over all rooms in turn, always as many as the time that has passed allows. */
const atRate = (rate: number): Promise<void> =>
  new Promise((done) => {
    const startedAt = performance.now()
    const all = frames.length * creators.length
    let sent = 0
    const timer = setInterval(() => {
      const due = Math.min(all, Math.floor(((performance.now() - startedAt) / 1000) * (rate / spec.perFrame)))
      for (; sent < due; sent += 1)
        creators[sent % creators.length]!.sendRaw(frames[Math.floor(sent / creators.length)]!)
      if (sent < all) return
      clearInterval(timer)
      done()
    }, TICK_MS)
  })

parent.tell('serving', {
  origin: tiktok.origin,
  framesPerRoom: frames.length,
  broadcasts,
  methods,
} satisfies Serving)
const { rate } = (await parent.hear('go')) as Go
await Promise.all(creators.map((creator) => tiktok.watched(creator.handle)))
await (rate === undefined ? Promise.all(creators.map(asFastAsRead)) : atRate(rate))
parent.tell('sent')
