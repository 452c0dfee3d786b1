// Judges a run by what truly happened at LiveKit, by what operators asked for and by what is on disk. It shares
// nothing with the product: the states, the bounds and the ways are written out here.

import { OUTBOUND_TABLES } from '../simulation/fake-disk.ts'
import type { Job } from './fake-job.ts'
import type { Studio } from './studio.ts'
import type { Call, Commanded } from './truth.ts'

export const fail = (invariant: string, message: string): never => {
  throw new Error(`${invariant}: ${message}`)
}

/** How long nothing may be started after a start whose answer was lost. */
const GRACE_MS = 15_000
/** Lists that have to say that it is not there. */
const ABSENCES = 2
const MINUTE_MS = 60_000
const STARTS_A_MINUTE = 8
/** Of the shortest wait between two attempts. */
const SHORTEST = 0.8
const BASE_MS = 1_000

export interface EgressRow {
  readonly id: string
  readonly session_id: string
  readonly room_id: string
  readonly platform: string
  readonly desired: 'on' | 'off'
  readonly generation: number
  readonly state: string
  readonly attempt: number
  readonly error_code: string | null
  readonly lk_egress_id: string | null
  readonly ended_at: number | null
}

export interface AttemptRow {
  readonly id: string
  readonly egress_id: string
  readonly room_id: string
  readonly platform: string
  readonly generation: number
  readonly no: number
  readonly adopted: number
  readonly lk_egress_id: string | null
  readonly started_at: number
  readonly accepted_at: number | null
  readonly ended_at: number | null
  readonly lk_status: string | null
  readonly lk_updated_at: number | null
  readonly error_code: string | null
}

export const egressesOf = (studio: Studio): readonly EgressRow[] =>
  studio.disk.read('SELECT * FROM egresses ORDER BY created_at, id') as unknown as readonly EgressRow[]

export const attemptsOf = (studio: Studio): readonly AttemptRow[] =>
  studio.disk.read(
    'SELECT * FROM egress_attempts ORDER BY started_at, no',
  ) as unknown as readonly AttemptRow[]

const endOf = (job: Job): number => job.endedMs ?? Infinity

const makerOf = (studio: Studio, job: Job): Call =>
  studio.livekit.calls.find(({ kind, egressId }) => kind === 'start' && egressId === job.id) ??
  fail('truth', `nobody started ${job.id}`)

/** Somebody forced a start after the first was asked for, and took a second upon himself. */
const isForced = (studio: Studio, key: string, first: Call, second: Job): boolean =>
  studio.commanded.some(
    ({ kind, force, roomId, platforms, issuedMs }) =>
      kind === 'start' &&
      force &&
      platforms.some((platform) => studio.town.keys.get(`${roomId} ${platform}`) === key) &&
      issuedMs >= first.atMs &&
      issuedMs <= second.createdMs,
  )

/** Whether the first was started without an answer, and could not be found before the second was asked for. */
const isUnknown = (studio: Studio, first: Call, job: Job, second: Call): boolean => {
  if (first.heardMs !== null && first.heard === 'ok') return false
  const looks = studio.livekit.calls.filter(
    ({ kind, atMs, heardMs, heard, roomName }) =>
      kind === 'list' &&
      heard === 'ok' &&
      (roomName === null || roomName === job.roomName) &&
      atMs >= first.atMs &&
      (heardMs ?? Infinity) <= second.atMs,
  )
  const couldBeSeen = looks.some(({ atMs }) => atMs >= job.createdMs)
  return !couldBeSeen && looks.length >= ABSENCES && second.atMs - first.atMs >= GRACE_MS
}

/** S14: never two of ours for one destination, but in the window of a start that nobody could know of. */
export const checkOne = (studio: Studio): void => {
  const { jobs } = studio.livekit
  for (const [index, job] of jobs.entries()) {
    for (const other of jobs.slice(index + 1)) {
      if (other.key !== job.key) continue
      const from = Math.max(job.createdMs, other.createdMs)
      const forMs = Math.min(endOf(job), endOf(other), studio.time.ms) - from
      if (forMs <= 0) continue
      const calls = [makerOf(studio, job), makerOf(studio, other)].toSorted((a, b) => a.atMs - b.atMs)
      const [first, second] = calls as [Call, Call]
      const [early, late] = first.egressId === job.id ? [job, other] : [other, job]
      if (isForced(studio, job.key, first, late)) continue
      const told = `${early.id} (${first.mood}, ${first.atMs}) and ${late.id} (${second.mood}, ${second.atMs}) of ${job.key}`
      if (!isUnknown(studio, first, early, second)) fail('S14', `${told} at once for ${forMs} ms`)
    }
  }
}

const concerns = (command: Commanded, roomId: string, platform: string): boolean =>
  command.roomId === roomId && command.platforms.includes(platform)

/** S16: after a stop was accepted nothing is started for it until somebody asks again. */
export const checkStops = (studio: Studio): void => {
  for (const stop of studio.commanded) {
    if (stop.kind !== 'stop' || stop.outcome !== 'ok' || stop.doneMs === null) continue
    for (const platform of stop.platforms) {
      const starts = studio.commanded.filter(
        (command) =>
          command.kind === 'start' &&
          concerns(command, stop.roomId, platform) &&
          (command.doneMs ?? Infinity) >= stop.issuedMs,
      )
      const untilMs = Math.min(...starts.map(({ issuedMs }) => issuedMs))
      const late = studio.livekit
        .callsOf('start', studio.town.key(stop.roomId, platform))
        .find(({ atMs }) => atMs > stop.doneMs! && atMs < untilMs)
      if (late !== undefined)
        fail('S16', `${platform} of ${stop.roomId} was started ${late.atMs - stop.doneMs} ms after its stop`)
    }
  }
}

/** Permissions to try at once: what people asked for. */
const askedIn = (studio: Studio, roomId: string, platform: string, fromMs: number, toMs: number): number =>
  studio.commanded.filter(
    (command) =>
      command.kind !== 'stop' &&
      concerns(command, roomId, platform) &&
      (command.doneMs ?? command.issuedMs) >= fromMs &&
      command.issuedMs <= toMs,
  ).length

/** When the start that reached LiveKit then was written down: all that the process after it can know of it. */
const writtenMs = (studio: Studio, roomId: string, platform: string, atMs: number): number => {
  const startMs = studio.time.wall - studio.time.ms
  const written = attemptsOf(studio)
    .filter((row) => row.room_id === roomId && row.platform === platform)
    .map((row) => row.started_at - startMs)
  return written.filter((ms) => ms <= atMs).at(-1) ?? atMs
}

/** S17: waits between attempts have a lower bound, and a minute has at most eight. */
export const checkPace = (studio: Studio): void => {
  for (const [where, key] of studio.town.keys) {
    const [roomId, platform] = where.split(' ') as [string, string]
    const starts = studio.livekit.callsOf('start', key)
    for (const [index, { atMs, egressId, boot }] of starts.entries()) {
      const next = starts[index + 1]
      if (next === undefined) continue
      // A process knows of the one before it by the wall clock alone.
      if (studio.wasClockSet && boot !== studio.boots) continue
      const made = studio.livekit.jobs.find(({ id }) => id === egressId)
      const isAtOnce = made?.status === 'limit_reached'
      const asked = askedIn(studio, roomId, platform, atMs, next.atMs)
      const fromMs = boot === next.boot ? atMs : writtenMs(studio, roomId, platform, atMs)
      if (!isAtOnce && asked === 0 && next.atMs - fromMs < SHORTEST * BASE_MS)
        fail('S17', `two attempts of ${where} within ${next.atMs - fromMs} ms`)
      const within = starts.filter((start) => start.atMs >= atMs && start.atMs < atMs + MINUTE_MS)
      const askedFor = askedIn(studio, roomId, platform, atMs, atMs + MINUTE_MS)
      if (within.length > STARTS_A_MINUTE + askedFor)
        fail('S17', `${within.length} attempts of ${where} in a minute`)
    }
  }
}

/** S18, and L34: a row names only an egress that was made for its own room and platform. */
export const checkOwnership = (studio: Studio): void => {
  const rows = [...egressesOf(studio), ...attemptsOf(studio)]
  for (const { room_id: roomId, platform, lk_egress_id: id } of rows) {
    if (id === null) continue
    const job = studio.livekit.jobs.find((one) => one.id === id) ?? fail('S18', `there is no ${id}`)
    if (job.key !== studio.town.key(roomId, platform))
      fail('S18', `${platform} of ${roomId} has taken ${id}, which is another's`)
  }
}

/** S22: no stream key is in anything that was written. */
export const checkKeys = (studio: Studio): void => {
  const told = JSON.stringify([
    studio.disk.facts,
    studio.disk.audit,
    ...OUTBOUND_TABLES.map((table) => studio.disk.read(`SELECT * FROM ${table}`)),
    studio.isUp ? studio.live.list() : [],
  ])
  for (const [where, key] of studio.town.keys) {
    if (told.includes(key)) fail('S22', `the key of ${where} was written`)
  }
}

/** S20: what LiveKit said of one egress never goes back, and an end is never left. */
const RANK: Readonly<Record<string, number>> = {
  starting: 0,
  active: 1,
  ending: 2,
  complete: 3,
  failed: 3,
  aborted: 3,
  limit_reached: 3,
}

export const checkTerminal = (studio: Studio): void => {
  for (const { lk_egress_id: id, lk_status: status, ended_at: endedAt, no } of attemptsOf(studio)) {
    const job = studio.livekit.jobs.find((one) => one.id === id)
    if (job === undefined || status === null) continue
    if ((RANK[status] ?? 0) > (RANK[job.status] ?? 0))
      fail('S20', `attempt ${no} is ${status}, ${job.id} is ${job.status}`)
    if (RANK[status] === 3 && endedAt === null) fail('S20', `attempt ${no} is ${status} and not ended`)
  }
}

/** At every moment. */
export const judge = (studio: Studio): void => {
  checkOne(studio)
  checkStops(studio)
  checkPace(studio)
  checkOwnership(studio)
  checkTerminal(studio)
}
