// Random schedules of everything that can happen to two rooms that are sent out, each judged by the oracle. What
// fails is shrunk, and told with its seed and its steps by name.

import * as fc from 'fast-check'
import { scheduleSeed } from '../_support/schedules.ts'
import type { StartMood } from './moods.ts'
import { judge } from './oracle.ts'
import { judgeAtRest } from './oracle-at-rest.ts'
import { finish, heal, nameOf, ROOMS, STEP_MAX, take } from './steps.ts'
import { Studio } from './studio.ts'
import { PLATFORMS } from './town.ts'

const schedule = fc.record({
  seed: fc.nat(0xffff),
  /** How LiveKit fares with the first start. */
  first: fc.constantFrom<StartMood>('ok', 'ok', 'lost_done', 'lost_undone', 'slow', 'late', 'very_late'),
  steps: fc.array(fc.nat(STEP_MAX), { minLength: 5, maxLength: 18, size: 'max' }),
})
type Schedule = typeof schedule extends fc.Arbitrary<infer S> ? S : never

/** What was found once, and mended. */
const FOUND: readonly Schedule[] = [
  // A start that was given up was carried out while the next one waited for the disk, and the disk came back.
  { seed: 0, first: 'very_late', steps: [2297, 6859, 9862, 15358] },
  // The start of an attempt that was not sent after all had been written, though its write had failed.
  { seed: 2568, first: 'very_late', steps: [6650, 8068, 11721, 6141] },
  // Somebody forced a start beside one of which nobody knew yet: the oracle did not allow for it.
  { seed: 0, first: 'late', steps: [1558, 86, 183, 289, 287, 71] },
]

export interface Played {
  readonly schedules: number
  /** Egresses that were really started, and answers of starts that were lost, in all of them. */
  readonly egresses: number
  readonly lost: number
  /** Processes that began after another one. */
  readonly restarts: number
  /** States that were entered and codes of failures, with how often. */
  readonly seen: ReadonlyMap<string, number>
  readonly perSecond: number
}

const play = ({ seed, first, steps }: Schedule): Studio => {
  const studio = new Studio(seed)
  const told = () => steps.map((step) => `${nameOf(step)}(${step >> 8})`).join(' ')
  try {
    for (const room of ROOMS) studio.furnish(room)
    studio.boot()
    studio.livekit.nextStarts.push(first)
    studio.command('start', ROOMS[0], PLATFORMS)
    for (const step of steps) take(studio, step)
    judge(studio)
    heal(studio)
    judgeAtRest(studio)
    finish(studio)
    judgeAtRest(studio)
    return studio
  } catch (error) {
    studio.close()
    studio.disk.wipeOutbound()
    throw new Error(`${String(error)} in seed ${seed}, first ${first}: ${told()}`, { cause: error })
  }
}

const note = (seen: Map<string, number>, studio: Studio): void => {
  for (const { name, body } of studio.disk.facts) {
    const what = name === 'egress.state_changed' ? body['to'] : name === 'egress.failed' ? body['code'] : name
    seen.set(String(what), (seen.get(String(what)) ?? 0) + 1)
  }
}

/** Throws what fast-check found, shrunk. */
export const playSchedules = (schedules: number): Played => {
  const begun = performance.now()
  const seen = new Map<string, number>()
  let [egresses, lost, restarts] = [0, 0, 0]
  fc.assert(
    fc.property(schedule, (chosen) => {
      const studio = play(chosen)
      egresses += studio.livekit.jobs.length
      lost += studio.livekit
        .callsOf('start')
        .filter(({ egressId, heard }) => egressId !== null && heard !== 'ok').length
      restarts += studio.boots - 1
      note(seen, studio)
      studio.close()
    }),
    { numRuns: schedules, examples: FOUND.map((found) => [found]), ...scheduleSeed },
  )
  const perSecond = Math.round(schedules / ((performance.now() - begun) / 1_000))
  return { schedules, egresses, lost, restarts, seen, perSecond }
}
