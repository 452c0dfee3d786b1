// LiveKit's webhooks: one ordered queue an egress (or room) and address, signed, sent again on 5xx and on no answer.
// What goes wrong on the way is set in `mood`.

import { WebhookEvent } from '@livekit/protocol'
import { randomBytes } from 'node:crypto'
import { webhookToken } from './token.ts'

export interface Sent {
  readonly n: number
  readonly at: number
  readonly event: string
  readonly id: string
  readonly egressId: string
  readonly room: string
  readonly url: string
  readonly body: string
  readonly token: string
  /** One an attempt; 0 for no answer. Empty while it waits, and when it was dropped. */
  readonly answers: number[]
}

export interface Mood {
  /** Never arrives. */
  readonly drop?: (event: WebhookEvent) => boolean
  /** Arrives so often; default once. */
  readonly copies?: number
  /** Waits so long before it is sent; its queue waits with it. */
  readonly delayMs?: number
  /** So many are gathered, and then sent last first. */
  readonly reverse?: number
  /** Ends a group that is not full. Default 200 ms after its first. */
  readonly reverseWithinMs?: number
}

export interface Target {
  readonly url: string
  /** Whose secret signs it. */
  readonly key: string
}

export interface WebhooksContext {
  readonly secretOf: (key: string) => string | undefined
  readonly configured: readonly Target[]
  readonly count: (name: string) => void
}

interface Queue {
  readonly waiting: (() => Promise<void>)[]
  running: boolean
}

const ATTEMPTS = 6
const FIRST_PAUSE_MS = 50
const ANSWER_WITHIN_MS = 5_000

export class Webhooks {
  mood: Mood = {}
  readonly sent: Sent[] = []
  readonly #context: WebhooksContext
  readonly #queues = new Map<string, Queue>()
  readonly #abort = new AbortController()
  #held: (() => void)[] = []
  #heldTimer: NodeJS.Timeout | null = null

  constructor(context: WebhooksContext) {
    this.#context = context
  }

  /** Everything that is said goes to the configured addresses, and to those that the request named. */
  say(event: WebhookEvent, more: readonly Target[] = []): void {
    event.id = `EV_${randomBytes(9).toString('hex')}`
    event.createdAt = BigInt(Math.floor(Date.now() / 1_000))
    const targets = [...this.#context.configured, ...more]
    if (this.mood.drop?.(event) === true) {
      this.#context.count('webhook.dropped')
      return
    }
    for (const target of targets) this.#post(event, target)
  }

  /** The same bytes with the same token once more; what was answered. */
  async replay(sent: Sent): Promise<number> {
    this.#context.count('webhook.replayed')
    return this.#attempt(sent)
  }

  /** Any body as if LiveKit had sent it; what was answered. */
  async send(url: string, body: string, token: string | null): Promise<number> {
    return (await this.#fetch(url, body, token)) ?? 0
  }

  /** Nothing waits any more. */
  async idle(): Promise<void> {
    while ([...this.#queues.values()].some(({ running }) => running) || this.#held.length > 0) {
      await new Promise((done) => setTimeout(done, 10))
    }
  }

  close(): void {
    this.#abort.abort()
    if (this.#heldTimer !== null) clearTimeout(this.#heldTimer)
    this.#queues.clear()
    this.#held = []
  }

  #post(event: WebhookEvent, { url, key }: Target): void {
    const body = event.toJsonString()
    const sent: Sent = {
      n: this.sent.length + 1,
      at: Date.now(),
      event: event.event,
      id: event.id,
      egressId: event.egressInfo?.egressId ?? '',
      room: event.room?.name ?? event.egressInfo?.roomName ?? '',
      url,
      body,
      token: webhookToken(body, key, this.#context.secretOf(key) ?? ''),
      answers: [],
    }
    this.sent.push(sent)
    const { copies = 1, reverse } = this.mood
    if (copies > 1) this.#context.count('webhook.duplicated')
    const queue = () => {
      for (let copy = 0; copy < copies; copy += 1) this.#queue(sent, this.mood.delayMs ?? 0)
    }
    if (reverse === undefined) queue()
    else this.#gather(queue, reverse)
  }

  #gather(queue: () => void, count: number): void {
    this.#held.push(queue)
    if (this.#held.length >= count) this.#release()
    else {
      this.#heldTimer ??= setTimeout(() => this.#release(), this.mood.reverseWithinMs ?? 200)
      this.#heldTimer.unref()
    }
  }

  #release(): void {
    if (this.#heldTimer !== null) clearTimeout(this.#heldTimer)
    this.#heldTimer = null
    const held = this.#held.toReversed()
    this.#held = []
    if (held.length > 1) this.#context.count('webhook.reversed')
    for (const queue of held) queue()
  }

  #queue(sent: Sent, delayMs: number): void {
    const name = `${sent.url} ${sent.egressId === '' ? sent.room : sent.egressId}`
    const queue = this.#queues.get(name) ?? { waiting: [], running: false }
    this.#queues.set(name, queue)
    queue.waiting.push(() => this.#deliver(sent, delayMs))
    if (!queue.running) void this.#drain(queue)
  }

  async #drain(queue: Queue): Promise<void> {
    queue.running = true
    for (let next = queue.waiting.shift(); next !== undefined; next = queue.waiting.shift()) await next()
    queue.running = false
  }

  async #deliver(sent: Sent, delayMs: number): Promise<void> {
    if (delayMs > 0) {
      this.#context.count('webhook.delayed')
      await new Promise((done) => setTimeout(done, delayMs))
    }
    for (let attempt = 0; attempt < ATTEMPTS && !this.#abort.signal.aborted; attempt += 1) {
      const status = await this.#attempt(sent)
      // What is refused is not sent again, what failed is.
      if (status > 0 && status < 500) return
      await new Promise((done) => setTimeout(done, FIRST_PAUSE_MS * 2 ** attempt))
    }
  }

  async #attempt(sent: Sent): Promise<number> {
    const status = (await this.#fetch(sent.url, sent.body, sent.token)) ?? 0
    sent.answers.push(status)
    return status
  }

  async #fetch(url: string, body: string, token: string | null): Promise<number | null> {
    try {
      const response = await fetch(url, {
        method: 'POST',
        headers: {
          'content-type': 'application/webhook+json',
          ...(token === null ? {} : { authorization: token }),
        },
        body,
        signal: AbortSignal.any([this.#abort.signal, AbortSignal.timeout(ANSWER_WITHIN_MS)]),
      })
      await response.arrayBuffer()
      return response.status
    } catch {
      return null
    }
  }
}

export const eventOf = (event: string, more: Partial<WebhookEvent>): WebhookEvent =>
  new WebhookEvent({ event, ...more })
