// What goes wrong on an open socket: drops, damaged frames, hostile content, floods, flapping.
// Each counts itself in the faults, by the name in its comment.

import { setTimeout as wait } from 'node:timers/promises'
import type { Creator } from './creator.ts'
import * as damage from './damage.ts'
import type { Faults } from './faults.ts'
import { buildFrame, nextLogId, wrap } from './frames.ts'
import { person, seeded } from './ids.ts'
import type { Message } from './messages.ts'
import type { SendOptions } from './sender.ts'

export type Close = 'soft' | 'hard' | 'ended' | 'suspended'

export class Mishaps {
  readonly #creator: Creator
  readonly #faults: Faults

  constructor(creator: Creator, faults: Faults) {
    this.#creator = creator
    this.#faults = faults
  }

  /**
   * `socket.dropped_hard`: everybody is reset, as soon as they have read what was sent, so that the truth's
   * `flushed` is what they have. With `atOnce` the reset takes unread bytes with it, nobody knows how many.
   */
  async dropHard(options: { readonly atOnce?: boolean } = {}): Promise<void> {
    const viewers = this.#creator.audience
    if (options.atOnce !== true) await Promise.all(viewers.map((viewer) => viewer.arrived()))
    for (const viewer of viewers) viewer.dropHard()
  }

  /** `socket.dropped_soft`: everybody gets a close frame after what was sent. */
  dropSoft(code = 1001): void {
    for (const viewer of this.#creator.audience) viewer.dropSoft(code)
  }

  /** `socket.stalled`: sockets stay open and nothing comes any more, not even replies. */
  stall(stalled = true): void {
    for (const viewer of this.#creator.audience) viewer.stall(stalled)
  }

  /** `tail.<how>`: frames, and the end right behind them in the same tick. */
  async lastWords(messages: readonly Message[], how: Close, options: SendOptions = {}): Promise<void> {
    this.#faults.count(`tail.${how}`)
    this.#creator.send(messages, options)
    if (how === 'soft') this.dropSoft()
    else if (how === 'hard') await this.dropHard()
    else if (how === 'ended') this.#creator.end()
    else this.#creator.suspend()
  }

  /** `batch.words_after_end`: one frame with a chat, ENDED, and another chat. */
  endInTheMiddle(): readonly Message[] {
    this.#faults.count('batch.words_after_end')
    return this.#creator.batch((creator) => {
      creator.say('before the end')
      creator.end()
      creator.say('after the end')
    })
  }

  /** `batch.duplicate`: the same message twice in one frame. */
  duplicateInBatch(): Message {
    this.#faults.count('batch.duplicate')
    const [message] = this.#creator.compose((creator) => creator.say('twice'))
    if (message === undefined) throw new Error('nothing was composed')
    this.#creator.send([message, message])
    return message
  }

  /** `payload.corrupt`: a known method whose payload cannot be decoded. */
  corruptPayload(method = 'WebcastChatMessage'): Message {
    this.#faults.count('payload.corrupt')
    return this.#creator.raw(method, damage.undecodable)
  }

  /** `frame.corrupt`: a frame that is broken as a push frame, in its gzip, or in the result inside. */
  corruptFrame(where: 'push' | 'gzip' | 'result' = 'gzip'): void {
    this.#faults.count('frame.corrupt')
    this.#creator.sendRaw(damage.corruptFrame(where))
  }

  /** `frame.bomb`: a small frame that unpacks to about `bytes`. Valid otherwise. */
  gzipBomb(bytes = 1 << 30): number {
    this.#faults.count('frame.bomb')
    const bomb = wrap(damage.gzipBomb(bytes), nextLogId(), true)
    this.#creator.sendRaw(bomb)
    return bomb.byteLength
  }

  /** `text.huge`: one chat of that many bytes, hard to compress. */
  hugeText(bytes = 5 << 20): Message {
    this.#faults.count('text.huge')
    const random = seeded(bytes)
    const letters = Array.from({ length: 4_096 }, () => Math.floor(random() * 36).toString(36)).join('')
    return this.#creator.say(letters.repeat(Math.ceil(bytes / letters.length)).slice(0, bytes))
  }

  /** `text.odd`: chats with NUL, BiDi overrides, quotes, markup, and bytes that are no UTF-8, in one frame. */
  oddTexts(): readonly Message[] {
    this.#faults.count('text.odd')
    const creator = this.#creator
    return creator.batch(() => {
      for (const text of damage.ODD_TEXTS) creator.say(text)
      const [plain] = creator.compose(() => creator.say(`lone ${damage.PLACEHOLDER} surrogate`))
      if (plain !== undefined) creator.raw(plain.method, damage.loneSurrogate(plain.payload), plain.msgId)
    })
  }

  /** `frame.reorder_bait`: a big gzip frame with small ones behind it, which a careless reader lets overtake. */
  reorderBait(options: { readonly bytes?: number; readonly small?: number } = {}): readonly Message[] {
    this.#faults.count('frame.reorder_bait')
    const creator = this.#creator
    const random = seeded(7)
    const line = () => Array.from({ length: 100 }, () => Math.floor(random() * 36).toString(36)).join('')
    const big = creator.compose(() => {
      for (let size = 0; size < (options.bytes ?? 400_000); size += 200) creator.say(line())
    })
    creator.send(big)
    const small = creator.compose(() => {
      for (let n = 0; n < (options.small ?? 20); n += 1) creator.say(`small ${n}`)
    })
    creator.send(small, { messagesPerFrame: 1 })
    return [...big, ...small]
  }

  /** `burst`: that many chats, spread evenly over that time. Built before the first is sent. */
  async burst(
    options: {
      readonly events?: number
      readonly ms?: number
      readonly messagesPerFrame?: number
      readonly gzip?: boolean
    } = {},
  ): Promise<readonly Message[]> {
    const { events = 50_000, ms = 5_000, messagesPerFrame = 20, gzip = true } = options
    const creator = this.#creator
    const messages = creator.compose(() => {
      for (let n = 0; n < events; n += 1) creator.say(`burst ${n}`, person(n % 997))
    })
    const frames = []
    for (let from = 0; from < events; from += messagesPerFrame) {
      frames.push(buildFrame(messages.slice(from, from + messagesPerFrame), { gzip, level: 1 }))
    }
    const started = performance.now()
    for (let sent = 0; sent < frames.length;) {
      const due = ms <= 0 ? frames.length : Math.ceil(((performance.now() - started) / ms) * frames.length)
      for (; sent < Math.min(due, frames.length); sent += 1) {
        const frame = frames[sent]
        if (frame !== undefined) creator.sendFrame(frame)
      }
      if (sent < frames.length) await wait(2)
    }
    this.#faults.count('burst')
    return messages
  }

  /** `flap`: the pages alternate between live and offline; the sockets are told nothing. Ends as it began. */
  async flap(options: { readonly times: number; readonly everyMs: number }): Promise<void> {
    const creator = this.#creator
    for (let n = 0; n < options.times * 2; n += 1) {
      if (creator.isLive) creator.goOffline()
      else creator.goLive(creator.broadcastId === null ? {} : { broadcastId: creator.broadcastId })
      this.#faults.count('flap')
      await wait(options.everyMs)
    }
  }
}
