import { describe, expect, it } from 'vitest'
import { scheduleCount, scheduleLimitMs } from '../_support/schedules.ts'
import { playSchedules } from './any-schedule.ts'

// The rest of the 20,000 is in the file beside this one, so that two workers share them about evenly.
const SCHEDULES = scheduleCount(6_000)

describe('any schedule of faults, commands and crashes, begun while a broadcast is recorded', () => {
  it(
    'leaves exactly one archived session per recording, each message where it belongs',
    () => {
      const { schedules, sessions, perSecond } = playSchedules(SCHEDULES, true)
      expect(sessions).toBeGreaterThan(schedules)
      console.info(`${schedules} schedules, ${sessions} sessions, ${perSecond} schedules/s`)
    },
    scheduleLimitMs(SCHEDULES),
  )
})
