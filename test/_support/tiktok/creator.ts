// A scriptable creator: whether they are on air, and everything that happens in their room.
// Each verb makes one message, notes it in the truth and sends it to those who watch the broadcast on air.
// Damaged and hostile traffic is in mishaps.ts, steady rates in script.ts, captures in captures.ts.

import { GiftLedger, GIFTS } from './gifts.ts'
import * as M from './messages.ts'
import { Mishaps } from './mishaps.ts'
import { Sender, type SenderContext } from './sender.ts'

export interface CreatorContext extends SenderContext {
  readonly nextBroadcastId: () => string
  readonly onBroadcast: (creator: Creator, broadcastId: string) => void
  readonly onRename: (creator: Creator, before: string) => void
}

const OFF = 4

export class Creator extends Sender {
  readonly userId: string
  nickname: string
  title = ''
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
  /** The gifts of this broadcast, valued as they should be. */
  gifts = new GiftLedger()
  readonly mishaps: Mishaps
  readonly #context: CreatorContext

  constructor(handle: string, userId: string, context: CreatorContext) {
    super(handle, context)
    this.userId = userId
    this.nickname = `${handle} LIVE`
    this.#context = context
    this.mishaps = new Mishaps(this, context.faults)
  }

  get isLive(): boolean {
    return this.status !== OFF
  }

  // On and off air

  /** Goes on air with a new broadcast, or with the given id again (a resumed one). */
  goLive(options: { readonly broadcastId?: string; readonly title?: string } = {}): string {
    const id = options.broadcastId ?? this.#context.nextBroadcastId()
    if (id !== this.broadcastId) {
      this.forget()
      this.gifts = new GiftLedger()
      Object.assign(this, { likes: 0, chats: 0, shares: 0, follows: 0, viewersNow: 0, viewersTotal: 0 })
      this.startedAt = Date.now()
    }
    this.title = options.title ?? (this.title || `${this.handle} is on air`)
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
    return this.emit(M.control(this.head(), action), false)
  }

  rename(handle: string): void {
    const before = this.handle
    this.setHandle(handle)
    this.#context.onRename(this, before)
  }

  // What happens in the room

  say(text: string, by: M.Person = GIFTS.someone): M.Message {
    this.chats += 1
    return this.emit(M.chat(this.head(), by, text))
  }

  /** One gift frame. Without a group it is a streak of its own. */
  gift(
    by: M.Person,
    giftId: string,
    frame: { readonly repeat?: number; readonly group?: string; readonly final?: boolean } = {},
  ): M.Message {
    const kind = GIFTS.find(giftId)
    const { repeat = 1, group = this.#context.nextMessageId(), final = !kind.combo } = frame
    this.gifts.note(by.id, kind, group, repeat)
    return this.emit(M.gift(this.head(), by, kind, { repeat, group, final }))
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
    return this.emit(M.like(this.head(), by, count, this.likes))
  }

  join(by: M.Person): M.Message {
    this.viewersTotal += 1
    return this.emit(M.join(this.head(), by, this.viewersNow))
  }

  follow(by: M.Person): M.Message {
    this.follows += 1
    this.followers += 1
    return this.emit(M.follow(this.head(), by, this.followers))
  }

  share(by: M.Person): M.Message {
    this.shares += 1
    return this.emit(M.share(this.head(), by))
  }

  /** The viewer count as TikTok sends it: concurrent and cumulative. */
  seen(now: number, total = this.viewersTotal): M.Message {
    this.viewersNow = now
    this.viewersTotal = total
    return this.emit(M.viewers(this.head(), now, total))
  }

  question(by: M.Person, text: string): M.Message {
    return this.emit(M.question(this.head(), by, text))
  }

  battle(battleId = this.#context.nextMessageId()): M.Message {
    return this.emit(M.battle(this.head(), battleId))
  }

  envelope(by: M.Person, diamonds = 100, people = 10): M.Message {
    return this.emit(M.envelope(this.head(), by, diamonds, people))
  }

  poll(title: string, options: readonly string[] = ['yes', 'no']): M.Message {
    return this.emit(M.poll(this.head(), title, options))
  }

  pin(by: M.Person, text: string): M.Message {
    return this.emit(M.pin(this.head(), by, text))
  }

  emote(by: M.Person, emoteId = '7000000000000000001'): M.Message {
    return this.emit(M.emote(this.head(), by, emoteId))
  }

  intro(text: string): M.Message {
    const by = { id: this.userId, handle: this.handle, nickname: this.nickname }
    return this.emit(M.intro(this.head(), by, text))
  }

  remove(msgIds: readonly string[]): M.Message {
    return this.emit(M.remove(this.head(), msgIds))
  }

  /** Any method with any bytes, known or not. */
  raw(method: string, payload: Uint8Array, msgId = this.head().msgId): M.Message {
    return this.emit({ method, msgId, payload })
  }
}

const pauseFor = async (ms: number | undefined): Promise<void> => {
  if (ms !== undefined && ms > 0) await new Promise((done) => setTimeout(done, ms))
}
