// Sending out over the real database and the real clock, with a LiveKit that does at once what it is asked.

import * as Context from 'effect/Context'
import * as Effect from 'effect/Effect'
import * as Exit from 'effect/Exit'
import * as Layer from 'effect/Layer'
import * as Redacted from 'effect/Redacted'
import * as Scope from 'effect/Scope'
import { Destinations } from '../../src/actors/destinations.ts'
import { liveLive } from '../../src/actors/live-layer.ts'
import { Live } from '../../src/actors/live.ts'
import { Rooms } from '../../src/actors/rooms.ts'
import { Database } from '../../src/db/database.ts'
import type { EgressView } from '../../src/domain/egress.ts'
import { LiveKit, LiveKitError } from '../../src/egress/livekit.ts'
import type { Room } from '../../src/domain/room.ts'
import { startDatabase, type TestDatabase } from '../_support/db.ts'

export const CALLER = { actor: 'owner:t1', ip: '127.0.0.1' } as const

const EGRESS = { backoffBaseMs: 20, backoffCapMs: 100, attemptsMax: 3, stableMs: 10, pollMs: 50 }

const redact = (url: Redacted.Redacted<string>): string => `${Redacted.value(url).slice(0, 20)}…`

/** LiveKit as far as it is needed: what it runs, and how often it was asked to start. */
export class PromptLiveKit {
  readonly views = new Map<string, EgressView>()
  configured = true
  starts = 0
  /** Rooms whose lists kill whoever asks. */
  readonly deadly = new Set<string>()

  end(egressId: string, part: Partial<EgressView>): EgressView {
    const view = this.views.get(egressId)
    if (view === undefined) throw new Error('there is no such egress')
    const ended = { ...view, endedAt: Date.now(), updatedAtNs: view.updatedAtNs + 1n, ...part }
    this.views.set(egressId, ended)
    return ended
  }

  get running(): readonly EgressView[] {
    return [...this.views.values()].filter(({ status }) => status === 'active')
  }

  get service(): LiveKit['Service'] {
    return {
      configured: this.configured,
      redact,
      start: ({ roomName, streamUrl }) =>
        Effect.sync(() => {
          this.starts += 1
          const startedAt = Date.now()
          const egressId = `EG_${this.views.size + 1}`
          const redactedUrl = redact(streamUrl)
          const stream = {
            redactedUrl,
            status: 'active',
            startedAt,
            lastRetryAt: null,
            retries: 0,
            error: null,
          } as const
          const view: EgressView = {
            egressId,
            roomName,
            status: 'active',
            updatedAtNs: BigInt(startedAt) * 1_000_000n,
            startedAt,
            endedAt: null,
            errorCode: 0,
            error: null,
            details: null,
            streams: [stream],
          }
          this.views.set(egressId, view)
          return view
        }),
      listActive: (roomName) =>
        Effect.suspend(() => {
          if (roomName !== null && this.deadly.has(roomName))
            return Effect.die(new Error('a mistake of ours'))
          return Effect.succeed(
            this.running.filter((view) => roomName === null || view.roomName === roomName),
          )
        }),
      find: (egressId) => Effect.sync(() => this.views.get(egressId) ?? null),
      stop: (egressId) =>
        Effect.suspend(() =>
          this.views.get(egressId)?.status === 'active'
            ? Effect.succeed(this.end(egressId, { status: 'complete' }))
            : Effect.fail(
                new LiveKitError({ code: 'precondition', mayHaveHappened: false, message: 'over' }),
              ),
        ),
    }
  }
}

export interface Stage {
  readonly live: Live['Service']
  readonly livekit: PromptLiveKit
  readonly db: TestDatabase
  /** Rooms by id; their handle is their LiveKit room. */
  readonly rooms: Map<string, Room>
  /** Stream keys by room and platform. */
  readonly keys: Map<string, string | null>
  /** Ends the process in order; the database stays. */
  readonly leave: () => Promise<void>
  readonly close: () => Promise<void>
}

export const openStage = async (before?: Stage): Promise<Stage> => {
  const db = before?.db ?? (await startDatabase())
  const livekit = before?.livekit ?? new PromptLiveKit()
  const rooms = before?.rooms ?? new Map<string, Room>()
  const keys = before?.keys ?? new Map<string, string | null>()
  const destinations = {
    find: (roomId: string, platform: string) =>
      Effect.sync(() => {
        const key = keys.get(`${roomId} ${platform}`)
        if (key === undefined) return null
        return {
          roomId,
          platform,
          url: `rtmp://${platform}.test/live`,
          key: key === null ? null : Redacted.make(key),
          source: { type: 'room', layout: 'grid' } as const,
          encoding: { width: 1, height: 1, framerate: 1, videoKbps: 1, audioKbps: 1, keyframeSeconds: 2 },
          origin: 'room' as const,
          updatedAt: 0,
        }
      }),
    livekitRoom: (_roomId: string, handle: string) => Effect.succeed(handle),
  } as unknown as Destinations['Service']
  const services = Context.make(Database, db.database).pipe(
    Context.add(LiveKit, livekit.service),
    Context.add(Destinations, destinations),
    Context.add(Rooms, { row: (id: string) => rooms.get(id) ?? null } as Rooms['Service']),
  )
  const scope = Scope.makeUnsafe()
  const layer = liveLive({ egress: EGRESS, webhookUrl: null }).pipe(
    Layer.provide(Layer.succeedContext(services)),
  )
  const built = await Effect.runPromise(Layer.buildWithScope(layer, scope))
  const leave = (): Promise<void> => Effect.runPromise(Scope.close(scope, Exit.void))
  return {
    live: Context.get(built, Live),
    livekit,
    db,
    rooms,
    keys,
    leave,
    close: async () => {
      await leave()
      await db.remove()
    },
  }
}

/** A room that can be sent to both. */
export const furnish = ({ rooms, keys }: Stage, id: string): void => {
  rooms.set(id, { id, handle: `stage-${id}`, createdAt: 0 } as Room)
  keys.set(`${id} youtube`, `yyyy-1111-${id}`).set(`${id} twitch`, `live_123_${id}`)
}
