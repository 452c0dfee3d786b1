// Trying events on a copy of an actor: which of them it listens to now, where each would lead, and what would be
// done. The step itself is in `machines/what-if.ts`; nothing of this reaches an actor.

import * as Schema from 'effect/Schema'
import type { EventObject } from 'xstate'
import type { Fields } from '../machines/shown.ts'
import { whatIf, type Copied, type Outcome } from '../machines/what-if.ts'
import { pathOf, waysOf } from '../machines/ways.ts'
import { decoder, type Input } from './contract.ts'
import { defaultsOf, EventField, fieldsSchema, rulesOf, type EventRule } from './machines-events.ts'
import { labelOf } from './machines-layout.ts'
import type { Machine, MachineGraph } from './machines-graph.ts'
import { Problem } from './problems.ts'

export const FieldChange = Schema.Struct({
  field: Schema.String,
  before: Schema.Unknown,
  after: Schema.Unknown,
})

/** Where one event led. */
export const Tried = Schema.Struct({
  event: Schema.String,
  from: Schema.String,
  to: Schema.String,
  isTaken: Schema.Boolean.annotate({ description: 'false: it is ignored there' }),
  transitions: Schema.Array(Schema.Int).annotate({ description: 'taken, by their numbers in the machine' }),
  refused: Schema.Array(Schema.Int).annotate({
    description: 'of the same event, tried before and not taken because of what they depend on',
  }),
  actions: Schema.Array(Schema.String).annotate({ description: 'what would be carried out; nothing was' }),
  changes: Schema.Array(FieldChange),
})

export const Possible = Schema.Struct({
  event: Schema.String,
  kind: Schema.Literals(['command', 'report', 'time']),
  fields: Schema.Array(EventField),
  isHeard: Schema.Boolean.annotate({ description: 'its state listens to it' }),
  to: Schema.NullOr(Schema.String).annotate({
    description: 'where it would lead with what it is tried with when nothing is said; null: it is ignored',
  }),
})

/** Events that are tried after each other, each from where the one before led. */
export const TRIED_MAX = 16

export const TryBody = Schema.Struct({
  events: Schema.Array(
    Schema.Struct({
      type: Schema.String.check(Schema.isMaxLength(64)),
      fields: Schema.optionalKey(Schema.Record(Schema.String, Schema.Unknown)),
    }),
  )
    .check(Schema.isMinLength(1), Schema.isMaxLength(TRIED_MAX))
    .annotate({ description: 'in their order; each is tried from where the one before led' }),
})

const TIME: EventRule = { kind: 'report', fields: [], make: () => ({}) }

/** Whether one state is another or inside it. */
const isIn = (path: string, state: string): boolean =>
  state === '' || path === state || path.startsWith(`${state}.`)

export const changesView = (changes: Outcome['changes']) =>
  changes.map(([field, before, after]) => ({ field, before, after }))

type Shown = typeof Tried.Type

export class Trying {
  readonly #machine: Machine
  readonly #graph: MachineGraph
  readonly #rules: ReadonlyMap<string, EventRule>
  /** What XState calls the event of each transition. */
  readonly #types: readonly string[]
  readonly #decoders = new Map<string, (value: unknown) => Fields>()
  readonly names: readonly string[]

  constructor(machine: Machine, graph: MachineGraph) {
    this.#machine = machine
    this.#graph = graph
    this.#rules = rulesOf(machine.id)
    this.#types = waysOf(machine).map(({ definition }) => definition.eventType)
    const timed = graph.transitions.filter(({ kind }) => kind === 'after').map(labelOf)
    this.names = [...new Set([...this.#rules.keys(), ...timed])]
  }

  #ruleOf(name: string): EventRule | null {
    return this.#rules.get(name) ?? (this.names.includes(name) ? TIME : null)
  }

  /** The transitions of an event that the states of this path listen to, the inner ones first, as XState tries them. */
  #heardIn(path: string, name: string): readonly number[] {
    return this.#graph.transitions
      .map((one, number) => ({ one, number }))
      .filter(({ one }) => one.kind !== 'always' && labelOf(one) === name && isIn(path, one.from))
      .toSorted((a, b) => b.one.from.length - a.one.from.length || a.number - b.number)
      .map(({ number }) => number)
  }

  #decoded(name: string, rule: EventRule, value: unknown): Fields {
    const decode =
      this.#decoders.get(name) ?? decoder<Fields>(fieldsSchema(rule) as unknown as Input<Fields>, 'invalid')
    this.#decoders.set(name, decode)
    return { ...defaultsOf(rule), ...decode(value) }
  }

  #step(at: Copied, name: string, rule: EventRule, fields: Fields, now: number) {
    const path = pathOf(at.value)
    const heard = this.#heardIn(path, name)
    const type = this.#types[heard[0] ?? -1] ?? name
    const event = { ...rule.make({ fields, context: at.context, now }), type } satisfies EventObject
    const { next, from, to, ways, actions, changes } = whatIf(this.#machine, at, event)
    const taken = heard.indexOf(ways[0] ?? -1)
    const shown: Shown = {
      event: name,
      from,
      to,
      isTaken: ways.length > 0,
      transitions: ways,
      refused: taken < 0 ? heard : heard.slice(0, taken),
      actions,
      changes: changesView(changes),
    }
    return { shown, next }
  }

  /** Takes the events after each other. Refuses names and fields that are none of this machine. */
  run(from: Copied, body: typeof TryBody.Type, now: number): readonly Shown[] {
    let at = from
    return body.events.map(({ type, fields }, index) => {
      const rule = this.#ruleOf(type)
      const place = `/events/${index}`
      if (rule === null) {
        throw new Problem('invalid', {
          detail: `Expected one of ${this.names.join(', ')}.`,
          field: `${place}/type`,
        })
      }
      const { shown, next } = this.#step(at, type, rule, this.#checked(type, rule, fields ?? {}, place), now)
      at = next
      return shown
    })
  }

  #checked(name: string, rule: EventRule, value: unknown, place: string): Fields {
    try {
      return this.#decoded(name, rule, value)
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      const { field = '', errors = [], ...more } = error.more
      throw new Problem('invalid', {
        ...more,
        field: `${place}/fields${field}`,
        errors: errors.map((one) => ({ ...one, field: `${place}/fields${one.field}` })),
      })
    }
  }

  /** Every event of the machine, and where those that are heard now would lead. */
  possible(at: Copied, now: number): readonly (typeof Possible.Type)[] {
    const path = pathOf(at.value)
    return this.names.flatMap((event) => {
      const rule = this.#ruleOf(event)
      if (rule === null) return []
      const isHeard = this.#heardIn(path, event).length > 0
      const tried = isHeard ? this.#step(at, event, rule, defaultsOf(rule), now).shown : null
      return [
        {
          event,
          kind: rule === TIME || event.endsWith(' done') ? ('time' as const) : rule.kind,
          fields: rule.fields,
          isHeard,
          to: tried?.isTaken === true ? tried.to : null,
        },
      ]
    })
  }
}
