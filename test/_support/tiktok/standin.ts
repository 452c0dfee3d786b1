// A loopback server that plays TikTok's hosts and the sign server for the unmodified connector.
//
//   const tiktok = await startTikTok()
//   const ana = tiktok.creator('ana')       // created on first use, then the same one
//   const broadcastId = ana.goLive()        // the pages say live; `end()` says ENDED on the socket as well
//   ... start the product with tiktok.env   // TIKTOK_ORIGIN, TIKTOK_WEBCAST_ORIGIN, SIGN_API_URL
//   await tiktok.next()                     // a viewer is on the socket
//   ana.say('hello'); ana.batch((a) => { a.like(person(2), 15); a.join(person(3)) })
//   ana.end()
//   tiktok.truth.delivered({ broadcastId }) // every message with id, hash, and the sockets that got it
//   await tiktok.close()
//
// Faults: `tiktok.fault('sign', { kind: 'rate_limited', retryAfterS: 37, times: 1 })` arms one on a route
// (faults.ts lists them), `ana.mishaps` does what goes wrong on open sockets (mishaps.ts), and a proxy of
// ../net-proxy.ts goes in front with `tiktok.socketThrough(proxy.port)`; `tiktok.fired(name)` says how often
// each really happened. Load: `runScript` (script.ts) goes on by itself; for more, build frames beforehand with
// `buildFrame(ana.compose(...))` and send them with `ana.sendFrame`, or `ana.sendRaw` to note nothing at all.
// Captures: `replayCaptures(ana)` (captures.ts). In another process: `spawnTikTok()` (remote.ts).
//
// Where real TikTok is not known for sure, it is played like this: a broadcast that is over still lets viewers
// in and is silent; an unknown room is 404 at the sign server and a refused handshake at the socket; after a
// rename the old handle is not found; a connect answer repeats the last 6 messages, control messages excepted.

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { Creator } from './creator.ts'
import { Door } from './door.ts'
import { Faults, type Fault, type FaultSpec, type HttpFault, type Route } from './faults.ts'
import { broadcastIds, messageIds } from './ids.ts'
import * as pages from './pages.ts'
import { askedOf, findTarget, SOCKET_PATH, type Asked, type Target } from './routes.ts'
import { rateLimited, signed, SignLimits, type SignContext } from './sign.ts'
import { reply, spoiled } from './spoil.ts'
import { Truth } from './truth.ts'
import type { Viewer } from './viewer.ts'

export type { Creator } from './creator.ts'
export type { Viewer } from './viewer.ts'
export { buildFrame } from './frames.ts'
export { person, seeded } from './ids.ts'

export interface TikTokOptions {
  /** Default 0: any free port. */
  readonly port?: number
  /** How many of the last messages a connect answer repeats as history. Default 6, as the connector asks. */
  readonly history?: number
  /** 'counts' keeps only two counters, for load. Default 'full'. */
  readonly truth?: 'full' | 'counts'
  /** Heartbeats are answered with a frame. Default true. */
  readonly heartbeatReplies?: boolean
  /** Sign requests a key may make in a minute; more get 429. Default: no limit. */
  readonly signRequestsPerMinute?: number
  /** The value of the cookie that comes with a connect answer. */
  readonly cookie?: string
}

export interface TikTok {
  readonly origin: string
  readonly port: number
  /** The environment that points the product here. */
  readonly env: Readonly<Record<'TIKTOK_ORIGIN' | 'TIKTOK_WEBCAST_ORIGIN' | 'SIGN_API_URL', string>>
  /** The creator with this handle; made when it is new. */
  readonly creator: (handle: string) => Creator
  readonly creators: () => readonly Creator[]
  readonly fault: <R extends Route>(route: R, spec: FaultSpec<R>) => Fault
  readonly clearFaults: () => void
  /** How often a fault happened: `sign.rate_limited`, `socket.dropped_hard`, `frame.corrupt`, ... */
  readonly fired: (name: string) => number
  readonly allFired: () => Readonly<Record<string, number>>
  /** Every request in order, upgrades included. */
  readonly requests: readonly Asked[]
  /** Requests of one route, of one handle if given. */
  readonly asked: (route: Route | 'unknown', handle?: string) => readonly Asked[]
  /** Everybody who ever came in, in order; `viewers[n - 1].n === n`. */
  readonly viewers: readonly Viewer[]
  /** The next viewer to come in. */
  readonly next: () => Promise<Viewer>
  /** Somebody who has entered this creator's room and is still there; at once when there is one. */
  readonly watched: (handle: string) => Promise<Viewer>
  /** Sockets are sent through this port (a proxy in front of `port`) from the next connect answer on; null ends it. */
  readonly socketThrough: (port: number | null) => void
  readonly truth: Truth
  readonly close: () => Promise<void>
}

const readBody = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(Buffer.from(chunk))
  return Buffer.concat(chunks).toString('utf8')
}

export const startTikTok = async (options: TikTokOptions = {}): Promise<TikTok> => {
  const truth = new Truth(options.truth !== 'counts')
  const faults = new Faults()
  const door = new Door({ truth, faults, heartbeatReplies: options.heartbeatReplies ?? true })
  const limits = new SignLimits(options.signRequestsPerMinute ?? null)
  const handles = new Map<string, Creator>()
  const broadcasts = new Map<string, Creator>()
  const requests: Asked[] = []
  const nextMessageId = messageIds()
  const nextBroadcastId = broadcastIds()
  let users = 6_800_000_000_000_000_000n
  let answers = 0
  let port = 0
  let socketPort: number | null = null

  const directory = {
    byHandle: (handle: string) => handles.get(handle.toLowerCase()) ?? null,
    byBroadcast: (broadcastId: string) => broadcasts.get(broadcastId) ?? null,
  }
  const sign: SignContext = {
    truth,
    cookie: options.cookie ?? 'stand-in',
    pushServer: () => `ws://127.0.0.1:${socketPort ?? port}${SOCKET_PATH}`,
    nextAnswer: () => (answers -= 1),
  }

  const creator = (handle: string): Creator => {
    const known = directory.byHandle(handle)
    if (known !== null) return known
    users += 1n
    const made = new Creator(handle, String(users), {
      truth,
      faults,
      nextMessageId,
      nextBroadcastId,
      history: options.history ?? 6,
      onBroadcast: (who, broadcastId) => broadcasts.set(broadcastId, who),
      onRename: (who, before) => {
        handles.delete(before.toLowerCase())
        handles.set(who.handle.toLowerCase(), who)
      },
    })
    handles.set(handle.toLowerCase(), made)
    return made
  }

  const page = async (
    request: IncomingMessage,
    target: Target,
    asked: Asked,
    fault: HttpFault | null,
  ): Promise<pages.Answer> => {
    const says = fault?.kind === 'says' ? fault.status : undefined
    const roomId = target.roomId ?? ''
    switch (target.route) {
      case 'html':
        return pages.livePage(target.creator, says)
      case 'api':
        return pages.apiLive(target.creator, says)
      case 'room_info':
        return pages.roomInfo(target.creator, roomId, says)
      case 'room_id':
        return pages.signRoomId(target.creator, says)
      case 'gift_list':
        return pages.giftList
      case 'rate_limits':
        return limits.answer(asked.key)
      case 'sign_url': {
        const body: unknown = JSON.parse(await readBody(request))
        return pages.signedUrl(
          typeof body === 'object' && body !== null && 'url' in body ? String(body.url) : '',
        )
      }
      case 'sign': {
        const retryAfterS = limits.spend(asked.key)
        return retryAfterS === null
          ? signed(sign, target.creator, roomId, asked, fault)
          : rateLimited({ retryAfterS })
      }
      default:
        return pages.json({ message: 'no such route' }, 404)
    }
  }

  const look = (request: IncomingMessage) => {
    const url = new URL(request.url ?? '/', 'http://127.0.0.1')
    const target = findTarget(directory, url)
    const asked = askedOf(request, url, target)
    requests.push(asked)
    return { target, asked }
  }

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { target, asked } = look(request)
    const { route } = target
    const fault = route === 'unknown' || route === 'socket' ? null : faults.take(route, asked)
    asked.fault = fault?.kind ?? null
    const whole = fault === null ? null : spoiled(fault)
    await reply(response, whole ?? (await page(request, target, asked, fault)), fault)
  }

  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      response.destroy(error instanceof Error ? error : new Error(String(error)))
    })
  })
  server.on('upgrade', (request, socket, head) => {
    const { target, asked } = look(request)
    const fault = target.route === 'socket' ? faults.take('socket', asked) : null
    asked.fault = fault?.kind ?? null
    door.upgrade(request, socket, head, { creator: target.creator, roomId: target.roomId ?? '' }, fault)
  })
  await new Promise<void>((done, fail) => {
    server.once('error', fail)
    server.listen(options.port ?? 0, '127.0.0.1', done)
  })
  const address = server.address()
  port = typeof address === 'object' && address !== null ? address.port : 0
  const origin = `http://127.0.0.1:${port}`

  return {
    origin,
    port,
    env: { TIKTOK_ORIGIN: origin, TIKTOK_WEBCAST_ORIGIN: origin, SIGN_API_URL: origin },
    creator,
    creators: () => [...handles.values()],
    fault: (route, spec) => faults.arm(route, spec),
    clearFaults: () => faults.clear(),
    fired: (name) => faults.fired(name),
    allFired: () => faults.all(),
    requests,
    asked: (route, handle) =>
      requests.filter((asked) => asked.route === route && (handle === undefined || asked.handle === handle)),
    viewers: door.viewers,
    next: () => door.next(),
    watched: (handle) => door.watched(handle),
    socketThrough: (through) => {
      socketPort = through
    },
    truth,
    close: () => {
      door.close()
      server.closeAllConnections()
      return new Promise((done) => server.close(() => done()))
    },
  }
}
