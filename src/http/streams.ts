// Every open event stream of the server: how many there may be, their heartbeats, and how they are all told
// to go. What a stream says is in `stream.ts` and `session-live.ts`.

import type { Context } from 'hono'
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import { originHeaders } from './guard.ts'
import type { Identity, RequestEnv } from './request.ts'
import { Problem } from './problems.ts'
import { SseClient, type Farewell } from './sse.ts'

export interface StreamLimits {
  readonly clients: number
  readonly heartbeatMs: number
  /** Bytes that may wait for slow sockets, all together. */
  readonly waitingBytes: number
}

export const STREAM_LIMITS: StreamLimits = {
  clients: 5_000,
  heartbeatMs: 15_000,
  waitingBytes: 256 * 1024 * 1024,
}

/** When the server is full a client should come back, milliseconds. */
const FULL_RETRY_MS = 5_000
/** Heartbeats are spread over this many moments, so that no moment has them all. */
const BEATS = 60
/** How soon a client that was cut off tries again, milliseconds; browsers obey it. */
const PREAMBLE = Buffer.from('retry: 2000\n\n')

const HEADERS = {
  'content-type': 'text/event-stream',
  'cache-control': 'no-store, no-transform',
  'x-accel-buffering': 'no',
  'x-content-type-options': 'nosniff',
  connection: 'close',
} as const

/** setTimeout fires at once beyond this. */
const TIMER_MAX_MS = 2_147_483_647

export class Streams {
  readonly #limits: StreamLimits
  readonly #origins: ReadonlySet<string>
  readonly #clients = new Set<SseClient>()
  readonly #timer: NodeJS.Timeout
  /** Who is given a heartbeat at which moment: each client once in a turn. */
  readonly #wheel = Array.from({ length: BEATS }, () => new Set<SseClient>())
  #moment = 0
  #opened = 0
  #leaving = false
  readonly ended: Record<Farewell | 'closed', number> = {
    shutdown: 0,
    slow_consumer: 0,
    auth_expired: 0,
    archived: 0,
    failed: 0,
    closed: 0,
  }

  constructor(limits: StreamLimits, origins: ReadonlySet<string>) {
    this.#limits = limits
    this.#origins = origins
    this.#timer = setInterval(() => this.#beat(), limits.heartbeatMs / BEATS)
    this.#timer.unref()
  }

  get size(): number {
    return this.#clients.size
  }

  get waitingBytes(): number {
    let bytes = 0
    for (const client of this.#clients) bytes += client.waitingBytes
    return bytes
  }

  /** Refuses when there is no room for another stream. */
  check(): void {
    if (this.#leaving) throw new Problem('leaving', { retryAfterMs: FULL_RETRY_MS })
    if (this.#clients.size >= this.#limits.clients)
      throw new Problem('streams_full', { retryAfterMs: FULL_RETRY_MS })
  }

  /** Opens a stream to whoever asks. A HEAD gets the headers and no stream. */
  open(c: Context<RequestEnv>, identity: Identity, begin: (client: SseClient) => Promise<void>): Response {
    if (c.req.method === 'HEAD')
      return new Response(null, { headers: { 'content-type': HEADERS['content-type'] } })
    this.check()
    const outgoing = c.env.outgoing
    if (outgoing === undefined) throw new Error('a stream is served on a socket')
    if (outgoing.socket === null) throw new Problem('stream_pipelined')
    outgoing.socket.setNoDelay(true)
    // Without a length and without chunks the answer ends with its connection, and bytes go out as they are.
    outgoing.removeHeader('transfer-encoding')
    outgoing.writeHead(200, { ...HEADERS, ...originHeaders(c.req.header('origin'), this.#origins) })
    const client = new SseClient(outgoing, identity.tokenId)
    this.#clients.add(client)
    this.#opened += 1
    const moment = this.#wheel[this.#opened % BEATS]
    moment?.add(client)
    client.onEnd(() => {
      moment?.delete(client)
      this.#forget(client)
    })
    client.write(PREAMBLE)
    this.#expireAt(client, identity.expiresAt)
    void begin(client).catch(() => client.end('failed'))
    return new Response(null, { headers: RESPONSE_ALREADY_SENT.headers })
  }

  #expireAt(client: SseClient, at: number | null): void {
    if (at === null) return
    const expire = (): void => {
      if (Date.now() >= at) client.end('auth_expired', { reason: 'expired' })
      else arm()
    }
    let timer: NodeJS.Timeout
    const arm = (): void => {
      timer = setTimeout(expire, Math.min(Math.max(at - Date.now(), 0), TIMER_MAX_MS)).unref()
    }
    arm()
    client.onEnd(() => clearTimeout(timer))
  }

  #forget(client: SseClient): void {
    if (this.#clients.delete(client)) this.ended[client.reason] += 1
  }

  #beat(): void {
    this.#moment = (this.#moment + 1) % BEATS
    for (const client of this.#wheel[this.#moment] ?? []) {
      client.dropIfStuck()
      client.beat()
    }
    if (this.waitingBytes > this.#limits.waitingBytes) this.#relieve()
  }

  /** Too much waits for slow sockets: those that hold the most go first. */
  #relieve(): void {
    const slow = [...this.#clients]
      .filter((client) => client.blocked)
      .sort((a, b) => b.waitingBytes - a.waitingBytes)
    let waiting = this.waitingBytes
    for (const client of slow) {
      if (waiting <= this.#limits.waitingBytes) return
      waiting -= client.waitingBytes
      client.end('slow_consumer')
    }
  }

  /** Streams of these tokens end now. */
  endTokens(gone: (tokenId: string) => boolean): void {
    for (const client of this.#clients) {
      if (client.tokenId !== null && gone(client.tokenId)) client.end('auth_expired', { reason: 'revoked' })
    }
  }

  /** The tokens that hold a stream open. */
  tokens(): ReadonlySet<string> {
    return new Set([...this.#clients].flatMap((client) => client.tokenId ?? []))
  }

  /** Tells everybody that the server is leaving, and lets no one in. */
  leave(): void {
    this.#leaving = true
    clearInterval(this.#timer)
    for (const client of this.#clients) client.end('shutdown')
  }
}
