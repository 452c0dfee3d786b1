// The listening socket: how long and how large a request may be before anything of ours looks at it, and how
// the server leaves. What requests mean is not known here.

import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createAdaptorServer } from '@hono/node-server'
import { answerBroken } from './broken.ts'
import { watchBodies } from './deadlines.ts'
import type { Http } from './http.ts'

export interface ServerLimits {
  /** A request's headers must be here by then, milliseconds; also bounds a socket that says nothing. */
  readonly headersMs: number
  /** The whole request must be here by then; later is answered 408. Files have limits of their own. */
  readonly requestMs: number
  /** An idle connection is kept for the next request this long. */
  readonly keepAliveMs: number
  readonly headerBytes: number
  /** Sockets at once; more are closed as they come. Above the limit of streams, so that those get an answer. */
  readonly connections: number
  /** A socket on which nothing moves is closed after this, whatever it is for. */
  readonly stillMs: number
  /** How often sockets are looked at for the first two. */
  readonly checkMs: number
}

export const SERVER_LIMITS: ServerLimits = {
  headersMs: 10_000,
  requestMs: 30_000,
  keepAliveMs: 5_000,
  headerBytes: 16 * 1024,
  connections: 10_000,
  stillMs: 600_000,
  checkMs: 1_000,
}

const IDLE_CHECK_MS = 50

export interface Listening {
  readonly server: Server
  readonly host: string
  readonly port: number
  /**
   * Accepts nothing more, tells every stream `event: shutdown` and ends it, lets running requests finish, and
   * closes what is left at the limit. Twice is as good as once.
   */
  readonly close: (limitMs: number) => Promise<void>
}

/** Resolves once connections are accepted. Port 0 takes a free one. */
export const listen = (
  http: Http,
  options: { readonly host: string; readonly port: number; readonly limits?: Partial<ServerLimits> },
): Promise<Listening> => {
  const limits = { ...SERVER_LIMITS, ...options.limits }
  const server = createAdaptorServer({
    fetch: http.app.fetch,
    // A client of HTTP/1.0 need not say a host; nothing is built from it.
    hostname: 'localhost',
    overrideGlobalObjects: false,
    createServer,
    serverOptions: {
      headersTimeout: limits.headersMs,
      // Kept by `deadlines.ts`, because files may take longer.
      requestTimeout: 0,
      keepAliveTimeout: limits.keepAliveMs,
      connectionsCheckingInterval: limits.checkMs,
      maxHeaderSize: limits.headerBytes,
      insecureHTTPParser: false,
      noDelay: true,
      keepAlive: true,
    },
  }) as Server
  watchBodies(server, limits.requestMs)
  answerBroken(server)
  server.maxConnections = limits.connections
  server.setTimeout(limits.stillMs)
  let closing: Promise<void> | null = null

  const close = (limitMs: number): Promise<void> => {
    closing ??= new Promise((resolve) => {
      const limit = setTimeout(() => server.closeAllConnections(), limitMs)
      // A connection that was busy when the server closed becomes idle later, and nobody would close it then.
      const idle = setInterval(() => server.closeIdleConnections(), IDLE_CHECK_MS)
      server.close(() => {
        clearTimeout(limit)
        clearInterval(idle)
        resolve()
      })
      http.leave()
    })
    return closing
  }

  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port, options.host, () => {
      server.off('error', reject)
      const { port } = server.address() as AddressInfo
      resolve({ server, host: options.host, port, close })
    })
  })
}
