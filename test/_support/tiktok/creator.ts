// A scriptable creator: whether they are on air, who watches, and everything that happens in their room.
// Each verb makes one message, notes it in the truth and sends it to the viewers of the broadcast on air.
// Damaged and hostile traffic is in mishaps.ts, steady rates in script.ts, captures in captures.ts.

import { buildFrame, type Frame, type FrameOptions } from './frames.ts'
import { GIFTS } from './gifts.ts'
import * as M from './messages.ts'
import { Mishaps } from './mishaps.ts'
import type { Faults } from './faults.ts'
import type { Truth } from './truth.ts'
import type { Viewer } from './viewer.ts'

export interface CreatorContext {
  readonly truth: Truth
  readonly faults: Faults
  readonly nextMessageId: () => string
  readonly nextBroadcastId: () => string
  /** How many of the last messages a connect answer repeats as history. */
  readonly history: number
  readonly onBroadcast: (creator: Creator, broadcastId: string) => void
  readonly onRename: (creator: Creator, before: string) => void
}

export interface SendOptions extends FrameOptions {
  /** Default: all in one frame. */
  readonly messagesPerFrame?: number
  /** To the viewers of this broadcast instead of the one on air: late frames of an old one. */
  readonly broadcastId?: string
  /** Only to this viewer. */
  readonly viewer?: Viewer
}

const OFF = 4

export class Creator {
  readonly userId: string
  nickname: string
  title = ''
  broadcastId: string | null = null
  startedAt: number | null = null
  endedAt: number | null = null
  /** As TikTok counts: 2 on air, 3 paused, 4 not on air. */
  status: 2 | 3 | 4 = OFF
  viewersNow = 0
  viewersTotal = 0
  likes = 0
  chats = 0
  shares = 0
  follows = 0
  followers = 1_000
  /** The last messages of the broadcast that may be repeated as history, oldest first. */
  history: M.Message[] = []
  historySize: number
  /** Also give what was said since the cursor of a connect request. What real TikTok does is not known. */
  fillsFromCursor = false
  /** Messages put into the connect answer itself, as new ones, once. */
  readonly welcome: M.Message[] = []
  /** All messages of the broadcast in order, for `fillsFromCursor`. */
  readonly said: M.Message[] = []
  readonly viewers = new Set<Viewer>()
  readonly mishaps: Mishaps
  /** How frames are built when a call does not say. */
  frame: FrameOptions = {}
  #handle: string
  #batch: M.Message[] | null = null
  #forcedIds: string[] = []
  readonly #context: CreatorContext

  constructor(handle: string, userId: string, context: CreatorContext) {
    this.#handle = handle
    this.userId = userId
    this.nickname = `${handle} LIVE`
    this.#context = context
    this.historySize = context.history
    this.mishaps = new Mishaps(this, context.faults)
  }

  get handle(): string {
    return this.#handle
  }

  get isLive(): boolean {
    return this.status !== OFF
  }

  /** Open sockets of the broadcast on air. */
  get audience(): readonly Viewer[] {
    return [...this.viewers].filter((viewer) => viewer.isOpen && viewer.broadcastId === this.broadcastId)
  }

  // On and off air

  /** Goes on air with a new broadcast, or with the given id again (a resumed one). */
  goLive(options: { readonly broadcastId?: string; readonly title?: string } = {}): string {
    const id = options.broadcastId ?? this.#context.nextBroadcastId()
    if (id !== this.broadcastId) {
      this.history = []
      this.said.length = 0
      Object.assign(this, { likes: 0, chats: 0, shares: 0, follows: 0, viewersNow: 0, viewersTotal: 0 })
      this.startedAt = Date.now()
    }
    this.title = options.title ?? (this.title || `${this.#handle} is on air`)
    this.broadcastId = id
    this.status = 2
    this.endedAt = null
    this.#context.onBroadcast(this, id)
    return id
  }

  /** Off air without a word on the socket: only the pages say so. The room id stays, as on TikTok. */
  goOffline(): void {
    this.status = OFF
    this.endedAt = Date.now()
  }

  /** Another broadcast without ending the first one on its sockets. */
  newBroadcast(title?: string): string {
    return this.goLive({
      broadcastId: this.#context.nextBroadcastId(),
      ...(title === undefined ? {} : { title }),
    })
  }

  pause(): M.Message {
    this.status = 3
    return this.control(1)
  }

  unpause(): M.Message {
    this.status = 2
    return this.control(2)
  }

  /** Says ENDED on the socket; the pages say so too. */
  end(): M.Message {
    this.goOffline()
    return this.control(3)
  }

  suspend(): M.Message {
    this.goOffline()
    return this.control(4)
  }

  /** The message alone: the pages keep saying what they said. */
  control(action: number): M.Message {
    return this.#emit(M.control(this.head(), action), false)
  }

  rename(handle: string): void {
    const before = this.#handle
    this.#handle = handle
    this.#context.onRename(this, before)
  }

  // What happens in the room

  say(text: string, by: M.Person = GIFTS.someone): M.Message {
    this.chats += 1
    return this.#emit(M.chat(this.head(), by, text))
  }

  gift(
    by: M.Person,
    giftId: string,
    frame: { readonly repeat?: number; readonly group?: string; readonly final?: boolean } = {},
  ): M.Message {
    const kind = GIFTS.find(giftId)
    return this.#emit(
      M.gift(this.head(), by, kind, {
        repeat: frame.repeat ?? 1,
        group: frame.group ?? '0',
        final: frame.final ?? !kind.combo,
      }),
    )
  }

  /** A gift streak: the counts in order, then the last one again as the final frame. The value is the highest count. */
  async streak(
    by: M.Person,
    giftId: string,
    options: {
      readonly counts: readonly number[]
      readonly group?: string
      readonly gapMs?: number
      readonly finalAfterMs?: number
      readonly noFinal?: boolean
    },
  ): Promise<string> {
    const group = options.group ?? this.#context.nextMessageId()
    for (const [index, repeat] of options.counts.entries()) {
      if (index > 0) await pauseFor(options.gapMs)
      this.gift(by, giftId, { repeat, group })
    }
    if (options.noFinal !== true) {
      await pauseFor(options.finalAfterMs ?? options.gapMs)
      this.gift(by, giftId, { repeat: Math.max(...options.counts), group, final: true })
    }
    return group
  }

  like(by: M.Person, count = 1): M.Message {
    this.likes += count
    return this.#emit(M.like(this.head(), by, count, this.likes))
  }

  join(by: M.Person): M.Message {
    this.viewersTotal += 1
    return this.#emit(M.join(this.head(), by, this.viewersNow))
  }

  follow(by: M.Person): M.Message {
    this.follows += 1
    this.followers += 1
    return this.#emit(M.follow(this.head(), by, this.followers))
  }

  share(by: M.Person): M.Message {
    this.shares += 1
    return this.#emit(M.share(this.head(), by))
  }

  /** The viewer count as TikTok sends it: concurrent and cumulative. */
  seen(now: number, total = this.viewersTotal): M.Message {
    this.viewersNow = now
    this.viewersTotal = total
    return this.#emit(M.viewers(this.head(), now, total))
  }

  question(by: M.Person, text: string): M.Message {
    return this.#emit(M.question(this.head(), by, text))
  }

  battle(battleId = this.#context.nextMessageId()): M.Message {
    return this.#emit(M.battle(this.head(), battleId))
  }

  envelope(by: M.Person, diamonds = 100, people = 10): M.Message {
    return this.#emit(M.envelope(this.head(), by, diamonds, people))
  }

  poll(title: string, options: readonly string[] = ['yes', 'no']): M.Message {
    return this.#emit(M.poll(this.head(), title, options))
  }

  pin(by: M.Person, text: string): M.Message {
    return this.#emit(M.pin(this.head(), by, text))
  }

  emote(by: M.Person, emoteId = '7000000000000000001'): M.Message {
    return this.#emit(M.emote(this.head(), by, emoteId))
  }

  intro(text: string): M.Message {
    const by = { id: this.userId, handle: this.#handle, nickname: this.nickname }
    return this.#emit(M.intro(this.head(), by, text))
  }

  remove(msgIds: readonly string[]): M.Message {
    return this.#emit(M.remove(this.head(), msgIds))
  }

  /** Any method with any bytes, known or not. */
  raw(method: string, payload: Uint8Array, msgId = this.head().msgId): M.Message {
    return this.#emit({ method, msgId, payload })
  }

  // How it is sent

  /** The next messages get these ids instead of fresh ones: '0', a duplicate, 2^63-1. */
  forceIds(...ids: readonly string[]): void {
    this.#forcedIds.push(...ids)
  }

  head(): M.Head {
    return {
      msgId: this.#forcedIds.shift() ?? this.#context.nextMessageId(),
      roomId: this.broadcastId ?? '0',
      at: Date.now(),
    }
  }

  /** Everything said inside goes out together, in one frame unless `messagesPerFrame` says otherwise. */
  batch(say: (creator: this) => void, options: SendOptions = {}): readonly M.Message[] {
    const messages: M.Message[] = []
    this.#batch = messages
    try {
      say(this)
    } finally {
      this.#batch = null
    }
    this.send(messages, options)
    return messages
  }

  /** Makes messages without sending them; `send` them later. They are in the truth once sent. */
  compose(say: (creator: this) => void): readonly M.Message[] {
    const messages: M.Message[] = []
    const outer = this.#batch
    this.#batch = messages
    try {
      say(this)
    } finally {
      this.#batch = outer
    }
    return messages
  }

  send(messages: readonly M.Message[], options: SendOptions = {}): readonly Frame[] {
    const broadcastId = options.broadcastId ?? this.broadcastId ?? '0'
    for (const message of messages) this.#context.truth.note(message, this.#handle, broadcastId)
    const size = options.messagesPerFrame ?? Math.max(1, messages.length)
    const frames: Frame[] = []
    for (let from = 0; from < messages.length; from += size) {
      const unsent = Math.max(0, messages.length - from - size)
      const cursor = this.cursorAt(this.said.length - unsent)
      frames.push(buildFrame(messages.slice(from, from + size), { cursor, ...this.frame, ...options }))
    }
    for (const frame of frames) this.sendFrame(frame, options)
    return frames
  }

  /** A frame built before, to everybody of the broadcast. */
  sendFrame(frame: Frame, to: { readonly broadcastId?: string; readonly viewer?: Viewer } = {}): void {
    const broadcastId = to.broadcastId ?? this.broadcastId
    for (const viewer of to.viewer === undefined ? this.viewers : [to.viewer]) {
      if (viewer.broadcastId === broadcastId) viewer.send(frame)
    }
  }

  /** Bytes as they are, to everybody of the broadcast; noted nowhere. The fast path. */
  sendRaw(bytes: Uint8Array): void {
    for (const viewer of this.viewers) if (viewer.broadcastId === this.broadcastId) viewer.sendRaw(bytes)
  }

  /** A cursor that remembers how much of the broadcast had been said. */
  cursorAt(said = this.said.length): string {
    return `${Date.now()}_${said}_1_1_0_0`
  }

  /** What a connect answer carries: the welcome once, history, and what the cursor asks for. */
  initial(cursor: string): { readonly message: M.Message; readonly history: boolean }[] {
    const since = Number(cursor.split('_')[1] ?? Number.NaN)
    const fresh = this.fillsFromCursor && Number.isInteger(since) ? this.said.slice(since) : []
    const repeated = this.history.filter((message) => !fresh.includes(message))
    return [
      ...[...repeated, ...fresh].map((message) => ({ message, history: true })),
      ...this.welcome.splice(0).map((message) => ({ message, history: false })),
    ]
  }

  #emit(message: M.Message, remembered = true): M.Message {
    if (remembered && this.isLive) {
      if (this.fillsFromCursor) this.said.push(message)
      if (this.historySize > 0) {
        this.history.push(message)
        if (this.history.length > this.historySize) this.history.shift()
      }
    }
    if (this.#batch === null) this.send([message])
    else this.#batch.push(message)
    return message
  }
}

const pauseFor = async (ms: number | undefined): Promise<void> => {
  if (ms !== undefined && ms > 0) await new Promise((done) => setTimeout(done, ms))
}
