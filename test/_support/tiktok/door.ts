// The webcast socket's door: who may upgrade, what a faulty door does, and the list of everybody who came in.

import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocketServer } from 'ws'
import type { Creator } from './creator.ts'
import type { FaultOf, Faults } from './faults.ts'
import type { Truth } from './truth.ts'
import { Viewer } from './viewer.ts'

export interface DoorContext {
  readonly truth: Truth
  readonly faults: Faults
  readonly heartbeatReplies: boolean
}

export class Door {
  readonly viewers: Viewer[] = []
  readonly #server = new WebSocketServer({ noServer: true, clientTracking: false, maxPayload: 1 << 20 })
  readonly #context: DoorContext
  readonly #sockets = new Set<Duplex>()
  #waiting: { readonly wanted: (viewer: Viewer) => boolean; readonly done: (viewer: Viewer) => void }[] = []

  constructor(context: DoorContext) {
    this.#context = context
  }

  /** The next viewer to come in. */
  next(): Promise<Viewer> {
    return this.#meet((viewer) => !viewer.entered)
  }

  /** Somebody who has entered the room of this broadcast and is still there; at once when there is one. */
  watched(handle: string): Promise<Viewer> {
    const wanted = (viewer: Viewer) => viewer.entered && viewer.isOpen && viewer.handle === handle
    const there = this.viewers.findLast(wanted)
    return there === undefined ? this.#meet(wanted) : Promise.resolve(there)
  }

  #meet(wanted: (viewer: Viewer) => boolean): Promise<Viewer> {
    return new Promise((done) => this.#waiting.push({ wanted, done }))
  }

  #met(viewer: Viewer): void {
    const met = this.#waiting.filter(({ wanted }) => wanted(viewer))
    this.#waiting = this.#waiting.filter((waiting) => !met.includes(waiting))
    for (const { done } of met) done(viewer)
  }

  upgrade(
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    room: { readonly creator: Creator | null; readonly roomId: string },
    fault: FaultOf['socket'] | null,
  ): void {
    socket.on('error', () => undefined)
    this.#sockets.add(socket)
    socket.on('close', () => this.#sockets.delete(socket))
    const { creator } = room
    if (creator === null || fault?.kind === 'refused') {
      refuse(socket, fault?.kind === 'refused' ? fault.message : 'room not found')
      return
    }
    const accept = () => {
      if (socket.destroyed) return
      this.#server.handleUpgrade(request, socket, head, (ws) => {
        const viewer = new Viewer(
          { ...this.#context, n: this.viewers.length + 1, handle: creator.handle, broadcastId: room.roomId },
          ws,
          request,
          { onEnter: () => this.#met(viewer), onClose: () => creator.viewers.delete(viewer) },
        )
        this.viewers.push(viewer)
        creator.viewers.add(viewer)
        if (fault?.kind === 'stalled') viewer.stall()
        if (fault?.kind === 'closed') viewer.dropSoft(fault.code)
        if (fault?.kind === 'reset') viewer.dropHard()
        this.#met(viewer)
      })
    }
    if (fault?.kind === 'slow') setTimeout(accept, fault.ms).unref()
    else accept()
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy()
    this.#server.close()
  }
}

/** How TikTok refuses: a plain 200 with the reason in a header. */
const refuse = (socket: Duplex, message = 'DEVICE_BLOCKED') => {
  socket.end(
    `HTTP/1.1 200 OK\r\nhandshake-msg: ${message}\r\nhandshake-status: 415\r\ncontent-length: 0\r\nconnection: close\r\n\r\n`,
  )
}
