// Settings an operator may change while the server runs. Their defaults come from the environment.

import * as Schema from 'effect/Schema'

/** The description is also what a refused value is answered with. */
const whole = (minimum: number, maximum: number, unit: string, about: string) =>
  Schema.Int.check(Schema.isBetween({ minimum, maximum })).annotate({
    description: `a whole number${unit} from ${minimum} to ${maximum}: ${about}`,
  })

const ms = (minimum: number, maximum: number, about: string) =>
  whole(minimum, maximum, ' of milliseconds', about)

const DAY = 86_400_000

/** All durations are milliseconds. */
export const Settings = Schema.Struct({
  autoMonitorEnabled: Schema.Boolean.annotate({
    description: 'false: no room is watched; open sessions end as monitor_disabled',
  }),
  watchIntervalMs: ms(1_000, DAY, 'how often a room near its hour is looked at'),
  heartbeatIntervalMs: ms(500, 600_000, 'how often a silent broadcast is asked about'),
  silenceTimeoutMs: ms(1_000, DAY, 'silence before the first question'),
  resumeWindowMs: ms(0, DAY, 'how long a lost broadcast stays the same session'),
  drainTimeoutMs: ms(0, 60_000, 'how long an ended session waits for the tail'),
  cooldownMs: ms(0, DAY, 'rest after a natural end'),
  manualCooldownMs: ms(0, 7 * DAY, 'rest after a manual stop'),
  signRequestsPerMinute: whole(1, 6_000, '', 'sign requests all rooms share'),
})
export type Settings = typeof Settings.Type

/** A change: any subset, nothing unknown. */
export const SettingsPatch = Schema.Struct({
  autoMonitorEnabled: Schema.optionalKey(Settings.fields.autoMonitorEnabled),
  watchIntervalMs: Schema.optionalKey(Settings.fields.watchIntervalMs),
  heartbeatIntervalMs: Schema.optionalKey(Settings.fields.heartbeatIntervalMs),
  silenceTimeoutMs: Schema.optionalKey(Settings.fields.silenceTimeoutMs),
  resumeWindowMs: Schema.optionalKey(Settings.fields.resumeWindowMs),
  drainTimeoutMs: Schema.optionalKey(Settings.fields.drainTimeoutMs),
  cooldownMs: Schema.optionalKey(Settings.fields.cooldownMs),
  manualCooldownMs: Schema.optionalKey(Settings.fields.manualCooldownMs),
  signRequestsPerMinute: Schema.optionalKey(Settings.fields.signRequestsPerMinute),
})
export type SettingsPatch = typeof SettingsPatch.Type
