// What can happen in a schedule, as small numbers that fast-check can choose and shrink: what a creator does, how
// TikTok and the disk fare, what an operator asks for, how the process comes to grief.

import { type House, OPERATOR } from './house.ts'
import { CONTROL, type ConnectMood, type FakeSocket, type LookMood } from './fake-tiktok.ts'
import type { DiskMood } from './fake-disk.ts'

export const ROOM = 'r1'
export const HANDLE = 'alice'

const LOOKS: readonly LookMood[] = ['truth', 'truth', 'unknown', 'hanging']
const CONNECTS: readonly ConnectMood[] = [
  'ok',
  'ok',
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
const LONG_MS = [2_000, 6_000, 12_000, 20_000, 40_000, 100_000] as const

const pick = <T>(list: readonly T[], by: number): T => list[by % list.length]!

type Step = (house: House, by: number) => void

const socket = (house: House): FakeSocket | undefined => house.tiktok.openSockets(HANDLE).at(-1)
const command = (house: House, run: (rooms: House['rooms']) => Parameters<House['start']>[0]): void => {
  house.start(run(house.rooms))
}

/** Not twice the same number: a broadcast that is over does not come back under its id, except by `again`. */
const nextBroadcast = (house: House): string => String(1_000 + house.broadcasts++)

export const STEPS: Readonly<Record<string, Step>> = {
  wait: (house, by) => house.time.advance(pick(SHORT_MS, by)),
  waitLong: (house, by) => house.time.advance(pick(LONG_MS, by)),
  goLive: (house) => {
    house.tiktok.stage(HANDLE).broadcastId = nextBroadcast(house)
  },
  goAway: (house) => {
    house.tiktok.stage(HANDLE).broadcastId = null
  },
  comeBack: (house) => {
    house.tiktok.stage(HANDLE).broadcastId ??=
      house.tiktok.dialled.at(-1)?.broadcastId ?? nextBroadcast(house)
  },
  frames: (house, by) => {
    for (let sent = 0; sent <= by % 3; sent += 1) socket(house)?.send()
  },
  endStream: (house, by) => {
    socket(house)?.send(by % 2 === 0 ? CONTROL.ended : CONTROL.suspended)
    if (by % 3 > 0) socket(house)?.send()
    house.tiktok.stage(HANDLE).broadcastId = null
    if (by % 5 > 1) socket(house)?.close(1_000)
  },
  pause: (house, by) => socket(house)?.send(by % 2 === 0 ? CONTROL.paused : CONTROL.unpaused),
  drop: (house) => socket(house)?.close(1_006),
  fallSilent: (house) => {
    const open = socket(house)
    if (open !== undefined) open.stalled = true
  },
  lateFrame: (house, by) => pick(house.tiktok.sockets, by)?.send(by % 7 === 0 ? CONTROL.ended : CONTROL.none),
  looks: (house, by) => {
    house.tiktok.look = pick(LOOKS, by)
  },
  connects: (house, by) => {
    house.tiktok.connect = pick(CONNECTS, by)
    house.tiktok.firstBatch = by % 3
  },
  disk: (house, by) => {
    house.disk.heal()
    house.disk.mood = pick(DISKS, by)
  },
  stop: (house) => command(house, (rooms) => rooms.stop(ROOM, OPERATOR)),
  start: (house, by) =>
    command(house, (rooms) => rooms.start(ROOM, { force: by % 3 === 0, wait: by % 2 === 0 }, OPERATOR)),
  endSession: (house) => command(house, (rooms) => rooms.endSession(ROOM, OPERATOR)),
  monitor: (house, by) => command(house, (rooms) => rooms.change(ROOM, { monitor: by % 2 === 0 }, OPERATOR)),
  monitorAll: (house, by) =>
    command(house, (rooms) => rooms.changeSettings({ autoMonitorEnabled: by % 3 > 0 }, OPERATOR)),
  release: (house) => command(house, (rooms) => rooms.release(ROOM, OPERATOR)),
  kill: (house, by) => {
    house.kill()
    house.disk.heal()
    house.time.advance(pick([0, 100, 5_000, 30_000], by))
    house.boot()
  },
  leave: (house, by) => {
    house.disk.heal()
    house.leave(pick([2_000, 10_000], by), by % 3 === 0)
    house.time.advance(pick([0, 100, 5_000, 30_000], by >> 2))
    house.boot()
  },
  freeze: (house, by) => house.time.stall(pick([2_000, 60_000], by)),
}

/** How often each is chosen, of all. */
const WEIGHTS: Readonly<Record<string, number>> = {
  wait: 12,
  waitLong: 10,
  goLive: 7,
  goAway: 3,
  comeBack: 3,
  frames: 6,
  endStream: 5,
  drop: 4,
  stop: 4,
  start: 4,
  kill: 3,
  disk: 3,
  looks: 3,
  connects: 3,
}
const CHOICES: readonly string[] = Object.keys(STEPS).flatMap((name) =>
  Array.from({ length: WEIGHTS[name] ?? 2 }, () => name),
)

/** A step is chosen by the low byte of its number, its argument is the rest. */
export const STEP_MAX = 256 * 64 - 1

export const nameOf = (step: number): string => pick(CHOICES, step & 255)

export const take = (house: House, step: number): void => {
  STEPS[nameOf(step)]!(house, step >> 8)
  house.time.settle()
}

/** Faults are over and the creator is off air: everything must come to rest. */
export const heal = (house: House): void => {
  house.disk.heal()
  house.tiktok.look = 'truth'
  house.tiktok.connect = 'ok'
  house.tiktok.stage(HANDLE).broadcastId = null
  house.time.advance(100_000)
}
