// How long the body of a request may take. Node's own limit is one for all requests; a file takes longer than a
// command, so the limit is kept here, and a route that reads with a limit of its own says so.

import type { IncomingMessage, Server } from 'node:http'

const patient = new WeakSet<IncomingMessage>()

/** This request's body is watched by whoever reads it. */
export const mayTakeLonger = (incoming: IncomingMessage | undefined): void => {
  if (incoming !== undefined) patient.add(incoming)
}

const TOO_LATE = 'HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n'

/** Answers 408 and closes when a request is not all here after `limitMs`. */
export const watchBodies = (server: Server, limitMs: number): void => {
  server.on('request', (incoming, outgoing) => {
    const timer = setTimeout(() => {
      if (incoming.complete || patient.has(incoming)) return
      if (!outgoing.headersSent) incoming.socket.write(TOO_LATE)
      incoming.socket.destroySoon()
    }, limitMs).unref()
    incoming.once('end', () => clearTimeout(timer))
    incoming.once('close', () => clearTimeout(timer))
  })
}
