// The events that can be tried on a copy of an actor: what each takes, with what it is tried when nothing is said,
// and how it is told to the machine. Times and ends of actors are events too: their names are those of the pictures.

import * as Result from 'effect/Result'
import * as Schema from 'effect/Schema'
import { EGRESS_FAILURE_CODES } from '../domain/egress-failures.ts'
import { EGRESS_STATES } from '../domain/egress.ts'
import { GapCause } from '../domain/reasons.ts'
import { NO_COUNTERS } from '../domain/session.ts'
import type { Fields } from '../machines/shown.ts'

/** One thing that an event says, as a form asks for it. */
export const EventField = Schema.Struct({
  name: Schema.String,
  kind: Schema.Literals(['integer', 'text', 'flag', 'choice']),
  choices: Schema.Array(Schema.String),
  value: Schema.Union([Schema.String, Schema.Number, Schema.Boolean]).annotate({
    description: 'what it is when nothing is said',
  }),
})
export type EventField = typeof EventField.Type

export interface Told {
  readonly fields: Fields
  /** What the copy remembers. */
  readonly context: Fields
  readonly now: number
}

export interface EventRule {
  readonly kind: 'command' | 'report'
  readonly fields: readonly EventField[]
  readonly make: (told: Told) => Fields
}

const integer = (name: string, value: number): EventField => ({ name, kind: 'integer', choices: [], value })
const text = (name: string, value: string): EventField => ({ name, kind: 'text', choices: [], value })
const flag = (name: string, value: boolean): EventField => ({ name, kind: 'flag', choices: [], value })
const choice = (name: string, choices: readonly string[]): EventField => ({
  name,
  kind: 'choice',
  choices,
  value: choices[0] ?? '',
})

const command = (fields: readonly EventField[] = [], make: EventRule['make'] = () => ({})): EventRule => ({
  kind: 'command',
  fields,
  make,
})
const report = (fields: readonly EventField[] = [], make: EventRule['make'] = () => ({})): EventRule => ({
  kind: 'report',
  fields,
  make,
})

const heard = ({ fields, now }: Told): Fields => ({ at: now, detail: fields['detail'] || null })
const DETAIL = text('detail', '')

const rest = ({ fields }: Told): Fields => {
  const ms = Number(fields['cooldownMs'])
  return { cooldown: ms > 0 ? { ms, reason: 'manual_stop' } : null }
}
const waiting = ({ fields, now }: Told): Fields => {
  const delayMs = Number(fields['waitMs'])
  return { wait: delayMs > 0 ? { delayMs, nextAt: now + delayMs } : null }
}
const next = ({ context }: Told): Fields => ({ generation: Number(context['generation']) + 1 })
const CODE = choice('code', EGRESS_FAILURE_CODES)
const TIMES = ['resumeWindowMs', 'drainTimeoutMs', 'cooldownMs', 'manualCooldownMs'] as const

const ROOM: Readonly<Record<string, EventRule>> = {
  'room.start': command(),
  'room.stop': command([DETAIL], heard),
  'room.end_session': command([DETAIL], heard),
  'room.enable': command([integer('cooldownMs', 0)], rest),
  'room.disable': command([DETAIL], heard),
  'room.release': command([integer('cooldownMs', 0)], rest),
  'room.retry_archive': command(),
  'settings.changed': command(
    TIMES.map((name) => integer(name, 60_000)),
    ({ fields, context }) => ({ times: { ...(context['times'] as Fields), ...fields } }),
  ),
  'link.attempting': report([integer('attempt', 2)], ({ fields }) => fields),
  'link.opened': report([integer('session', 1)], ({ fields, context, now }) => ({
    session: {
      no: fields['session'],
      roomId: context['roomId'],
      roomNo: 0,
      broadcastId: context['broadcastId'] ?? '0',
      epoch: 0,
      openedAt: now,
      lastAt: now,
      parkedAt: null,
      ending: null,
    },
  })),
  'link.connected': report(),
  'link.refused': report([DETAIL], heard),
  'link.lost': report([choice('cause', GapCause.literals), DETAIL], (told) => ({
    ...heard(told),
    detail: told.fields['detail'],
    cause: told.fields['cause'],
  })),
  'link.offline': report([DETAIL], heard),
  'link.given_up': report([DETAIL], heard),
  'link.broadcast_changed': report([DETAIL], heard),
  'stream.ended': report([DETAIL], heard),
  'stream.suspended': report([DETAIL], heard),
  'stream.paused': report(),
  'stream.unpaused': report(),
  'session.counted': report([integer('events', 1)], ({ fields }) => ({
    counters: { ...NO_COUNTERS, events: fields['events'] },
  })),
  'watch done': report([flag('paused', false)], ({ fields }) => ({
    output: Result.succeed({ broadcastId: '0', paused: fields['paused'] }),
  })),
  'drain done': report([], () => ({ output: Result.succeed(undefined) })),
  'archive done': report([flag('written', true)], ({ fields }) => ({
    output: fields['written'] === true ? Result.succeed({ noted: 0 }) : Result.fail({ message: 'refused' }),
  })),
}

const EGRESS: Readonly<Record<string, EventRule>> = {
  'egress.start': command([integer('waitMs', 0), flag('force', false)], (told) => ({
    ...next(told),
    ...waiting(told),
    force: told.fields['force'],
  })),
  'egress.retry': command([integer('waitMs', 0)], (told) => ({ ...next(told), ...waiting(told) })),
  'egress.stop': command([], next),
  'attempt.accepted': report([text('egressId', 'EG_try')], ({ fields }) => fields),
  'attempt.doubted': report([CODE], ({ fields }) => fields),
  'attempt.live': report([], ({ now }) => ({ at: now })),
  'attempt.troubled': report([CODE], ({ fields }) => fields),
  'attempt.ended': report([CODE, integer('waitMs', 1_000)], (told) => ({
    code: told.fields['code'],
    wait: waiting(told)['wait'] ?? { delayMs: 0, nextAt: told.now },
  })),
  'stop.unconfirmed': report(),
  'stop done': report([], () => ({ output: Result.succeed(undefined) })),
}

const OUTBOUND: Readonly<Record<string, EventRule>> = {
  'egress.state_changed': report(
    [text('platform', 'youtube'), choice('state', EGRESS_STATES)],
    ({ fields }) => fields,
  ),
}

const ALL: Readonly<Record<string, Readonly<Record<string, EventRule>>>> = {
  room: ROOM,
  egress: EGRESS,
  outbound: OUTBOUND,
}

export const rulesOf = (machine: string): ReadonlyMap<string, EventRule> =>
  new Map(Object.entries(ALL[machine] ?? {}))

/** Text that somebody tries an event with: short, and without control characters. */
const Text = Schema.String.check(
  Schema.makeFilter((value: string) => value.length <= 200 && !/\p{Cc}/u.test(value), {
    description: 'text of at most 200 characters, without control characters',
  }),
)
const Whole = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 2_147_483_647 }))

const schemaOf = ({ kind, choices }: EventField): Schema.Codec<string | number | boolean> => {
  switch (kind) {
    case 'integer':
      return Whole
    case 'flag':
      return Schema.Boolean
    case 'choice':
      return Schema.Literals(choices)
    case 'text':
      return Text
  }
}

/** What may be said with an event. */
export const fieldsSchema = ({ fields }: EventRule) =>
  Schema.Struct(Object.fromEntries(fields.map((field) => [field.name, Schema.optionalKey(schemaOf(field))])))

/** What it is tried with when nothing is said. */
export const defaultsOf = ({ fields }: EventRule): Fields =>
  Object.fromEntries(fields.map(({ name, value }) => [name, value]))
