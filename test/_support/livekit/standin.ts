// A loopback server that plays LiveKit's API for the unmodified SDK, with egresses that run, fail and are told of.
//
//   const livekit = await startLiveKit({ scale: 0.02, webhooks: [`${product.origin}/api/livekit/webhook`] })
//   livekit.room('show')                    // a room with one publisher; made on first use
//   ... start the product with livekit.env  // LIVEKIT_URL, LIVEKIT_API_KEY, LIVEKIT_API_SECRET
//   livekit.platform('youtube').drop()      // the simulated engine's platforms (simulated.ts)
//   livekit.fault('StartEgress', { kind: 'reset', done: true, times: 1 })  // done, and the answer is lost
//   livekit.fate({ fate: 'aborted' })       // what becomes of the next egress (egresses.ts)
//   livekit.webhooks.mood = { drop: () => true }
//   livekit.truth.doubles()                 // two publishers of one key: must be empty
//   await livekit.down(); await livekit.up()  // connection refused, and back on the same port
//   await livekit.close()
//
// Real RTMP: `startLiveKit({ engine: await startFfmpeg() })` (ffmpeg.ts), with the ingests of ../rtmp.
// `livekit.fired('StartEgress.reset')` says how often each fault really happened.
//
// Where LiveKit is not known for sure it is played like this: asking for one unknown egress by id is 404; a room
// that opens again is a new room; an egress that loses its node leaves its room at once, and is listed as active.

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { randomBytes } from 'node:crypto'
import type { Socket } from 'node:net'
import type { IngressInfo } from '@livekit/protocol'
import { freePort } from '../free-port.ts'
import type { Egress } from './egress.ts'
import { Egresses, type FateSpec } from './egresses.ts'
import type { Engine } from './engine.ts'
import { Faults, type Fault, type FaultSpec, type Method } from './faults.ts'
import { Ingresses } from './ingresses.ts'
import { understand, type Understood } from './methods.ts'
import { Rooms, type StagedRoom } from './rooms.ts'
import { isStart } from './starts.ts'
import { SimulatedEngine, type SimulatedPlatform } from './simulated.ts'
import { timesOf, type Times } from './times.ts'
import { judgeToken } from './token.ts'
import { Truth, type Call } from './truth.ts'
import { answer, errorReply, messageReply, readBody, TwirpError, type Reply } from './twirp.ts'
import { eventOf, Webhooks } from './webhooks.ts'

export interface LiveKitOptions {
  /** Default 0: any free port. */
  readonly port?: number
  /** Shortens the half minutes of LiveKit; default 1. */
  readonly scale?: number
  readonly times?: Partial<Times>
  /** Default: simulated platforms. It is closed with the stand-in. */
  readonly engine?: Engine
  /** Addresses that its configuration names, besides those of each request. */
  readonly webhooks?: readonly string[]
  readonly apiKey?: string
  readonly apiSecret?: string
}

export interface LiveKitStandIn {
  readonly origin: string
  readonly port: number
  readonly apiKey: string
  readonly apiSecret: () => string
  readonly env: Readonly<Record<'LIVEKIT_URL' | 'LIVEKIT_API_KEY' | 'LIVEKIT_API_SECRET', string>>
  readonly engine: string
  /** The room of this name with one publisher in it; opened when there is none. */
  readonly room: (name: string) => StagedRoom
  /** A platform of the simulated engine. */
  readonly platform: (name: string) => SimulatedPlatform
  /** Every egress in order, ended ones as well. */
  readonly egresses: readonly Egress[]
  readonly egress: (egressId: string) => Egress
  /** With keys. */
  readonly ingresses: readonly IngressInfo[]
  readonly fate: (spec: FateSpec) => void
  readonly fault: (method: Method | '*', spec: FaultSpec) => Fault
  readonly clearFaults: () => void
  readonly fired: (name: string) => number
  readonly allFired: () => Readonly<Record<string, number>>
  readonly webhooks: Webhooks
  readonly truth: Truth
  /** Lists come in pages of this size from now on; null ends it. */
  readonly paginate: (size: number | null) => void
  /** Tokens of the old secret are refused from now on; gives the new one. Without one it is a random one. */
  readonly rotateSecret: (secret?: string) => string
  /** Nothing listens any more; egresses go on. */
  readonly down: () => Promise<void>
  readonly up: () => Promise<void>
  readonly close: () => Promise<void>
}

const PATH = /^\/twirp\/livekit\.([A-Za-z]+)\/([A-Za-z]+)$/

export const startLiveKit = async (options: LiveKitOptions = {}): Promise<LiveKitStandIn> => {
  const simulated = new SimulatedEngine()
  const engine = options.engine ?? simulated
  const apiKey = options.apiKey ?? 'APIstandin'
  let apiSecret = options.apiSecret ?? randomBytes(32).toString('base64url')
  let pageSize: number | null = null
  const truth = new Truth()
  const faults = new Faults()
  const secretOf = (key: string) => (key === apiKey ? apiSecret : undefined)
  const webhooks = new Webhooks({
    secretOf,
    configured: (options.webhooks ?? []).map((url) => ({ url, key: apiKey })),
    count: (name) => faults.count(name),
  })
  const rooms: Rooms = new Rooms({
    tell: (event, room, participant) =>
      webhooks.say(eventOf(event, { room, ...(participant === undefined ? {} : { participant }) })),
    onEmpty: (name) => egresses.emptied(name),
  })
  const egresses = new Egresses({
    engine,
    times: timesOf(options.scale ?? 1, options.times),
    truth,
    rooms: () => rooms,
    webhooks: () => webhooks,
    count: (name) => faults.count(name),
    pageSize: () => pageSize,
  })
  const house = { egresses, rooms, ingresses: new Ingresses() }

  const note = (understood: Understood | null, path: string, request: IncomingMessage): Call => {
    const { room = '', egressId = '', urls = [] } = understood?.about ?? {}
    const call: Call = {
      n: truth.calls.length + 1,
      at: Date.now(),
      method: understood?.method ?? (isStart(path) ? 'StartEgress' : 'unknown'),
      path,
      room,
      egressId,
      urls,
      requestId: String(request.headers['x-livekit-request-id'] ?? ''),
      fault: null,
      done: false,
      made: null,
      answered: null,
    }
    truth.calls.push(call)
    return call
  }

  const act = (understood: Understood, call: Call, fault: FaultSpec | null, binary: boolean): Reply => {
    try {
      const message = understood.act(fault)
      call.done = true
      if (understood.method === 'StartEgress') call.made = egresses.all.at(-1)?.id ?? null
      return messageReply(message, binary)
    } catch (error) {
      if (error instanceof TwirpError) return errorReply(error)
      throw error
    }
  }

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const [, service = '', path = ''] = PATH.exec(request.url ?? '') ?? []
    const bytes = await readBody(request)
    const binary = request.headers['content-type'] === 'application/protobuf'
    let understood: Understood | null = null
    let wrong: TwirpError | null = null
    try {
      understood = understand(house, service, path, binary ? bytes : JSON.parse(bytes.toString('utf8')))
      if (understood === null) wrong = new TwirpError('bad_route', `no handler for path ${request.url ?? ''}`)
    } catch (error) {
      wrong = error instanceof TwirpError ? error : new TwirpError('malformed', String(error))
    }
    const call = note(understood, path, request)
    const judged = judgeToken(request.headers.authorization, secretOf)
    const fault = understood === null ? null : faults.take(understood.method, understood.about)
    call.fault = fault?.kind ?? null
    let reply: Reply
    if ('refused' in judged) {
      reply = { status: 401, contentType: 'text/plain; charset=utf-8', body: judged.refused }
    } else if (understood === null) {
      reply = errorReply(wrong ?? new TwirpError('internal', 'unknown'))
    } else if (!understood.allowed(judged.claims.video ?? {})) {
      reply = errorReply(new TwirpError('unauthenticated', 'permissions denied'))
    } else {
      const done = fault === null || (fault.done ?? (fault.kind === 'delay' || fault.kind === 'incomplete'))
      reply = done
        ? act(understood, call, fault, binary)
        : { status: 200, contentType: 'application/json', body: '{"items": [{"egress_id": "EG_0"}]}' }
    }
    call.answered = await answer(response, reply, fault)
  }

  const sockets = new Set<Socket>()
  const makeServer = () => {
    const made = createServer((request, response) => {
      serve(request, response).catch((error: unknown) => {
        response.destroy(error instanceof Error ? error : new Error(String(error)))
      })
    })
    made.on('connection', (socket) => {
      sockets.add(socket)
      socket.on('close', () => sockets.delete(socket))
    })
    return made
  }
  let server = makeServer()
  const listen = (port: number): Promise<void> =>
    new Promise((done, fail) => {
      server.once('error', fail)
      server.listen(port, '127.0.0.1', done)
    })
  const down = (): Promise<void> =>
    new Promise((done) => {
      server.close(() => done())
      for (const socket of sockets) socket.destroy()
    })
  const port = options.port ?? (await freePort())
  await listen(port)
  const origin = `http://127.0.0.1:${port}`

  return {
    origin,
    port,
    apiKey,
    apiSecret: () => apiSecret,
    env: { LIVEKIT_URL: origin, LIVEKIT_API_KEY: apiKey, LIVEKIT_API_SECRET: apiSecret },
    engine: engine.name,
    room: (name) => {
      const room = rooms.open(name)
      if (room.publishers.length === 0) room.join('host')
      return room
    },
    platform: (name) => simulated.platform(name),
    egresses: egresses.all,
    egress: (egressId) => {
      const egress = egresses.find(egressId)
      if (egress === undefined) throw new Error(`there is no egress ${egressId}`)
      return egress
    },
    ingresses: house.ingresses.all,
    fate: (spec) => egresses.fate(spec),
    fault: (method, spec) => faults.arm(method, spec),
    clearFaults: () => faults.clear(),
    fired: (name) => faults.fired(name),
    allFired: () => faults.all(),
    webhooks,
    truth,
    paginate: (size) => {
      pageSize = size
    },
    rotateSecret: (secret = randomBytes(32).toString('base64url')) => (apiSecret = secret),
    down,
    up: async () => {
      server = makeServer()
      await listen(port)
    },
    close: async () => {
      egresses.close()
      webhooks.close()
      await down()
      await engine.close()
    },
  }
}
