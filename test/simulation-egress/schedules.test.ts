import { describe, expect, it } from 'vitest'
import { scheduleCount, scheduleLimitMs } from '../_support/schedules.ts'
import { playSchedules } from './any-schedule.ts'

const SCHEDULES = scheduleCount(1_200)

/** What has to come up in so many schedules, or they prove less than they say. */
const SITUATIONS = [
  'starting',
  'connecting',
  'live',
  'reconnecting',
  'backoff',
  'failed',
  'stopping',
  'stopped',
  'egress.adopted',
  'egress.alarm',
  'livekit_unreachable',
  'livekit_auth',
  'room_not_found',
  'quota_exceeded',
  'destination_rejected',
  'destination_unreachable',
  'destination_lost',
  'destination_invalid',
  'limit_reached',
  'source_closed',
  'egress_failed',
  'ended_elsewhere',
  'stalled',
]

describe('any schedule of commands, faults, crashes and webhooks', () => {
  it(
    'S14: makes never two egresses of one destination, and comes to rest with what is wanted on air once',
    () => {
      const { schedules, egresses, lost, restarts, seen, perSecond } = playSchedules(SCHEDULES)
      expect(egresses).toBeGreaterThan(schedules)
      expect(lost).toBeGreaterThan(schedules / 5)
      expect(restarts).toBeGreaterThan(schedules / 5)
      if (schedules >= 1_000) expect(SITUATIONS.filter((situation) => !seen.has(situation))).toEqual([])
      console.info(
        `${schedules} schedules, ${egresses} egresses, ${lost} lost answers, ${restarts} restarts, ${perSecond} schedules/s`,
      )
    },
    scheduleLimitMs(SCHEDULES),
  )
})
