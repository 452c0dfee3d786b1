// A whole HTTP layer on a loopback port, over the real database in a temporary folder. What is behind it
// (rooms, recorder) is in `fakes.ts`.

import { connect, type Socket } from 'node:net'
import * as Context from 'effect/Context'
import * as Effect from 'effect/Effect'
import * as Layer from 'effect/Layer'
import * as Redacted from 'effect/Redacted'
import type { DestinationDefaults } from '../../src/actors/destination-view.ts'
import { destinationsLive } from '../../src/actors/destinations-live.ts'
import { Destinations } from '../../src/actors/destinations.ts'
import { Rooms } from '../../src/actors/rooms.ts'
import { makeRotate } from '../../src/actors/rotation.ts'
import { makeExporter } from '../../src/archive/exports/exporter-live.ts'
import { Recorder } from '../../src/archive/recorder.ts'
import type { Config } from '../../src/config.ts'
import { Database } from '../../src/db/database.ts'
import { parseKeys, type KeyRing } from '../../src/db/seal.ts'
import type { HttpDeps, HttpLimits, Services } from '../../src/http/deps.ts'
import { makeHttp, type Http } from '../../src/http/http.ts'
import { listen, type Listening, type ServerLimits } from '../../src/http/server.ts'
import { egressMachine } from '../../src/machines/egress.machine.ts'
import { outboundMachine } from '../../src/machines/outbound.machine.ts'
import { roomMachine } from '../../src/machines/room.machine.ts'
import * as decoder from '../../src/tiktok/decode.ts'
import { startAssets, type TestAssets, type TestAssetsOptions } from '../_support/assets.ts'
import { startDatabase, type TestDatabase } from '../_support/db.ts'
import { startWebhooks } from '../_support/webhooks.ts'
import { fakeLive, type FakeLive } from './fake-live.ts'
import { ingressesOf } from './ingresses.ts'
import { fakeRecorder, fakeRooms, type FakeRecorder, type FakeRooms } from './fakes.ts'

export const OPERATOR = 'rk_op_CANARYoperatortoken0123456789abcdef'

/** Limits that no test meets by accident. */
const WIDE: Partial<HttpLimits> = {
  changes: { perSecond: 10_000, burst: 10_000 },
  denials: { perSecond: 10_000, burst: 10_000 },
}

export interface HarnessOptions {
  readonly livekit?: Config['livekit']
  readonly limits?: Partial<HttpLimits>
  readonly assets?: TestAssetsOptions
  readonly server?: Partial<ServerLimits>
  readonly deps?: Partial<HttpDeps>
  readonly db?: TestDatabase
  readonly boot?: string
  /** Seals stream keys. */
  readonly keys?: KeyRing
  /** The server's own destinations. */
  readonly defaults?: DestinationDefaults
}

/** A ring like `SECRETS_KEYS`, with keys that nobody else has. */
export const ringOf = (...names: readonly string[]): KeyRing => {
  const keys = parseKeys(names.map((name) => `${name}:${Buffer.alloc(32, name).toString('base64')}`).join())
  if (keys === null) throw new Error('not a key ring')
  return keys
}

const NO_DEFAULTS: DestinationDefaults = {
  youtube: { url: null, key: null },
  twitch: { url: null, key: null },
}

export interface Harness extends FakeRooms, FakeRecorder {
  readonly outbound: FakeLive
  readonly assets: TestAssets
  readonly http: Http
  readonly listening: Listening
  readonly url: string
  readonly port: number
  readonly db: TestDatabase
  readonly logs: string[]
  readonly ask: (method: string, path: string, options?: AskOptions) => Promise<Answered>
  readonly addRoom: (handle: string) => Promise<{ readonly id: string; readonly token: string }>
  readonly audit: () => Promise<readonly Readonly<Record<string, unknown>>[]>
  readonly stop: () => Promise<void>
}

export interface AskOptions {
  readonly token?: string | null
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

export interface Answered {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  readonly json: Record<string, unknown>
}

const parsed = (text: string): Record<string, unknown> => {
  try {
    return JSON.parse(text) as Record<string, unknown>
  } catch {
    return {}
  }
}

export const startHarness = async (options: HarnessOptions = {}): Promise<Harness> => {
  const db = options.db ?? (await startDatabase())
  const fakes = fakeRooms(db.database)
  const fakeRec = fakeRecorder()
  const outbound = fakeLive(db.database)
  const assets = await startAssets(db.database, options.assets)
  const keys = options.keys ?? ringOf('v1')
  const outgoing = await startWebhooks(db.database, { keys, privateHosts: ['127.0.0.1', 'localhost'] })
  const destinations = Effect.runSync(
    Destinations.use(Effect.succeed).pipe(
      Effect.provide(
        destinationsLive({
          keys,
          defaults: options.defaults ?? NO_DEFAULTS,
          privateHosts: ['127.0.0.1'],
          isOnAir: (roomId, platform) =>
            outbound.live
              .status(roomId)
              ?.destinations.some((one) => one.platform === platform && one.state !== 'stopped') === true,
        }).pipe(Layer.provide(Layer.succeed(Database, db.database))),
      ),
    ),
  )
  const exports = makeExporter({ url: `file:${db.path}`, authToken: null })
  const logs: string[] = []
  const context = Context.make(Database, db.database).pipe(
    Context.add(Rooms, fakes.rooms),
    Context.add(Recorder, fakeRec.recorder),
  )
  const http = makeHttp({
    run: <A, E>(effect: Effect.Effect<A, E, Services>) =>
      Effect.runPromiseExit(Effect.provideContext(effect, context)),
    rooms: fakes.rooms,
    database: db.database,
    recorder: fakeRec.recorder,
    destinations,
    live: outbound.live,
    ingresses: await ingressesOf(db.database, destinations, options.livekit ?? null),
    assets: assets.assets,
    sweeper: assets.sweeper,
    importer: assets.importer,
    webhooks: outgoing.webhooks,
    exporter: exports.exporter,
    rotate: makeRotate(keys),
    decoder,
    operatorToken: Redacted.make(OPERATOR),
    boot: options.boot ?? 'boot-1',
    version: '0.0.0-test',
    unready: () => [],
    machines: [roomMachine, outboundMachine, egressMachine],
    ...options.deps,
    limits: { ...WIDE, ...options.limits },
  })
  const listening = await listen(http, {
    host: '127.0.0.1',
    port: 0,
    ...(options.server === undefined ? {} : { limits: options.server }),
  })
  const url = `http://127.0.0.1:${listening.port}`

  const ask: Harness['ask'] = async (method, path, { token = OPERATOR, body, headers = {} } = {}) => {
    const response = await fetch(url + path, {
      method,
      redirect: 'manual',
      headers: {
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    const text = await response.text()
    return { status: response.status, headers: response.headers, text, json: parsed(text) }
  }

  return Object.assign(fakes, fakeRec, {
    assets,
    outbound,
    http,
    listening,
    url,
    port: listening.port,
    db,
    logs,
    ask,
    addRoom: async (handle: string) => {
      const { json } = await ask('POST', '/api/rooms', { body: { handle } })
      return { id: String(json['id']), token: String(json['ownerToken']) }
    },
    audit: () => db.read('SELECT * FROM audit ORDER BY seq'),
    stop: async () => {
      http.stop()
      await listening.close(2_000)
      await exports.close()
      await assets.stop()
      await outgoing.stop()
      if (options.db === undefined) await db.remove()
    },
  })
}

/** A socket that says exactly what it is told and keeps everything it hears. */
export class Raw {
  readonly socket: Socket
  readonly #chunks: Buffer[] = []
  closed = false
  readonly done: Promise<void>

  constructor(port: number) {
    this.socket = connect({ port, host: '127.0.0.1' })
    this.socket.on('data', (chunk: Buffer) => void this.#chunks.push(chunk))
    this.socket.on('error', () => undefined)
    this.done = new Promise((resolve) => {
      this.socket.on('close', () => {
        this.closed = true
        resolve()
      })
    })
  }

  get heard(): string {
    return Buffer.concat(this.#chunks).toString('latin1')
  }

  get bytes(): number {
    return this.#chunks.reduce((sum, chunk) => sum + chunk.length, 0)
  }

  say(text: string | Uint8Array): this {
    this.socket.write(text)
    return this
  }
}

/** Says one thing on a socket of its own and hears until the other side closes. */
export const rawAsk = async (port: number, text: string | Uint8Array): Promise<string> => {
  const raw = new Raw(port).say(text)
  await raw.done
  return raw.heard
}

export const statusOf = (heard: string): number => Number(/^HTTP\/1\.[01] ([0-9]{3})/.exec(heard)?.[1] ?? 0)
