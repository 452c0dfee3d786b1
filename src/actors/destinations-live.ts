// The destinations of rooms on disk: read when they are used, changed one at a time, each change durable with its
// fact and its audit row. Keys are sealed before they reach the database and are in no fact, row or message.

import * as Clock from 'effect/Clock'
import * as Effect from 'effect/Effect'
import * as Layer from 'effect/Layer'
import * as Redacted from 'effect/Redacted'
import * as Result from 'effect/Result'
import * as Semaphore from 'effect/Semaphore'
import { Database } from '../db/database.ts'
import * as rows from '../db/destinations.ts'
import { type KeyRing, seal } from '../db/seal.ts'
import { isPlatform, keyLast4, livekitRoomFault } from '../domain/destination-rules.ts'
import type { Fact, FactName } from '../domain/facts.ts'
import { checkChange, isSame } from './destination-changes.ts'
import { defaultUrl, type DestinationDefaults, makeFind, shown } from './destination-view.ts'
import { type DestinationChange, Destinations } from './destinations.ts'
import { refusalOf, type Commanded, type Request } from './desk.ts'
import { makeLedger } from './ledger.ts'
import type { Caller } from './rooms.ts'

export interface DestinationsOptions {
  readonly keys: KeyRing
  readonly defaults: DestinationDefaults
  /** Hosts that are not public and may be named all the same: `host` or `host:port`. */
  readonly privateHosts: readonly string[]
  /** Whether an egress of ours may be running for it. */
  readonly isOnAir: (roomId: string, platform: string) => boolean
}

const NO_ROOM = { code: 'room_unknown', message: 'There is no such room.' } as const
const NO_PLATFORM = {
  code: 'invalid',
  message:
    'Expected a name of up to 32 of a-z, 0-9, "_" and "-" that begins with a letter, and not both or all.',
  field: '/platform',
} as const
const NONE = { code: 'destination_unknown', message: 'The room has no such destination of its own.' } as const

const make = Effect.fnUntraced(function* ({ keys, defaults, privateHosts, isOnAir }: DestinationsOptions) {
  const database = yield* Database
  const ledger = makeLedger(database)
  const turn = yield* Semaphore.make(1)
  const find = makeFind(keys, defaults)

  const read = <A, E>(query: Effect.Effect<A, E, Database>) =>
    Effect.provideService(query, Database, database)
  const inTurn = <A>(command: Commanded<A>): Commanded<A> => turn.withPermits(1)(command)
  const factOf = (name: FactName, at: number, roomId: string, body: Fact['body']): Fact => ({
    name,
    at,
    roomId,
    sessionId: null,
    body,
  })

  const put = Effect.fnUntraced(function* (
    request: Request,
    roomId: string,
    platform: string,
    change: DestinationChange,
  ) {
    const all = yield* read(rows.list(roomId))
    const row = all.find((one) => one.platform === platform) ?? null
    if (row === null && all.length >= rows.DESTINATIONS_MAX) {
      const message = `A room can have ${rows.DESTINATIONS_MAX} destinations; remove one first.`
      return yield* ledger.refuse(request, { code: 'conflict', message })
    }
    const usual = defaultUrl(defaults, platform)
    const checked = checkChange({ platform, row, usual, privateHosts }, change)
    if (Result.isFailure(checked)) {
      const { field, expected } = checked.failure
      return yield* ledger.refuse(request, { code: 'invalid', message: `Expected ${expected}.`, field })
    }
    const { url, source, encoding } = checked.success
    const before = find(roomId, platform, row)
    const { key } = change
    const isKeyNew =
      key !== undefined &&
      (row === null ||
        row.keySealed === null ||
        before === null ||
        before.destination.key === null ||
        Redacted.value(before.destination.key) !== Redacted.value(key))
    const changed = [
      ...((row?.url ?? null) === url ? [] : ['url']),
      ...(isKeyNew ? ['key'] : []),
      ...(isSame(row?.source ?? null, source) ? [] : ['source']),
      ...(isSame(row?.encoding ?? null, encoding) ? [] : ['encoding']),
    ]
    if (row !== null && before !== null && changed.length === 0) {
      yield* ledger.noop(request)
      return shown(before)
    }
    const secret = key ?? before?.destination.key ?? null
    const isTwin = (other: rows.DestinationRow): boolean => {
      const theirs = other.platform === platform ? null : find(roomId, other.platform, other)
      return (
        theirs !== null &&
        theirs.destination.url === (url ?? usual) &&
        theirs.destination.key !== null &&
        secret !== null &&
        Redacted.value(theirs.destination.key) === Redacted.value(secret)
      )
    }
    // Both on air would be two publishers of one key, which every platform takes for trouble.
    if (all.some(isTwin)) {
      const message = 'Another destination of the room has this address and this key.'
      return yield* ledger.refuse(request, { code: 'conflict', message })
    }
    const at = yield* Clock.currentTimeMillis
    const sealed =
      key !== undefined && isKeyNew
        ? {
            keySealed: seal(keys, rows.keyAad(roomId, platform), Redacted.value(key)),
            keyLast4: keyLast4(Redacted.value(key)),
          }
        : { keySealed: row?.keySealed ?? null, keyLast4: row?.keyLast4 ?? null }
    const next = { roomId, platform, url, source, encoding, ...sealed, updatedAt: at }
    const { applied } = yield* ledger.commit(
      request,
      {
        statements: [rows.put(next)],
        guard: 0,
        facts: [factOf('destination.changed', at, roomId, { platform, changed })],
      },
      changed.join(', ') || null,
    )
    const after = find(roomId, platform, { ...next, createdAt: row?.createdAt ?? at })
    if (!applied || after === null) return yield* refusalOf(NO_ROOM)
    return shown(after)
  })

  const remove = Effect.fnUntraced(function* (request: Request, roomId: string, platform: string) {
    if ((yield* read(rows.find(roomId, platform))) === null) return yield* ledger.refuse(request, NONE)
    if (isOnAir(roomId, platform)) {
      const message = 'It is being sent out: stop it first.'
      return yield* ledger.refuse(request, { code: 'destination_in_use', message })
    }
    const at = yield* Clock.currentTimeMillis
    const { applied } = yield* ledger.commit(request, {
      statements: [rows.remove(roomId, platform)],
      guard: 0,
      facts: [factOf('destination.removed', at, roomId, { platform })],
    })
    if (!applied) return yield* refusalOf(NONE)
  })

  const setLivekitRoom = Effect.fnUntraced(function* (request: Request, roomId: string, name: string) {
    const expected = livekitRoomFault(name)
    if (expected !== null) {
      const message = `Expected ${expected}.`
      return yield* ledger.refuse(request, { code: 'invalid', message, field: '/name' })
    }
    if ((yield* read(rows.findLivekitRoom(roomId))) === name) {
      yield* ledger.noop(request)
      return name
    }
    const at = yield* Clock.currentTimeMillis
    const { applied } = yield* ledger.commit(request, {
      statements: [rows.putLivekitRoom(roomId, name, at)],
      guard: 0,
      facts: [factOf('room.changed', at, roomId, { livekitRoom: name })],
    })
    if (!applied) return yield* refusalOf(NO_ROOM)
    return name
  })

  const asked = (caller: Caller, action: string, roomId: string, target: string | null): Request => ({
    caller,
    action,
    roomId,
    target,
  })
  const known = Object.keys(defaults)

  return Destinations.of({
    find: (roomId, platform) =>
      Effect.map(
        read(rows.find(roomId, platform)),
        (row) => find(roomId, platform, row)?.destination ?? null,
      ),
    list: (roomId) =>
      Effect.map(read(rows.list(roomId)), (own) => {
        const platforms = new Set([...own.map(({ platform }) => platform), ...known])
        return [...platforms].sort().flatMap((platform) => {
          const one = find(roomId, platform, own.find((row) => row.platform === platform) ?? null)
          return one === null ? [] : [shown(one)]
        })
      }),
    put: (roomId, platform, change, caller) => {
      const request = asked(caller, 'destination.set', roomId, platform)
      return inTurn(
        isPlatform(platform)
          ? put(request, roomId, platform, change)
          : ledger.refuse({ ...request, target: null }, NO_PLATFORM),
      )
    },
    remove: (roomId, platform, caller) =>
      inTurn(remove(asked(caller, 'destination.remove', roomId, platform), roomId, platform)),
    livekitRoom: (roomId, handle) => Effect.map(read(rows.findLivekitRoom(roomId)), (name) => name ?? handle),
    setLivekitRoom: (roomId, name, caller) =>
      inTurn(setLivekitRoom(asked(caller, 'livekit.set', roomId, null), roomId, name)),
  })
})

export const destinationsLive = (options: DestinationsOptions): Layer.Layer<Destinations, never, Database> =>
  Layer.effect(Destinations, make(options))
