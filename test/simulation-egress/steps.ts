// What can happen in a schedule, as small numbers that fast-check can choose and shrink: what producers ask for,
// how LiveKit, its webhooks, the platforms and the disk fare, how the process comes to grief.

import type { DiskMood } from '../simulation/fake-disk.ts'
import type { Job } from './fake-job.ts'
import type { ListMood, StartMood, StopMood } from './moods.ts'
import type { Studio } from './studio.ts'
import type { IngestMood, LaunchMood } from './surroundings.ts'
import { PLATFORMS } from './town.ts'
import type { WebhookMood } from './webhook-queue.ts'

export const ROOMS = ['r1', 'r2'] as const

const STARTS: readonly StartMood[] = [
  'ok',
  'ok',
  'lost_done',
  'lost_undone',
  'slow',
  'late',
  'very_late',
  'hanging',
  'unreachable',
  'internal',
  'no_response',
  'bad_answer',
  'quota',
  'unauthorized',
  'invalid',
]
const LISTS: readonly ListMood[] = [
  'ok',
  'ok',
  'ok',
  'unreachable',
  'unauthorized',
  'internal',
  'hanging',
  'stale',
  'stale',
  'incomplete',
]
const STOPS: readonly StopMood[] = ['ok', 'ok', 'ok', 'hanging', 'lost_done', 'no_response', 'unreachable']
const LAUNCHES: readonly LaunchMood[] = ['ok', 'aborted', 'pipeline', 'cpu', 'mute', 'stuck']
const INGESTS: readonly IngestMood[] = ['accept', 'accept', 'refuse', 'reject', 'kick', 'hang']
const WEBHOOKS: readonly WebhookMood[] = ['ok', 'ok', 'lost', 'doubled', 'late', 'wild', 'wild']
const DISKS: readonly DiskMood[] = ['ok', 'ok', 'failing', 'unknown', 'lost', 'hanging']
const SHORT_MS = [0, 1, 4, 9, 16, 30, 60, 300, 900] as const
const LONG_MS = [2_000, 4_000, 7_000, 12_000, 20_000, 45_000] as const
const DOWN_MS = [0, 100, 4_000, 20_000] as const

const pick = <T>(list: readonly T[], by: number): T => list[by % list.length]!

type Step = (studio: Studio, by: number) => void

/** The first room more often, so that things happen to each other. */
const roomBy = (by: number): string => (by % 4 === 3 ? ROOMS[1] : ROOMS[0])
const platformsBy = (by: number): readonly string[] =>
  pick([PLATFORMS, ['youtube'], ['youtube'], ['twitch']], by)
const keyBy = (studio: Studio, by: number): string =>
  studio.town.key(roomBy(by >> 1), pick(['youtube', 'youtube', 'twitch'], by))
const jobBy = ({ livekit }: Studio, by: number): Job | undefined => {
  const { running } = livekit
  return running.length === 0 ? undefined : pick(running, by)
}

/** Only what is known to be dead is started beside: whoever forces takes the second publisher upon himself. */
const isDead = ({ livekit, town }: Studio, room: string, platforms: readonly string[]): boolean =>
  platforms.some((platform) => livekit.runningOf(town.key(room, platform)).length > 0) &&
  platforms.every((platform) => livekit.runningOf(town.key(room, platform)).every(({ ghost }) => ghost))

export const STEPS: Readonly<Record<string, Step>> = {
  wait: ({ time }, by) => time.advance(pick(SHORT_MS, by)),
  waitLong: ({ time }, by) => time.advance(pick(LONG_MS, by)),
  start: (studio, by) => {
    const [room, platforms] = [roomBy(by >> 2), platformsBy(by)]
    studio.command('start', room, platforms, isDead(studio, room, platforms))
  },
  stop: (studio, by) => void studio.command('stop', roomBy(by >> 2), platformsBy(by)),
  retry: (studio, by) => void studio.command('retry', roomBy(by >> 1), [pick(PLATFORMS, by)]),
  starts: ({ livekit }, by) => {
    livekit.start = pick(STARTS, by)
  },
  nextStart: ({ livekit }, by) => void livekit.nextStarts.push(pick(STARTS, by)),
  lists: ({ livekit }, by) => {
    livekit.list = pick(LISTS, by)
  },
  stops: ({ livekit }, by) => {
    livekit.stop = pick(STOPS, by)
    livekit.endingMs = by % 3 === 0 ? 15_000 : 200
  },
  launch: ({ livekit }, by) => void livekit.nextLaunches.push(pick(LAUNCHES, by)),
  ingest: (studio, by) => {
    const mood = pick(INGESTS, by >> 2)
    const key = keyBy(studio, by)
    if (mood === 'accept' || by % 3 === 0) studio.livekit.ingest(key).mood = mood
    else studio.livekit.breakIngest(key, mood)
  },
  drop: (studio, by) => jobBy(studio, by)?.drop(),
  webhooks: ({ livekit }, by) => {
    livekit.webhooks.mood = pick(WEBHOOKS, by)
  },
  replay: ({ livekit }, by) => {
    const { sent } = livekit.webhooks
    if (sent.length === 0) return
    const from = by % sent.length
    livekit.webhooks.release([...sent.slice(from), ...sent.slice(0, from)].toReversed())
  },
  endElsewhere: (studio, by) => {
    const job = jobBy(studio, by)
    if (job !== undefined && !job.ghost) job.stop()
  },
  wedge: (studio, by) => void jobBy(studio, by)?.wedge(pick([30_000, 60_000], by)),
  die: (studio, by) => void jobBy(studio, by)?.die(),
  limit: (studio, by) => void jobBy(studio, by)?.limit(),
  emptyRoom: ({ livekit }, by) => livekit.emptyRoom(roomBy(by)),
  fillRoom: ({ livekit }) => livekit.empty.clear(),
  disk: ({ disk }, by) => {
    disk.heal()
    disk.mood = pick(DISKS, by)
  },
  kill: (studio, by) => {
    studio.kill()
    studio.disk.heal()
    studio.time.advance(pick(DOWN_MS, by))
    studio.boot()
  },
  leave: (studio, by) => {
    studio.disk.heal()
    studio.leave()
    studio.time.advance(pick(DOWN_MS, by))
    studio.boot()
  },
  clock: (studio, by) => studio.setClock(pick([3_600_000, -3_600_000, 40_000, -40_000], by)),
  freeze: ({ time }, by) => time.stall(pick([2_000, 30_000], by)),
}

/** How often each is chosen, of all. */
const WEIGHTS: Readonly<Record<string, number>> = {
  wait: 24,
  waitLong: 22,
  start: 30,
  stop: 16,
  retry: 7,
  nextStart: 14,
  starts: 8,
  lists: 10,
  webhooks: 10,
  ingest: 12,
  kill: 12,
  leave: 4,
  disk: 6,
  die: 3,
  freeze: 3,
  clock: 2,
}
const CHOICES: readonly string[] = Object.keys(STEPS).flatMap((name) =>
  Array.from({ length: WEIGHTS[name] ?? 5 }, () => name),
)

/** A step is chosen by the low byte of its number, its argument is the rest. */
export const STEP_MAX = 256 * 64 - 1

export const nameOf = (step: number): string => pick(CHOICES, step & 255)

export const take = (studio: Studio, step: number): void => {
  STEPS[nameOf(step)]!(studio, step >> 8)
  studio.time.settle()
}

const HEALING_MS = 240_000
const LOOK_EVERY_MS = 3_000

const states = (studio: Studio): readonly string[] =>
  studio.live.list().flatMap(({ destinations }) => destinations.map(({ state }) => state))

const isOff = (state: string): boolean => state === 'stopped' || state === 'idle'

/** Faults are over and everybody is in their rooms; what was given up is tried again. All must come to rest. */
export const heal = (studio: Studio): void => {
  const { disk, livekit, live, time } = studio
  disk.heal()
  livekit.heal()
  for (const job of livekit.running) {
    job.isSpared = true
    if (job.ghost) livekit.forget(job)
  }
  for (const { roomId, destinations } of live.list()) {
    for (const { platform, state } of destinations) {
      if (state === 'failed' || state === 'backoff') studio.command('retry', roomId, [platform])
    }
  }
  const isAtRest = () => {
    const on = states(studio).filter((state) => state === 'live').length
    return (
      livekit.underWay === 0 &&
      livekit.running.length === on &&
      livekit.running.every(({ isPublishing, status }) => isPublishing && status === 'active') &&
      states(studio).every((state) => state === 'live' || isOff(state))
    )
  }
  const from = time.ms
  // What ended just now is still shown as live, so one look is not enough.
  let rested = 0
  do {
    time.advance(LOOK_EVERY_MS)
    rested = isAtRest() ? rested + 1 : 0
    for (const { roomId, destinations } of live.list()) {
      for (const { platform, state } of destinations) {
        if (state === 'failed') studio.command('retry', roomId, [platform])
      }
    }
  } while (time.ms - from < HEALING_MS && rested < 2)
}

/** Everything off, and nothing left. */
export const finish = (studio: Studio): void => {
  for (const { roomId, destinations } of studio.live.list()) {
    studio.command(
      'stop',
      roomId,
      destinations.map(({ platform }) => platform),
    )
  }
  const from = studio.time.ms
  do studio.time.advance(LOOK_EVERY_MS)
  while (studio.time.ms - from < HEALING_MS && !states(studio).every(isOff))
}
