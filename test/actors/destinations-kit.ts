// Destinations over a real database, for tests: two rooms, a ring of keys, and what is asked of them.

import { randomBytes } from 'node:crypto'
import * as Effect from 'effect/Effect'
import * as Layer from 'effect/Layer'
import * as Redacted from 'effect/Redacted'
import type { DestinationDefaults } from '../../src/actors/destination-view.ts'
import { destinationsLive } from '../../src/actors/destinations-live.ts'
import { type DestinationChange, Destinations } from '../../src/actors/destinations.ts'
import { Database } from '../../src/db/database.ts'
import * as roomRows from '../../src/db/rooms.ts'
import { parseKeys, type KeyRing } from '../../src/db/seal.ts'
import type { ShownDestination } from '../../src/domain/destination.ts'
import { CommandRefused } from '../../src/domain/errors.ts'
import { startDatabase, type TestDatabase } from '../_support/db.ts'

const [one, two] = [randomBytes(32).toString('base64'), randomBytes(32).toString('base64')]
const ring = (text: string): KeyRing => parseKeys(text) ?? { keys: new Map() }

/** The ring that seals, the one after a change of keys, and the one without the old key. */
export const KEYS = ring(`v1:${one}`)
export const BOTH = ring(`v2:${two},v1:${one}`)
export const LATER = ring(`v2:${two}`)

export const NOTHING: DestinationDefaults = {
  youtube: { url: null, key: null },
  twitch: { url: null, key: null },
}
export const CALLER = { actor: 'operator', ip: '127.0.0.1' }
export const KEY = 'abcd-efgh-ijkl-mnop-qrst'
export const secret = (text: string) => Redacted.make(text)

export interface Options {
  readonly keys?: KeyRing
  readonly defaults?: DestinationDefaults
  readonly privateHosts?: readonly string[]
  readonly database?: TestDatabase['database']
}

export class Studio {
  readonly db: TestDatabase
  /** `room platform` of what is being sent out. */
  readonly onAir = new Set<string>()

  constructor(db: TestDatabase) {
    this.db = db
  }

  use<A, E>(
    ask: (service: Destinations['Service']) => Effect.Effect<A, E>,
    { keys = KEYS, defaults = NOTHING, privateHosts = [], database = this.db.database }: Options = {},
  ): Promise<A> {
    const isOnAir = (roomId: string, platform: string) => this.onAir.has(`${roomId} ${platform}`)
    const layer = destinationsLive({ keys, defaults, privateHosts, isOnAir })
    return Effect.runPromise(
      Destinations.use(ask).pipe(
        Effect.provide(layer.pipe(Layer.provide(Layer.succeed(Database, database)))),
      ),
    )
  }

  put(
    platform: string,
    change: DestinationChange,
    options?: Options,
    roomId = 'r1',
  ): Promise<ShownDestination> {
    return this.use((service) => service.put(roomId, platform, change, CALLER), options)
  }

  remove(platform: string): Promise<void> {
    return this.use((service) => service.remove('r1', platform, CALLER))
  }

  find(platform: string, options?: Options) {
    return this.use((service) => service.find('r1', platform), options)
  }

  list(options?: Options): Promise<readonly ShownDestination[]> {
    return this.use((service) => service.list('r1'), options)
  }

  async keyOf(platform: string, options?: Options): Promise<string | null> {
    const key = (await this.find(platform, options))?.key ?? null
    return key === null ? null : Redacted.value(key)
  }

  rows(sql: string) {
    return this.db.read(sql)
  }

  audit() {
    return this.rows('SELECT actor, action, room_id, target, outcome, code, detail FROM audit ORDER BY seq')
  }
}

export const openStudio = async (): Promise<Studio> => {
  const db = await startDatabase()
  for (const [id, handle] of [
    ['r1', 'one'],
    ['r2', 'two'],
  ] as const) {
    const row = { id, handle, displayName: null, monitor: true, proxyUrlSealed: null, at: 1 }
    await db.write({ statements: roomRows.insert(row) })
  }
  return new Studio(db)
}

/** The code and the field of a refusal. */
export const refused = async (ask: Promise<unknown>): Promise<readonly [string, string | undefined]> => {
  const error: unknown = await ask.then(
    () => null,
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof CommandRefused)) throw new Error(`was not refused: ${String(error)}`)
  return [error.code, error.field]
}
