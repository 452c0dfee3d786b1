// Sending out that does nothing but keep its word: what is asked goes through the real database with its audit
// row, and a destination is at once where it was sent. A test can set any state of any destination.

import * as Effect from 'effect/Effect'
import type { DestinationStatus, Live, LiveStatus } from '../../src/actors/live.ts'
import type { Caller } from '../../src/actors/rooms.ts'
import type { AuditEntry, Database } from '../../src/db/database.ts'
import { CommandRefused } from '../../src/domain/errors.ts'

type Service = { -readonly [K in keyof Live['Service']]: Live['Service'][K] }

export interface FakeLive {
  readonly live: Service
  /** Sets what a destination is, as if it had become so by itself. */
  readonly set: (roomId: string, platform: string, part: Partial<DestinationStatus>) => void
  /** What was carried out, in order. */
  readonly asked: string[]
}

const BORN: Omit<DestinationStatus, 'platform' | 'since'> = {
  status: 'stopped',
  state: 'stopped',
  attempt: 0,
  attemptsMax: 8,
  nextAttemptAt: null,
  errorCode: null,
  egressId: null,
  liveSince: null,
  observedAt: null,
  observedBy: null,
  platformView: null,
  allowed: ['start'],
}

export const fakeLive = (database: Database['Service']): FakeLive => {
  const rooms = new Map<string, Map<string, DestinationStatus>>()
  const asked: string[] = []

  const set: FakeLive['set'] = (roomId, platform, part) => {
    const all = rooms.get(roomId) ?? new Map<string, DestinationStatus>()
    rooms.set(roomId, all)
    all.set(platform, { ...BORN, ...all.get(platform), platform, since: Date.now(), ...part })
  }
  const statusOf = (roomId: string): LiveStatus => {
    const destinations = [...(rooms.get(roomId)?.values() ?? [])]
    const isOn = destinations.some(({ state }) => state !== 'stopped')
    return {
      roomId,
      sessionId: destinations.length === 0 ? null : `o${roomId}`,
      livekitRoom: 'stage',
      state: isOn ? 'live' : 'idle',
      since: 1,
      destinations,
    }
  }
  const write = (action: string, roomId: string, caller: Caller, refusal: CommandRefused | null) => {
    const audit: AuditEntry = {
      at: Date.now(),
      ...caller,
      action,
      roomId,
      target: null,
      outcome: refusal === null ? 'done' : 'refused',
      code: refusal?.code ?? null,
      detail: null,
    }
    const written = database.write({ statements: [], audit })
    return refusal === null ? Effect.asVoid(written) : Effect.andThen(written, Effect.fail(refusal))
  }
  const act = (
    action: string,
    roomId: string,
    caller: Caller,
    refusal: CommandRefused | null,
    change: () => void,
  ) =>
    Effect.map(write(action, roomId, caller, refusal), () => {
      asked.push(action)
      change()
      return statusOf(roomId)
    })
  const isOn = (roomId: string, platform: string): boolean =>
    (rooms.get(roomId)?.get(platform)?.state ?? 'stopped') !== 'stopped'

  const live: Service = {
    status: statusOf,
    list: () => [...rooms.keys()].map(statusOf),
    start: (roomId, platforms, { force }, caller) => {
      const refusal = platforms.every((platform) => isOn(roomId, platform))
        ? new CommandRefused({ code: 'already_active', message: 'All of them are on their way.' })
        : null
      return act(force ? 'live.start forced' : 'live.start', roomId, caller, refusal, () => {
        for (const platform of platforms.filter((one) => !isOn(roomId, one))) {
          set(roomId, platform, { state: 'starting', status: 'starting', attempt: 1, allowed: ['stop'] })
        }
      })
    },
    stop: (roomId, platforms, caller) =>
      act('live.stop', roomId, caller, null, () => {
        for (const platform of platforms ?? rooms.get(roomId)?.keys() ?? []) {
          set(roomId, platform, { ...BORN })
        }
      }),
    retry: (roomId, platform, caller) => {
      const refusal = isOn(roomId, platform)
        ? null
        : new CommandRefused({ code: 'not_live', message: 'It is not being sent out.' })
      return act('live.retry', roomId, caller, refusal, () => set(roomId, platform, { state: 'starting' }))
    },
    observe: () => false,
    notice: () => {},
    roomOf: () => null,
    see: () => {},
    trace: () => null,
    actors: () =>
      [...rooms].flatMap(([roomId, all]) => [
        { id: `outbound:${roomId}`, machine: 'outbound', roomId, state: 'live', since: 1, next: [] },
        ...[...all.values()].map(
          ({ platform, state, since }) =>
            ({
              id: `egress:${roomId}:${platform}`,
              machine: 'egress',
              roomId,
              state,
              since,
              next: [],
            }) as const,
        ),
      ]),
    letGo: Effect.succeed({ running: 0 }),
  }
  return { live, set, asked }
}
