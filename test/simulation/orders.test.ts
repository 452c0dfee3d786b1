import { describe, expect, it } from 'vitest'
import { CONTROL } from './fake-tiktok.ts'
import { House, OPERATOR } from './house.ts'
import { judgeAtRest } from './oracle.ts'
import { ends, record, stage, until } from './plays.ts'
import { heal, type Scene } from './steps.ts'

const HANDLE = 'alice'

/** The six ways a session can come to its end. */
const TRIGGERS: Readonly<Record<string, (scene: Scene) => void>> = {
  heartbeat: (scene) => {
    stage(scene).broadcastId = null
    for (const socket of scene.house.tiktok.openSockets(HANDLE)) socket.stalled = true
  },
  streamEnd: (scene) => {
    stage(scene).broadcastId = null
    for (const socket of scene.house.tiktok.openSockets(HANDLE)) socket.send(CONTROL.ended)
  },
  disconnected: ({ house }) => {
    for (const socket of house.tiktok.openSockets(HANDLE)) socket.close(1_006)
  },
  stop: ({ house, room }) => {
    house.start(house.rooms.stop(room, OPERATOR))
  },
  shutdown: ({ house }) => {
    house.leave(10_000)
    house.boot()
  },
  crash: ({ house }) => {
    house.kill()
    house.boot()
  },
}

const ordersOf = (names: readonly string[]): readonly (readonly string[])[] =>
  names.length === 0
    ? [[]]
    : names.flatMap((first) =>
        ordersOf(names.filter((name) => name !== first)).map((rest) => [first, ...rest]),
      )

/** Where the room is when the first of them comes. */
const BEGINNINGS: Readonly<Record<string, (scene: Scene) => void>> = {
  connecting: (scene) => {
    scene.house.tiktok.firstBatch = 1
    stage(scene).broadcastId = '100'
    until(scene, 'connecting')
    scene.house.time.advance(12)
  },
  'live.receiving': (scene) => void record(scene),
  'live.paused': (scene) => {
    record(scene).send(CONTROL.paused)
    until(scene, 'live.paused')
  },
  'live.reconnecting': (scene) => {
    const socket = record(scene)
    scene.house.tiktok.connect = 'network'
    socket.close(1_006)
    until(scene, 'live.reconnecting')
  },
}

/** Between two of them: nothing, less than a commit, a commit, the length of a drain, of a silence. */
const PAUSES_MS = [0, 1, 3, 4, 25, 120]

/** Silence is short here, so that the heartbeat has its turn among the others. */
const SETTINGS = {
  silenceTimeoutMs: 60,
  heartbeatIntervalMs: 20,
  watchIntervalMs: 1_000,
  resumeWindowMs: 5_000,
}

describe('T18: all six triggers together', () => {
  const orders = ordersOf(Object.keys(TRIGGERS))
  const beginnings = Object.entries(BEGINNINGS)

  it('are 720 orders, met in every state and at every distance', () => {
    expect(orders.length).toBe(720)
    expect(new Set(orders.map((order) => order.join())).size).toBe(720)
  })

  for (const [round, [state, begin]] of beginnings.entries()) {
    it(`T18: leave exactly one session, begun in ${state}`, () => {
      const reasons = new Set<string | null>()
      // Each state meets a quarter of the orders at each distance, so that together they meet all of them.
      for (const [index, order] of orders.entries()) {
        if (index % beginnings.length !== round) continue
        const pause = PAUSES_MS[(index >> 2) % PAUSES_MS.length] ?? 0
        const house = new House({ seed: index, settings: SETTINGS, tuning: { offlineHysteresisMs: 30 } })
        house.furnish('r1', HANDLE)
        house.boot()
        const scene: Scene = { house, room: 'r1', handle: HANDLE }
        begin(scene)
        for (const trigger of order) {
          TRIGGERS[trigger]?.(scene)
          house.time.advance(pause)
        }
        heal(scene)
        expect(ends(scene).length, `${order.join(', ')} ${pause} ms apart`).toBe(1)
        judgeAtRest(house)
        reasons.add(ends(scene)[0] ?? null)
        house.close()
      }
      expect(reasons.size).toBeGreaterThan(2)
    })
  }
})
