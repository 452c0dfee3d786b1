// The composition root: the only file that knows everybody. Builds the layers from the configuration,
// starts listening, and leaves in the right order: requests, rooms, database.

import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import * as Effect from 'effect/Effect'
import * as Layer from 'effect/Layer'
import * as ManagedRuntime from 'effect/ManagedRuntime'
import * as Redacted from 'effect/Redacted'
import manifest from '../package.json' with { type: 'json' }
import { destinationsLive } from './actors/destinations-live.ts'
import { Destinations } from './actors/destinations.ts'
import { Ingresses, ingressesLive } from './actors/ingresses.ts'
import { liveLive } from './actors/live-layer.ts'
import { Live } from './actors/live.ts'
import { roomsLive } from './actors/rooms-live.ts'
import { Rooms } from './actors/rooms.ts'
import { makeRotate } from './actors/rotation.ts'
import { webhooksLive } from './actors/webhooks-live.ts'
import { Webhooks } from './actors/webhooks.ts'
import { assetsLive } from './assets/assets-live.ts'
import { Assets } from './assets/assets.ts'
import { assetCareLive } from './assets/care-live.ts'
import { Importer } from './assets/import.ts'
import { objectStore } from './assets/object-store.ts'
import { Sweeper } from './assets/sweep.ts'
import { exporterLive } from './archive/exports/exporter-live.ts'
import { Exporter } from './archive/exports/exporter.ts'
import { upkeep } from './archive/maintenance/upkeep.ts'
import { recorderLive } from './archive/recorder-live.ts'
import { Recorder } from './archive/recorder.ts'
import { ConfigError, type Config } from './config.ts'
import { crashOf, type Crash } from './crash.ts'
import { pathOf } from './db/client.ts'
import { Database } from './db/database.ts'
import * as databaseLive from './db/database-live.ts'
import { checkIntegrity } from './db/integrity.ts'
import { parseKeys } from './db/seal.ts'
import type { Fact } from './domain/facts.ts'
import { ingressLive } from './egress/ingress.ts'
import { liveKitLive } from './egress/livekit-live.ts'
import { probesLive } from './egress/probes/probes-live.ts'
import { watchPlatforms } from './egress/probes/watching.ts'
import { makeScrubber } from './egress/scrub.ts'
import { receiveWebhooks } from './egress/webhooks.ts'
import { operatorTokenFile, prepare } from './first-start.ts'
import { makeHttp } from './http/http.ts'
import { WEBHOOK_PATH } from './http/livekit-webhook.ts'
import { listen, type Listening } from './http/server.ts'
import { logs } from './logs.ts'
import { egressMachine } from './machines/egress.machine.ts'
import { outboundMachine } from './machines/outbound.machine.ts'
import { roomMachine } from './machines/room.machine.ts'
import * as decoder from './tiktok/decode.ts'
import { signBudget } from './tiktok/sign-budget.ts'
import { tiktokLive } from './tiktok/tiktok-live.ts'

export interface App {
  readonly url: string
  /** Lets go: 0 when everything was finished, 1 when the next start has something to finish. Twice is as good as once. */
  readonly stop: () => Promise<number>
  /** A second signal: waits less for what is under way. */
  readonly hurry: () => void
}

/** How long the rooms may take to let go, how long after a second signal, and how long leaving may take in all. */
const LEAVE_LIMIT_MS = 5_500
const HURRY_LIMIT_MS = 1_000
const EXIT_LIMIT_MS = 8_500

/** The address or the port cannot be had; 73 is `EX_CANTCREAT` of sysexits. */
class CannotListen extends Error {
  readonly exitCode = 73
}

const fact = (name: 'server.started' | 'server.stopping', body: Fact['body']): Fact => ({
  name,
  at: Date.now(),
  roomId: null,
  sessionId: null,
  body,
})

/** Sending out is made last, and what is made before it asks it this. */
type IsOnAir = (roomId: string, platform: string) => boolean

const onAirIn =
  (live: () => Live['Service'] | null): IsOnAir =>
  (roomId, platform) => {
    const found = live()
      ?.status(roomId)
      ?.destinations.find((one) => one.platform === platform)
    return found !== undefined && !['idle', 'stopped', 'failed'].includes(found.state)
  }

const layersOf = (config: Config, crash: Crash, isOnAir: IsOnAir) => {
  const secrets = prepare(config)
  const keys = parseKeys(Redacted.value(secrets.secretsKeys))
  if (keys === null) throw new ConfigError(['SECRETS_KEYS must be name:key pairs, as first made in DATA_DIR'])
  const database = databaseLive.layer({
    url: config.databaseUrl,
    authToken: config.databaseAuthToken,
    onFatal: crash,
  })
  const { databaseUrl: url, databaseAuthToken: authToken } = config
  const recorder = Layer.merge(recorderLive(), exporterLive({ url, authToken })).pipe(
    Layer.provideMerge(database),
  )
  const tiktok = Layer.merge(
    tiktokLive(config),
    signBudget({ perMinute: config.settings.signRequestsPerMinute, keys: config.tiktok.signApiKeys }),
  )
  const rooms = roomsLive({ defaults: config.settings, keys })
  const scrubber = makeScrubber()
  const { egress, publicUrl, destinations: defaults, rtmpPrivateHosts: privateHosts } = config
  const outbound = Layer.mergeAll(
    liveKitLive(config.livekit, scrubber),
    probesLive(config.probes, scrubber),
    ingressLive(config.livekit, scrubber),
    destinationsLive({ keys, defaults, privateHosts, isOnAir }),
  )
  const webhookUrl = publicUrl === null ? null : publicUrl.replace(/\/+$/, '') + WEBHOOK_PATH
  const live = Layer.merge(liveLive({ egress, webhookUrl }), ingressesLive).pipe(
    Layer.provideMerge(outbound),
    Layer.provideMerge(rooms.pipe(Layer.provide(tiktok))),
  )
  const { uploadMaxBytes, quota, sweepIntervalMs: intervalMs, s3 } = config.assets
  const boot = randomUUID()
  const webhooks = webhooksLive({
    ...config.webhooks,
    keys,
    userAgent: `Roomkeeper/${manifest.version}`,
  })
  const assets = Layer.merge(
    assetsLive({ uploadMaxBytes, quota, boot }),
    assetCareLive({ boot, intervalMs, s3, isAlone: pathOf(config.databaseUrl) !== null }),
  ).pipe(Layer.provideMerge(objectStore(config.assets)))
  return {
    secrets,
    scrubber,
    rotate: makeRotate(keys),
    layer: Layer.mergeAll(live, assets, webhooks).pipe(
      Layer.provideMerge(recorder),
      Layer.provideMerge(logs(config)),
    ),
  }
}

/** Starts everything; rejects with an error that carries an `exitCode` when it must not start. */
export const startApp = async (config: Config, crash: Crash = crashOf(config)): Promise<App> => {
  let onAir: Live['Service'] | null = null
  const { secrets, scrubber, rotate, layer } = layersOf(
    config,
    crash,
    onAirIn(() => onAir),
  )
  const runtime = ManagedRuntime.make(layer)
  const services = await runtime.context()
  const [database, rooms, recorder, destinations, live, ingresses] = runtime.runSync(
    Effect.all([Database, Rooms, Recorder, Destinations, Live, Ingresses]),
  )
  const [assets, sweeper, importer, exporter] = runtime.runSync(
    Effect.all([Assets, Sweeper, Importer, Exporter]),
  )
  const webhooks = runtime.runSync(Webhooks.use(Effect.succeed))
  onAir = live
  let isDamaged = false
  const http = makeHttp({
    run: Effect.runPromiseExitWith(services),
    rooms,
    database,
    recorder,
    destinations,
    live,
    ingresses,
    receiveWebhook: receiveWebhooks({
      signer: config.livekit,
      scrubber,
      roomOf: live.roomOf,
      observe: (view) => void live.observe(view, 'webhook'),
      notice: live.notice,
    }),
    assets,
    sweeper,
    importer,
    webhooks,
    exporter,
    rotate,
    operatorToken: secrets.operatorToken,
    boot: randomUUID(),
    version: manifest.version,
    about: {
      defaults: config.settings,
      databasePath: pathOf(config.databaseUrl),
      assets: {
        kind: config.assets.s3 === null ? 'folder' : 's3',
        uploadMaxBytes: config.assets.uploadMaxBytes,
      },
      livekit: config.livekit !== null,
      signApi: new URL(config.tiktok.signApiUrl).host,
    },
    unready: () => (isDamaged ? ['database_damaged'] : []),
    decoder,
    machines: [roomMachine, outboundMachine, egressMachine],
    ...(config.publicUrl !== null && { origins: [new URL(config.publicUrl).origin] }),
  })
  let listening: Listening
  try {
    listening = await listen(http, { host: config.host, port: config.port })
  } catch (error) {
    await runtime.dispose()
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
    throw new CannotListen(`cannot listen on HOST ${config.host}, PORT ${config.port}: ${code}`)
  }
  const url = `http://${config.host.includes(':') ? `[${config.host}]` : config.host}:${listening.port}`
  database.append(fact('server.started', { version: manifest.version, node: process.versions.node }))
  const where = config.operatorToken === null ? operatorTokenFile(config.dataDir) : 'OPERATOR_TOKEN'
  await runtime.runPromise(
    Effect.logInfo(`Roomkeeper ${manifest.version} listens on ${url}`, {
      operatorToken: `in ${where}`,
      ...(config.publicUrl !== null && { publicUrl: config.publicUrl }),
    }),
  )

  // To a person at a terminal and to nobody else: a log would keep it.
  if (process.stdout.isTTY) {
    process.stdout.write(`Sign in, once: ${config.publicUrl ?? url}${http.signInPath()}\n`)
  }

  const keeping = runtime.runFork(
    upkeep({
      check: pathOf(config.databaseUrl) === null ? null : checkIntegrity({ url: config.databaseUrl }),
      onReport: ({ ok }) => {
        isDamaged = !ok
      },
    }),
  )

  const watching = runtime.runFork(
    watchPlatforms({ list: live.list, see: live.see, destination: destinations.find }),
  )

  const letGo = (limitMs: number) => runtime.runPromise(rooms.letGo(limitMs))
  const leave = async (): Promise<number> => {
    const untilMs = performance.now() + EXIT_LIMIT_MS
    database.append(fact('server.stopping', {}))
    keeping.interruptUnsafe()
    watching.interruptUnsafe()
    const closed = listening.close(HURRY_LIMIT_MS)
    const [{ running }, { parked, unfinished }] = await Promise.all([
      runtime.runPromise(live.letGo),
      letGo(LEAVE_LIMIT_MS),
    ])
    await closed
    http.stop()
    await runtime.runPromise(Effect.logInfo('let go', { parked, unfinished, onAir: running }))
    // A database that does not answer must not hold up the process: what it has not written is not promised.
    const late = sleep(untilMs - performance.now(), 'late', { ref: false })
    const isLate = (await Promise.race([runtime.dispose(), late])) === 'late'
    return unfinished === 0 && !isLate ? 0 : 1
  }
  let leaving: Promise<number> | null = null
  return {
    url,
    stop: () => (leaving ??= leave()),
    // Too late a signal finds the rooms gone, and nothing to hurry.
    hurry: () => void letGo(HURRY_LIMIT_MS).catch(() => {}),
  }
}
