import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { House } from './house.ts'
import { judge, judgeAtRest } from './oracle.ts'
import { HANDLE, heal, nameOf, ROOM, STEP_MAX, take } from './steps.ts'

const RUNS = Number(process.env['SCHEDULES'] ?? 20_000)

const schedule = fc.record({
  seed: fc.nat(0xffff),
  steps: fc.array(fc.nat(STEP_MAX), { maxLength: 16, size: 'max' }),
})

describe('any schedule of faults, commands and crashes', () => {
  it('leaves exactly one archived session per recording, each message where it belongs', () => {
    const begun = performance.now()
    let sessions = 0
    fc.assert(
      fc.property(schedule, ({ seed, steps }) => {
        const house = new House({ seed, settings: { manualCooldownMs: 20_000, cooldownMs: 1_000 } })
        try {
          house.furnish(ROOM, HANDLE)
          house.boot()
          for (const step of steps) {
            take(house, step)
          }
          judge(house)
          heal(house)
          judgeAtRest(house)
          sessions += house.disk.spans.size
        } catch (error) {
          const told = steps.map((step) => `${nameOf(step)}(${step >> 8})`).join(' ')
          throw new Error(`${String(error)} in ${told}`, { cause: error })
        } finally {
          house.close()
        }
      }),
      { numRuns: RUNS },
    )
    expect(sessions).toBeGreaterThan(RUNS / 10)
    const ms = performance.now() - begun
    console.info(`${RUNS} schedules, ${sessions} sessions, ${Math.round(RUNS / (ms / 1_000))} schedules/s`)
  }, 300_000)
})
