// Real actors behind the HTTP layer of a test: the room machine and the egress machine, whose own actors do nothing.

import { createActor, fromPromise, type Actor } from 'xstate'
import { Trace } from '../../src/actors/trace.ts'
import { contextOf } from '../../src/machines/room-rules.ts'
import type { RoomInput } from '../../src/machines/room-events.ts'
import { roomMachine } from '../../src/machines/room.machine.ts'
import type { Harness } from './harness.ts'

const idle = fromPromise(() => new Promise<never>(() => {}))

const logic = roomMachine.provide({
  actors: { watch: idle, link: idle, drain: idle, archive: idle },
  actions: { persistCooldown: () => {}, recordSecondary: () => {} },
} as never)

export const INPUT: Omit<RoomInput, 'roomId'> = {
  monitor: true,
  quarantined: false,
  cooldown: null,
  adopt: null,
  times: {
    resumeWindowMs: 120_000,
    drainTimeoutMs: 120_000,
    cooldownMs: 120_000,
    manualCooldownMs: 900_000,
    archiveRetryBaseMs: 120_000,
    archiveRetryCapMs: 120_000,
  },
}

export const contextFor = (roomId: string) => contextOf({ ...INPUT, roomId })

export interface Staged {
  readonly actor: Actor<typeof roomMachine>
  readonly trace: Trace
}

/** Puts a real actor behind each of these rooms. */
export const stage = (h: Harness, roomIds: readonly string[]): ReadonlyMap<string, Staged> => {
  const staged = new Map(
    roomIds.map((roomId): readonly [string, Staged] => {
      const trace = new Trace('room', Date.now)
      const actor = createActor(logic, {
        input: { ...INPUT, roomId },
        inspect: trace.inspect(logic),
      })
      actor.start()
      return [roomId, { actor, trace }]
    }),
  )
  h.rooms.trace = (id) => staged.get(id.replace(/^room:/, ''))?.trace ?? null
  return staged
}
