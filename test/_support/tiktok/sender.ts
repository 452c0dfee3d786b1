// How a creator's messages get out: ids, batches, frames, history, and the sockets they go to.
// It notes every message in the truth before it sends it. What is said, and when, is in creator.ts.

import { buildFrame, type Frame, type FrameOptions } from './frames.ts'
import type { Faults } from './faults.ts'
import type { Head, Message } from './messages.ts'
import type { Truth } from './truth.ts'
import type { Viewer } from './viewer.ts'

export interface SenderContext {
  readonly truth: Truth
  readonly faults: Faults
  readonly nextMessageId: () => string
  /** How many of the last messages a connect answer repeats as history. */
  readonly history: number
}

/** Whom a frame goes to: by default everybody who watches the broadcast on air. */
export interface Audience {
  /** The viewers of this broadcast instead: late frames of an old one. */
  readonly broadcastId?: string
  /** Only this viewer. */
  readonly viewer?: Viewer
}

export interface SendOptions extends FrameOptions, Audience {
  /** Default: all in one frame. */
  readonly messagesPerFrame?: number
}

export class Sender {
  broadcastId: string | null = null
  /** The last messages of the broadcast that a connect answer repeats as history, oldest first. */
  history: Message[] = []
  historySize: number
  /** Also answer with what was said since the cursor of a connect request. What real TikTok does is not known. */
  fillsFromCursor = false
  /** Messages put into the next connect answer as new ones, once: what happens before `connect` is done. */
  readonly welcome: Message[] = []
  readonly viewers = new Set<Viewer>()
  /** How frames are built when a call does not say. */
  frame: FrameOptions = {}
  readonly #said: Message[] = []
  #batch: Message[] | null = null
  #forcedIds: string[] = []
  #handle: string
  readonly #context: SenderContext

  constructor(handle: string, context: SenderContext) {
    this.#handle = handle
    this.#context = context
    this.historySize = context.history
  }

  get handle(): string {
    return this.#handle
  }

  protected setHandle(handle: string): void {
    this.#handle = handle
  }

  /** Open sockets of the broadcast on air. */
  get audience(): readonly Viewer[] {
    return [...this.viewers].filter((viewer) => viewer.isOpen && viewer.broadcastId === this.broadcastId)
  }

  /** The next messages get these ids instead of fresh ones: '0', another message's id, 2^63-1. */
  forceIds(...ids: readonly string[]): void {
    this.#forcedIds.push(...ids)
  }

  head(): Head {
    return {
      msgId: this.#forcedIds.shift() ?? this.#context.nextMessageId(),
      roomId: this.broadcastId ?? '0',
      at: Date.now(),
    }
  }

  /** Everything said inside goes out together, in one frame unless `messagesPerFrame` says otherwise. */
  batch(say: (creator: this) => void, options: SendOptions = {}): readonly Message[] {
    const messages = this.compose(say)
    if (messages.length > 0) this.send(messages, options)
    return messages
  }

  /** Makes messages without sending them; `send` or `buildFrame` and `sendFrame` do that later. */
  compose(say: (creator: this) => void): readonly Message[] {
    const messages: Message[] = []
    const outer = this.#batch
    this.#batch = messages
    try {
      say(this)
    } finally {
      this.#batch = outer
    }
    return messages
  }

  /** Sends messages; one that was sent before is sent again as the duplicate it is. */
  send(messages: readonly Message[], options: SendOptions = {}): readonly Frame[] {
    const size = options.messagesPerFrame ?? Math.max(1, messages.length)
    const frames: Frame[] = []
    for (let from = 0; from < messages.length; from += size) {
      const unsent = Math.max(0, messages.length - from - size)
      const cursor = this.cursorAt(this.#said.length - unsent)
      const frame = buildFrame(messages.slice(from, from + size), { cursor, ...this.frame, ...options })
      frames.push(frame)
      this.sendFrame(frame, options)
    }
    return frames
  }

  /** A frame built before. */
  sendFrame(frame: Frame, to: Audience = {}): void {
    const broadcastId = to.viewer?.broadcastId ?? to.broadcastId ?? this.broadcastId ?? '0'
    for (const message of frame.messages) this.#context.truth.note(message, this.#handle, broadcastId)
    for (const viewer of to.viewer === undefined ? this.viewers : [to.viewer]) {
      if (viewer.broadcastId === broadcastId) viewer.send(frame)
    }
  }

  /** Bytes as they are, noted nowhere: damaged frames, and the fastest way. */
  sendRaw(bytes: Uint8Array): void {
    for (const viewer of this.viewers) if (viewer.broadcastId === this.broadcastId) viewer.sendRaw(bytes)
  }

  /** A cursor that remembers how much of the broadcast had been said. */
  cursorAt(said = this.#said.length): string {
    return `${Date.now()}_${said}_1_1_0_0`
  }

  /** What a connect answer carries: history, what the cursor asks for, and the welcome once. */
  initial(cursor: string): { readonly message: Message; readonly history: boolean }[] {
    const since = Number(cursor.split('_')[1] ?? Number.NaN)
    const missed = this.fillsFromCursor && Number.isInteger(since) ? this.#said.slice(since) : []
    const repeated = this.history.filter((message) => !missed.includes(message))
    return [
      ...[...repeated, ...missed].map((message) => ({ message, history: true })),
      ...this.welcome.splice(0).map((message) => ({ message, history: false })),
    ]
  }

  protected forget(): void {
    this.history = []
    this.#said.length = 0
  }

  /** Sends a message now, or keeps it for the batch it is said in. */
  protected emit(message: Message, remembered = true): Message {
    if (remembered && this.fillsFromCursor) this.#said.push(message)
    if (remembered && this.historySize > 0) {
      this.history.push(message)
      if (this.history.length > this.historySize) this.history.shift()
    }
    if (this.#batch === null) this.send([message])
    else this.#batch.push(message)
    return message
  }
}
