// What can happen in a schedule, as small numbers that fast-check can choose and shrink: what a creator does, how
// TikTok and the disk fare, what an operator asks for, how the process comes to grief.

import { type House, OPERATOR } from './house.ts'
import { CONTROL, type ConnectMood, type FakeSocket, type LookMood, type Stage } from './fake-tiktok.ts'
import type { DiskMood } from './fake-disk.ts'

/** One room of a house and everything that is done to it. */
export interface Scene {
  readonly house: House
  readonly room: string
  readonly handle: string
}

const LOOKS: readonly LookMood[] = ['truth', 'truth', 'unknown', 'hanging']
const CONNECTS: readonly ConnectMood[] = [
  'ok',
  'ok',
  'stubborn',
  'network',
  'sign_rate_limited',
  'ws_refused',
  'room_offline',
  'age_restricted',
  'hanging',
  'dying',
]
const DISKS: readonly DiskMood[] = ['ok', 'ok', 'failing', 'unknown', 'lost', 'hanging']
const SHORT_MS = [0, 1, 4, 20, 60, 300, 900] as const
const LONG_MS = [2_000, 4_000, 6_000, 9_000, 14_000, 30_000] as const

const pick = <T>(list: readonly T[], by: number): T => list[by % list.length]!

type Step = (scene: Scene, by: number) => void

const socket = ({ house, handle }: Scene): FakeSocket | undefined => house.tiktok.openSockets(handle).at(-1)
const stage = ({ house, handle }: Scene): Stage => house.tiktok.stage(handle)
const command = (
  { house, room }: Scene,
  run: (rooms: House['rooms'], room: string) => Parameters<House['start']>[0],
): void => {
  house.start(run(house.rooms, room))
}

/** Not twice the same number: a broadcast that is over does not come back under its id, except by `comeBack`. */
const nextBroadcast = ({ house }: Scene): string => String(1_000 + house.broadcasts++)

export const STEPS: Readonly<Record<string, Step>> = {
  wait: ({ house }, by) => house.time.advance(pick(SHORT_MS, by)),
  waitLong: ({ house }, by) => house.time.advance(pick(LONG_MS, by)),
  goLive: (scene) => goLive(scene),
  goAway: (scene) => {
    stage(scene).broadcastId = null
  },
  comeBack: (scene) => {
    stage(scene).broadcastId ??= scene.house.tiktok.dialled.at(-1)?.broadcastId ?? nextBroadcast(scene)
  },
  frames: (scene, by) => {
    for (let sent = 0; sent <= by % 3; sent += 1) socket(scene)?.send()
  },
  endStream: (scene, by) => {
    const open = socket(scene)
    open?.send(by % 2 === 0 ? CONTROL.ended : CONTROL.suspended)
    if (by % 3 > 0) open?.send()
    stage(scene).broadcastId = null
    if (by % 5 > 1) open?.close(1_000)
  },
  pause: (scene, by) => socket(scene)?.send(by % 2 === 0 ? CONTROL.paused : CONTROL.unpaused),
  drop: (scene) => socket(scene)?.close(1_006),
  fallSilent: (scene) => {
    const open = socket(scene)
    if (open !== undefined) open.stalled = true
  },
  lateFrame: ({ house }, by) => {
    const { sockets } = house.tiktok
    if (sockets.length > 0) pick(sockets, by).send(by % 7 === 0 ? CONTROL.ended : CONTROL.none)
  },
  looks: ({ house }, by) => {
    house.tiktok.look = pick(LOOKS, by)
  },
  connects: ({ house }, by) => {
    house.tiktok.connect = pick(CONNECTS, by)
    house.tiktok.firstBatch = by % 3
  },
  disk: ({ house }, by) => {
    house.disk.heal()
    house.disk.mood = pick(DISKS, by)
  },
  stop: (scene) => command(scene, (rooms, room) => rooms.stop(room, OPERATOR)),
  start: (scene, by) =>
    command(scene, (rooms, room) => rooms.start(room, { force: by % 3 === 0, wait: by % 2 === 0 }, OPERATOR)),
  endSession: (scene) => command(scene, (rooms, room) => rooms.endSession(room, OPERATOR)),
  monitor: (scene, by) =>
    command(scene, (rooms, room) => rooms.change(room, { monitor: by % 2 === 0 }, OPERATOR)),
  monitorAll: (scene, by) =>
    command(scene, (rooms) => rooms.changeSettings({ autoMonitorEnabled: by % 3 > 0 }, OPERATOR)),
  release: (scene) => command(scene, (rooms, room) => rooms.release(room, OPERATOR)),
  kill: ({ house }, by) => {
    house.kill()
    house.disk.heal()
    house.time.advance(pick([0, 100, 4_000, 20_000], by))
    house.boot()
  },
  leave: ({ house }, by) => {
    house.disk.heal()
    house.leave(pick([2_000, 10_000], by), by % 3 === 0)
    house.time.advance(pick([0, 100, 4_000, 20_000], by >> 2))
    house.boot()
  },
  freeze: ({ house }, by) => house.time.stall(pick([2_000, 60_000], by)),
}

/** How often each is chosen, of all. */
const WEIGHTS: Readonly<Record<string, number>> = {
  wait: 26,
  waitLong: 20,
  goLive: 14,
  goAway: 6,
  comeBack: 6,
  frames: 12,
  endStream: 14,
  drop: 10,
  stop: 10,
  start: 10,
  disk: 7,
  looks: 6,
  connects: 8,
  kill: 3,
  leave: 2,
}
const CHOICES: readonly string[] = Object.keys(STEPS).flatMap((name) =>
  Array.from({ length: WEIGHTS[name] ?? 5 }, () => name),
)

/** A step is chosen by the low byte of its number, its argument is the rest. */
export const STEP_MAX = 256 * 64 - 1

export const nameOf = (step: number): string => pick(CHOICES, step & 255)

export const take = (scene: Scene, step: number): void => {
  STEPS[nameOf(step)]!(scene, step >> 8)
  scene.house.time.settle()
}

/** The creator goes live, and the room is about to find out. */
export const goLive = (scene: Scene): void => {
  stage(scene).broadcastId = nextBroadcast(scene)
}

/** The creator is live and the room records, before anything else happens. */
export const goOnAir = (scene: Scene): void => {
  const { house, room } = scene
  goLive(scene)
  house.run(house.rooms.start(room, { force: false, wait: false }, OPERATOR))
  house.time.advance(100)
}

const HEALING_MS = 120_000
const LOOK_EVERY_MS = 3_000

/** Faults are over and the creator is off air: everything must come to rest, and soon. */
export const heal = (scene: Scene): void => {
  const { house, room } = scene
  house.disk.heal()
  house.tiktok.look = 'truth'
  house.tiktok.connect = 'ok'
  stage(scene).broadcastId = null
  for (let healed = 0; healed < HEALING_MS && !house.isAtRest(room); healed += LOOK_EVERY_MS) {
    house.time.advance(LOOK_EVERY_MS)
  }
}
