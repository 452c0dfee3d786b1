// A TCP proxy on the loopback that delays, freezes, resets or cuts what passes. It knows nothing of what it carries.

import { connect, createServer, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'

export interface NetProxy {
  readonly port: number
  /** Connections accepted so far. */
  readonly accepted: () => number
  readonly open: () => number
  /** Bytes that went from the target to clients. */
  readonly passed: () => number
  /** Black hole: connections stay up, nothing passes either way, and new ones are accepted into the same. */
  readonly freeze: () => void
  readonly thaw: () => void
  /** Every chunk waits this long, in both directions; 0 ends it. */
  readonly delay: (ms: number) => void
  /** Every open connection is reset on both sides. */
  readonly reset: () => void
  /** A connection ends after this many more bytes to its client, in the middle of whatever it is; null ends it. */
  readonly cutAfter: (bytes: number | null) => void
  readonly fired: (fault: 'frozen' | 'delayed' | 'reset' | 'cut') => number
  readonly close: () => Promise<void>
}

export const startNetProxy = async (targetPort: number): Promise<NetProxy> => {
  const pairs = new Set<readonly [Socket, Socket]>()
  const counts = { frozen: 0, delayed: 0, reset: 0, cut: 0 }
  let accepted = 0
  let passed = 0
  let frozen = false
  let delayMs = 0
  let cut: number | null = null

  const carry = (from: Socket, to: Socket, toClient: boolean) => {
    let left: number | null = null
    let queue = Promise.resolve()
    from.on('data', (chunk: Buffer) => {
      if (toClient && cut !== null) {
        left ??= cut
        const part = chunk.subarray(0, left)
        left -= part.byteLength
        passed += part.byteLength
        if (part.byteLength > 0) to.write(part)
        if (left > 0) return
        counts.cut += 1
        to.end()
        from.destroy()
        return
      }
      left = null
      const pass = () => {
        if (toClient) passed += chunk.byteLength
        if (!to.destroyed && !to.write(chunk)) {
          from.pause()
          to.once('drain', () => frozen || from.resume())
        }
      }
      if (delayMs === 0) {
        pass()
        return
      }
      counts.delayed += 1
      const wait = delayMs
      queue = queue.then(() => new Promise<void>((done) => setTimeout(done, wait))).then(pass)
    })
    from.on('end', () => {
      if (!frozen) void queue.then(() => to.end())
    })
    from.on('error', () => to.destroy())
  }

  const server = createServer({ allowHalfOpen: true }, (client) => {
    accepted += 1
    const upstream = connect({ port: targetPort, host: '127.0.0.1', allowHalfOpen: true })
    const pair = [client, upstream] as const
    pairs.add(pair)
    carry(client, upstream, false)
    carry(upstream, client, true)
    for (const [one, other] of [pair, [upstream, client] as const]) {
      one.on('close', () => {
        pairs.delete(pair)
        if (!frozen) other.destroy()
      })
    }
    if (frozen) hold(pair)
  })

  const hold = (pair: readonly [Socket, Socket]) => {
    counts.frozen += 1
    for (const socket of pair) socket.pause()
  }

  await new Promise<void>((done, fail) => {
    server.once('error', fail)
    server.listen(0, '127.0.0.1', done)
  })
  const address = server.address()
  const each = (act: (socket: Socket) => Duplex | void) => {
    for (const pair of pairs) for (const socket of pair) act(socket)
  }

  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    accepted: () => accepted,
    open: () => pairs.size,
    passed: () => passed,
    freeze: () => {
      frozen = true
      for (const pair of pairs) hold(pair)
    },
    thaw: () => {
      frozen = false
      each((socket) => socket.resume())
    },
    delay: (ms) => {
      delayMs = ms
    },
    reset: () => {
      counts.reset += pairs.size
      each((socket) => socket.resetAndDestroy())
    },
    cutAfter: (bytes) => {
      cut = bytes
    },
    fired: (fault) => counts[fault],
    close: () => {
      each((socket) => socket.destroy())
      return new Promise((done) => server.close(() => done()))
    },
  }
}
