// The server as its operator sees it, in one answer: what runs, the sign budget, the writer, memory, storage, and
// the settings beside their defaults. Everything but the two file systems is read from memory.

import { stat, statfs } from 'node:fs/promises'
import { dirname } from 'node:path'
import * as Schema from 'effect/Schema'
import { ROOM_STATES } from '../domain/room.ts'
import { Settings } from '../domain/settings.ts'
import { json, type Api } from './api.ts'
import type { Parts } from './parts.ts'

/** What the process was started with, as far as an operator is shown it. */
export interface About {
  /** Defaults of the settings, as the environment has them. */
  readonly defaults: Settings
  /** The database's file; null when it is elsewhere. */
  readonly databasePath: string | null
  readonly assets: { readonly kind: 'folder' | 's3'; readonly uploadMaxBytes: number }
  readonly livekit: boolean
  readonly signApi: string
}

const MaybeInt = Schema.NullOr(Schema.Int)

const SignBudgetShape = Schema.Struct({
  perMinute: Schema.Number,
  available: Schema.Number,
  waiting: Schema.Int,
  nextAt: Schema.NullOr(Schema.Number),
  keys: Schema.Array(
    Schema.Struct({
      key: Schema.String.annotate({ description: 'masked: its last four characters at most' }),
      used: Schema.Int,
      coolingUntil: Schema.NullOr(Schema.Number),
      lastError: Schema.NullOr(Schema.String),
    }),
  ),
})

const WriterShape = Schema.Struct({
  queuedBytes: Schema.Number,
  queuedFrames: Schema.Number,
  oldestMs: Schema.Number,
  lastError: Schema.NullOr(Schema.Struct({ at: Schema.Number, kind: Schema.String })),
  failing: Schema.Boolean,
  ackP50Ms: Schema.Number.annotate({ description: 'from arrival to durable, over the last minute' }),
  ackP99Ms: Schema.Number,
  commits: Schema.Number,
  rows: Schema.Number,
  rowsMax: Schema.Number,
  walAlarm: Schema.Boolean.annotate({ description: 'the log grows because somebody reads for too long' }),
  dbStallMs: Schema.Number.annotate({ description: 'the longest commit of the last minute' }),
})

const SystemShape = Schema.Struct({
  version: Schema.String,
  node: Schema.String,
  startedAt: Schema.Int,
  ready: Schema.Boolean,
  reasons: Schema.Array(Schema.String).annotate({ description: 'why it is not ready' }),
  rooms: Schema.Record(Schema.String, Schema.Int).annotate({ description: 'rooms by state' }),
  eventsPerSecond: Schema.Number,
  signBudget: SignBudgetShape,
  writer: WriterShape,
  loopDelayMs: Schema.Struct({ p50: Schema.Number, p99: Schema.Number, max: Schema.Number }),
  memory: Schema.Struct({ rss: Schema.Number, heapUsed: Schema.Number }),
  streams: Schema.Struct({ open: Schema.Int, max: Schema.Int, waitingBytes: Schema.Number }),
  storage: Schema.Struct({
    databaseBytes: MaybeInt.annotate({ description: 'null: it is not a file of this machine' }),
    walBytes: Schema.Number,
    diskFreeBytes: MaybeInt,
    diskBytes: MaybeInt,
    assets: Schema.NullOr(
      Schema.Struct({ kind: Schema.Literals(['folder', 's3']), uploadMaxBytes: Schema.Number }),
    ),
  }),
  livekit: Schema.Struct({ configured: Schema.Boolean }),
  signApi: Schema.NullOr(Schema.String),
  settings: Schema.Struct({ now: Settings, defaults: Schema.NullOr(Settings) }),
}).annotate({ identifier: 'System' })

const storageOf = async (path: string | null) => {
  if (path === null) return { databaseBytes: null, diskFreeBytes: null, diskBytes: null }
  const [file, disk] = await Promise.all([
    stat(path).catch(() => null),
    statfs(dirname(path)).catch(() => null),
  ])
  return {
    databaseBytes: file?.size ?? null,
    diskFreeBytes: disk && disk.bavail * disk.bsize,
    diskBytes: disk && disk.blocks * disk.bsize,
  }
}

const writerOf = ({ database }: Parts) => {
  const { walBytes, lastError, ...writer } = database.health()
  return {
    walBytes,
    writer: { ...writer, lastError: lastError && { at: lastError.at, kind: lastError.kind } },
  }
}

export const systemRoutes = (api: Api): void => {
  const { parts } = api
  const startedAt = Math.round(Date.now() - process.uptime() * 1000)
  const about = parts.about ?? null

  api.route(
    {
      method: 'GET',
      path: '/api/system',
      id: 'system',
      summary: 'The server at a glance: what runs, how it does, what it was told',
      tag: 'seeing',
      access: 'operator',
      answers: { 200: { about: 'the server', schema: SystemShape } },
    },
    async () => {
      const { rooms, streams, limits, loop, notReady } = parts
      const { walBytes, writer } = writerOf(parts)
      const all = rooms.list()
      const reasons = notReady()
      const delay = loop.read()
      const { rss, heapUsed } = process.memoryUsage()
      return json(200, {
        version: parts.version,
        node: process.versions.node,
        startedAt,
        ready: reasons.length === 0,
        reasons,
        rooms: Object.fromEntries(
          ROOM_STATES.map((state) => [state, all.filter((room) => room.state === state).length]),
        ),
        eventsPerSecond: all.reduce((sum, { session }) => sum + (session?.eventsPerSecond ?? 0), 0),
        signBudget: rooms.signBudget(),
        writer,
        loopDelayMs: { p50: delay.p50Ms, p99: delay.p99Ms, max: delay.maxMs },
        memory: { rss, heapUsed },
        streams: {
          open: streams.size,
          max: limits.streams.clients,
          waitingBytes: streams.waitingBytes,
        },
        storage: {
          ...(await storageOf(about?.databasePath ?? null)),
          walBytes,
          assets: about?.assets ?? null,
        },
        livekit: { configured: about?.livekit ?? false },
        signApi: about?.signApi ?? null,
        settings: { now: rooms.settings(), defaults: about?.defaults ?? null },
      })
    },
  )
}
