// One client on the webcast socket, seen from TikTok's side: what it was sent, what it answered, how it ended.

import type { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { WebSocket } from 'ws'
import { arrived } from './arrival.ts'
import { enterAnswer, heartbeatAnswer, readClientFrame, type Frame } from './frames.ts'
import type { Faults } from './faults.ts'
import type { Truth } from './truth.ts'

export interface Ack {
  readonly logId: string
  readonly internalExt: string
  readonly at: number
}

export interface ViewerContext {
  readonly n: number
  readonly handle: string
  readonly broadcastId: string
  readonly heartbeatReplies: boolean
  readonly truth: Truth
  readonly faults: Faults
}

export interface ViewerEvents {
  readonly onEnter: () => void
  readonly onClose: () => void
}

export class Viewer {
  readonly n: number
  readonly handle: string
  readonly broadcastId: string
  readonly openedAt = Date.now()
  readonly url: string
  readonly headers: IncomingMessage['headers']
  readonly acks: Ack[] = []
  /** Log ids of the frames sent to it that ask for an acknowledgement. */
  readonly asked: string[] = []
  heartbeats = 0
  entered = false
  /** Client bytes that were no push frame. */
  unreadable = 0
  closed: { readonly code: number; readonly at: number } | null = null
  /** Open but dead: nothing is sent, nothing is answered. */
  stalled = false
  #unwritten = 0
  #isReset = false
  readonly #ws: WebSocket
  readonly #socket: Duplex
  readonly #context: ViewerContext

  constructor(context: ViewerContext, ws: WebSocket, request: IncomingMessage, events: ViewerEvents) {
    this.n = context.n
    this.handle = context.handle
    this.broadcastId = context.broadcastId
    this.url = request.url ?? ''
    this.headers = request.headers
    this.#ws = ws
    this.#socket = request.socket
    this.#context = context
    ws.on('message', (data: Buffer) => this.#hear(data, events.onEnter))
    ws.on('error', () => undefined)
    ws.on('close', (code) => {
      this.closed = { code, at: Date.now() }
      events.onClose()
    })
  }

  get isOpen(): boolean {
    return this.closed === null && !this.#isReset && this.#ws.readyState === this.#ws.OPEN
  }

  /** Bytes not yet taken by the operating system: the client is not reading. */
  get backlog(): number {
    return this.#ws.bufferedAmount
  }

  /** Sends a frame and notes its messages as delivered here. Nothing happens on a stalled or closed socket. */
  send(frame: Frame, history = false): void {
    if (!this.isOpen || this.stalled) return
    this.asked.push(frame.logId)
    this.#write(
      frame.bytes,
      this.#context.truth.deliver(frame.messages, { connection: this.n, kind: 'push', history }),
    )
  }

  /** Sends bytes as they are, noting nothing. */
  sendRaw(bytes: Uint8Array): void {
    if (this.isOpen && !this.stalled) this.#write(bytes, () => undefined)
  }

  /** Done when the operating system has taken everything sent so far, or the socket is gone. */
  async flush(): Promise<void> {
    while (this.#unwritten > 0 && this.closed === null) await new Promise((done) => setImmediate(done))
  }

  /** Done when the client has read everything sent so far; false when it did not within the limit. */
  async arrived(limitMs?: number): Promise<boolean> {
    await this.flush()
    if (this.closed !== null || !(this.#socket instanceof Socket)) return false
    return arrived(this.#socket.localPort ?? 0, this.#socket.remotePort ?? 0, limitMs)
  }

  #write(bytes: Uint8Array, flushed: () => void): void {
    this.#unwritten += 1
    this.#ws.send(bytes, (error) => {
      this.#unwritten -= 1
      if (error === undefined || error === null) flushed()
    })
  }

  stall(stalled = true): void {
    if (stalled && !this.stalled) this.#context.faults.count('socket.stalled')
    this.stalled = stalled
  }

  /** Stops reading what the client sends, its close included: a client that closes politely waits in vain. */
  deafen(): void {
    this.#context.faults.count('socket.deaf')
    this.#ws.pause()
  }

  /** TCP reset, at once: what the client has not read yet is lost with it. */
  dropHard(): void {
    if (this.closed !== null) return
    this.#context.faults.count('socket.dropped_hard')
    this.#isReset = true
    if (this.#socket instanceof Socket) this.#socket.resetAndDestroy()
  }

  /** A close frame after everything that was sent. */
  dropSoft(code = 1001): void {
    if (this.closed !== null) return
    this.#context.faults.count('socket.dropped_soft')
    this.#ws.close(code)
  }

  #hear(data: Buffer, onEnter: () => void): void {
    let frame
    try {
      frame = readClientFrame(data)
    } catch {
      this.unreadable += 1
      return
    }
    if (frame.type === 'ack') {
      this.acks.push({ logId: frame.logId, internalExt: frame.internalExt, at: Date.now() })
    } else if (frame.type === 'heartbeat') {
      this.heartbeats += 1
      if (this.#context.heartbeatReplies) this.sendRaw(heartbeatAnswer())
    } else if (frame.type === 'enter') {
      this.entered = true
      this.sendRaw(enterAnswer())
      onEnter()
    }
  }
}
