import * as fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { House } from './house.ts'
import { judge, judgeAtRest } from './oracle.ts'
import { goOnAir, heal, nameOf, type Scene, STEP_MAX, take } from './steps.ts'

const RUNS = Number(process.env['SCHEDULES'] ?? 20_000)

const schedule = fc.record({
  seed: fc.nat(0xffff),
  onAir: fc.boolean(),
  steps: fc.array(fc.nat(STEP_MAX), { maxLength: 12, size: 'max' }),
})
type Schedule = typeof schedule extends fc.Arbitrary<infer S> ? S : never

// Booting costs more than a schedule, so one process serves many rooms, one after the other; nothing of a room is
// left when it goes. After a failure everything starts anew, so that what is shrunk does not depend on the past.
/** The same proportions as in life, on a smaller scale: less time has to pass for everything to happen. */
const QUICK = {
  watchIntervalMs: 10_000,
  heartbeatIntervalMs: 3_000,
  silenceTimeoutMs: 9_000,
  resumeWindowMs: 8_000,
  cooldownMs: 1_000,
  manualCooldownMs: 20_000,
}

let house: House | null = null
let rooms = 0

const open = (): House => {
  const fresh = new House({ settings: QUICK })
  fresh.boot()
  return fresh
}

const play = ({ seed, onAir, steps }: Schedule): number => {
  const here = (house ??= open())
  here.seed(seed)
  const handle = `creator${rooms++}`
  const scene: Scene = { house: here, handle, room: here.admit(handle) }
  try {
    if (onAir) goOnAir(scene)
    for (const step of steps) take(scene, step)
    judge(here)
    heal(scene)
    judgeAtRest(here)
    const sessions = here.disk.spans.size
    here.dismiss(scene.room)
    return sessions
  } catch (error) {
    here.close()
    house = null
    const told = steps.map((step) => `${nameOf(step)}(${step >> 8})`).join(' ')
    throw new Error(`${String(error)} in ${onAir ? 'on air: ' : ''}${told}`, { cause: error })
  }
}

afterAll(() => house?.close())

describe('any schedule of faults, commands and crashes', () => {
  it('leaves exactly one archived session per recording, each message where it belongs', () => {
    const begun = performance.now()
    let sessions = 0
    fc.assert(
      fc.property(schedule, (chosen) => {
        sessions += play(chosen)
      }),
      { numRuns: RUNS },
    )
    expect(sessions).toBeGreaterThan(RUNS / 3)
    const seconds = (performance.now() - begun) / 1_000
    console.info(`${RUNS} schedules with ${sessions} sessions, ${Math.round(RUNS / seconds)} schedules/s`)
  }, 300_000)
})
