// Listens to one socket from its birth: every frame once, in order, before anything decodes it; then one close.
// It does not open the socket nor decide why it ends.

import type { RawData, WebSocket } from 'ws'
import type { LinkListener } from './tiktok.ts'

export interface Time {
  /** Wall clock, milliseconds UTC. */
  readonly now: () => number
  /** Milliseconds that only grow. */
  readonly monotonic: () => number
}

/** Unsent bytes of acks and pongs at which the other side counts as gone: it reads nothing. */
const BACKLOG_MAX = 1 << 20
const HANDSHAKE_TEXT_MAX = 300
/** Acks that wait while reading is held. */
const HELD_ACKS_MAX = 1_000

const bytesOf = (data: RawData): Uint8Array => {
  if (Array.isArray(data)) return Buffer.concat(data)
  return data instanceof ArrayBuffer ? new Uint8Array(data) : data
}

export class Tap {
  readonly #listener: LinkListener
  readonly #time: Time
  readonly #waiting = new Set<() => void>()
  #socket: WebSocket | null = null
  #closed: { readonly code: number; readonly reason: string } | null = null
  /** Connected: from here on the close is told. */
  #announced = false
  #told = false
  /** Given up or broken: nothing is passed on any more. */
  #mute = false
  /** It is of another broadcast than was asked for: its frames belong to nobody here. */
  #ignored = false
  #finishing = false
  #held = false
  #heldAcks: Uint8Array[] = []
  lastFrameAt: number
  /** How the socket's door was closed to us, when it was. */
  refusal: { readonly status: number; readonly message: string } | null = null
  /** The first error the socket had. */
  error: Error | null = null

  constructor(listener: LinkListener, time: Time) {
    this.#listener = listener
    this.#time = time
    this.lastFrameAt = time.monotonic()
  }

  /** Passes on the sign server's first batch or a socket's frame; false when nothing is passed on any more. */
  readonly frame = (kind: 'push' | 'fetch', bytes: Uint8Array): boolean => {
    if (this.#mute) return false
    this.lastFrameAt = this.#time.monotonic()
    if (this.#ignored) return true
    try {
      this.#listener.onFrame(kind, bytes, this.#time.now())
    } catch (error) {
      // A frame was lost in the listener, so those after it would hide a hole: the connection is over.
      this.#mute = true
      this.error ??= error instanceof Error ? error : new Error(String(error))
      this.#socket?.terminate()
    }
    return !this.#mute
  }

  /**
   * Called inside the socket's constructor, so these are its first listeners and no event comes before them.
   * When it opens, and no frame can have come yet, the library's own reader is taken off: it would unzip and
   * decode everything a second time, and hang up by itself at the end of a broadcast, before the tail is in.
   */
  attach(socket: WebSocket): void {
    this.#socket = socket
    const onMessage = (data: RawData) => this.frame('push', bytesOf(data))
    socket.on('message', onMessage)
    socket.on('ping', (data: Buffer) => {
      // The library turns the automatic answer off.
      if (socket.readyState === socket.OPEN && this.#hasRoom()) socket.pong(data)
    })
    socket.on('error', (error) => {
      this.error ??= error
    })
    socket.on('unexpected-response', (_request, response) => {
      const said = response.headers['handshake-msg']
      const message = (Array.isArray(said) ? said[0] : said) ?? ''
      this.refusal = { status: response.statusCode ?? 0, message: message.slice(0, HANDSHAKE_TEXT_MAX) }
    })
    socket.once('open', () => {
      for (const listener of socket.listeners('message')) {
        if (listener !== onMessage) socket.off('message', listener as (data: RawData) => void)
      }
    })
    socket.once('close', (code, reason) => {
      const broken = this.#mute && this.#announced
      this.#closed = { code, reason: broken ? 'the listener failed' : reason.toString('utf8') }
      if (this.#announced || this.#mute) this.#tell()
    })
  }

  /** The connection is handed over: its close is told from now on, later if it has already happened. */
  announce(): void {
    this.#announced = true
    if (this.#closed !== null) setImmediate(() => this.#tell())
  }

  /** No frame is passed on; the connection comes about all the same and says which broadcast it is of. */
  ignore(): void {
    this.#ignored = true
  }

  /** Nothing more is passed on and the socket is destroyed. */
  abandon(): void {
    this.#mute = true
    if (this.#closed !== null) this.#tell()
    else this.#socket?.terminate()
  }

  hold(hold: boolean): void {
    if (this.#closed !== null || this.#finishing || hold === this.#held) return
    this.#held = hold
    if (hold) {
      this.#socket?.pause()
      return
    }
    this.#socket?.resume()
    // After the next read: writing to a connection that was reset meanwhile would throw away what is still unread.
    const acks = this.#heldAcks.splice(0)
    if (acks.length > 0) setImmediate(() => acks.forEach((bytes) => this.send(bytes)))
  }

  send(bytes: Uint8Array): void {
    if (this.#held) {
      if (this.#heldAcks.length < HELD_ACKS_MAX) this.#heldAcks.push(bytes)
      return
    }
    const socket = this.#socket
    if (socket !== null && socket.readyState === socket.OPEN && this.#hasRoom()) socket.send(bytes)
  }

  /** Starts the closing handshake; frames in flight still arrive. */
  close(): void {
    this.#finishing = true
    this.#held = false
    this.#heldAcks = []
    this.#socket?.resume()
    this.#socket?.close()
  }

  terminate(): void {
    this.#socket?.terminate()
  }

  /** Calls back once nothing will ever be passed on again. */
  whenOver(call: () => void): () => void {
    if (this.#told || this.#socket === null) {
      call()
      return () => undefined
    }
    this.#waiting.add(call)
    return () => this.#waiting.delete(call)
  }

  #hasRoom(): boolean {
    const socket = this.#socket
    if (socket === null || socket.bufferedAmount <= BACKLOG_MAX) return socket !== null
    socket.terminate()
    return false
  }

  #tell(): void {
    if (this.#told) return
    this.#told = true
    if (this.#announced && this.#closed !== null) this.#listener.onClose(this.#closed)
    for (const call of this.#waiting) call()
    this.#waiting.clear()
  }
}
