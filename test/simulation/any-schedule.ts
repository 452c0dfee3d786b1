// Random schedules of everything that can happen to a room, each judged by the oracle. What fails is shrunk, and
// told with its seed and its steps by name.

import * as fc from 'fast-check'
import { scheduleSeed } from '../_support/schedules.ts'
import { House } from './house.ts'
import { judge, judgeAtRest } from './oracle.ts'
import { goLive, goOnAir, heal, nameOf, type Scene, STEP_MAX, take } from './steps.ts'

const schedule = fc.record({
  seed: fc.nat(0xffff),
  steps: fc.array(fc.nat(STEP_MAX), { maxLength: 9, size: 'max' }),
})
type Schedule = typeof schedule extends fc.Arbitrary<infer S> ? S : never

// Booting costs more than a schedule, so one process and one room serve many, one after the other; nothing of a
// schedule is left when it is over. After a failure, of the product's actor or of this test, everything starts anew,
// so that what is shrunk does not depend on the past.
/** The same proportions as in life, on a smaller scale: less time has to pass for everything to happen. */
const QUICK = {
  watchIntervalMs: 10_000,
  heartbeatIntervalMs: 3_000,
  silenceTimeoutMs: 9_000,
  resumeWindowMs: 8_000,
  cooldownMs: 1_000,
  manualCooldownMs: 20_000,
}

let scene: Scene | null = null

const begin = (): Scene => {
  const house = new House({ settings: QUICK })
  house.boot()
  return { house, handle: 'creator', room: house.admit('creator') }
}

const play = ({ seed, steps }: Schedule, onAir: boolean): number => {
  const here = (scene ??= begin())
  const { house, room } = here
  try {
    house.seed(seed)
    if (onAir) goOnAir(here)
    else goLive(here)
    for (const step of steps) take(here, step)
    judge(house)
    heal(here)
    judgeAtRest(house)
    const sessions = house.disk.spans.size
    // A key that was limited rests longer each time, and would still rest in the next schedule.
    const isRested = house.rooms.signBudget().keys.every(({ lastError }) => lastError === null)
    const mayStay = house.restarts === 0 && isRested
    if (mayStay) house.renew(room)
    // What is still on its way to the disk would be told to the next schedule.
    if (!mayStay || !house.disk.isQuiet) scene = null
    return sessions
  } catch (error) {
    scene = null
    const told = steps.map((step) => `${nameOf(step)}(${step >> 8})`).join(' ')
    throw new Error(`${String(error)} in ${onAir ? 'on air: ' : ''}${told}`, { cause: error })
  }
}

export interface Played {
  readonly schedules: number
  /** Sessions that were opened, and archived, in all of them. */
  readonly sessions: number
  readonly perSecond: number
}

/** Throws what fast-check found, shrunk. */
export const playSchedules = (schedules: number, onAir: boolean): Played => {
  const begun = performance.now()
  let sessions = 0
  fc.assert(
    fc.property(schedule, (chosen) => {
      sessions += play(chosen, onAir)
    }),
    { numRuns: schedules, ...scheduleSeed },
  )
  scene = null
  const perSecond = Math.round(schedules / ((performance.now() - begun) / 1_000))
  return { schedules, sessions, perSecond }
}
