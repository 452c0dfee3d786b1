// A machine as data: its states and every way between them, read from the machine itself, so that a picture
// can never differ from what runs. A transition's place in the list is its number everywhere.

import type { AnyStateMachine, AnyStateNode } from 'xstate'
import * as Schema from 'effect/Schema'
import { idOf, nodesOf, waysOf, type Way } from '../machines/ways.ts'

export type Machine = AnyStateMachine

export const MachineState = Schema.Struct({
  id: Schema.String.annotate({ description: 'dots separate parent and child' }),
  parent: Schema.NullOr(Schema.String),
  type: Schema.Literals(['atomic', 'compound', 'parallel', 'final', 'history']),
  initial: Schema.NullOr(Schema.String),
  invokes: Schema.Array(Schema.String),
  entry: Schema.Array(Schema.String),
  exit: Schema.Array(Schema.String),
})

export const MachineTransition = Schema.Struct({
  from: Schema.String.annotate({ description: 'empty: from every state' }),
  to: Schema.NullOr(Schema.String).annotate({ description: 'null: stays where it is' }),
  event: Schema.String,
  kind: Schema.Literals(['event', 'after', 'always', 'done', 'error']),
  guard: Schema.NullOr(Schema.String),
  actions: Schema.Array(Schema.String),
})

type Transition = typeof MachineTransition.Type

export const MachineGraph = Schema.Struct({
  id: Schema.String,
  initial: Schema.NullOr(Schema.String),
  states: Schema.Array(MachineState),
  transitions: Schema.Array(MachineTransition),
})
export type MachineGraph = typeof MachineGraph.Type

/** A guard's or action's name; what was written in place is called so. */
const nameOf = (part: unknown): string => {
  if (typeof part === 'string') return part
  if (typeof part === 'object' && part !== null && 'type' in part && typeof part.type === 'string')
    return part.type
  if (typeof part === 'function' && 'type' in part && typeof part.type === 'string') return part.type
  return typeof part === 'function' && part.name !== '' ? part.name : 'in place'
}

/** XState implements `after` by actions of its own, which are no part of what the machine says. */
const namesOf = (parts: readonly unknown[]): readonly string[] =>
  parts
    .map(nameOf)
    .filter((name) => name !== 'xstate.raise' && name !== 'xstate.cancel')
    .map((name) => name.replace(/^xstate\./, ''))

const sourceOf = (invoke: AnyStateNode['invoke'][number]): string =>
  typeof invoke.src === 'string' ? invoke.src : invoke.id

/** A delay and an invoked actor are called by their own names, not by those of the events they cause. */
const eventOf = (node: AnyStateNode, type: string): Pick<Transition, 'event' | 'kind'> => {
  const [, kind, rest = ''] = /^xstate\.(after|done|error)\.(.*)$/.exec(type) ?? []
  if (kind === 'after') return { kind: 'after', event: rest.split('.', 1)[0] ?? rest }
  if (kind !== 'done' && kind !== 'error') return { kind: 'event', event: type }
  const invoked = node.invoke.find(({ id }) => rest === `actor.${id}`)
  return { kind, event: invoked === undefined ? rest : sourceOf(invoked) }
}

const transitionOf = ({ node, definition, isAlways }: Way): Transition => {
  const [target, ...more] = (definition.target ?? []) as readonly AnyStateNode[]
  if (more.length > 0) throw new Error(`a transition of ${node.id} leads to several states`)
  return {
    from: idOf(node),
    ...(isAlways ? ({ kind: 'always', event: '' } as const) : eventOf(node, definition.eventType)),
    guard: definition.guard === undefined ? null : nameOf(definition.guard),
    actions: namesOf(definition.actions),
    to: target === undefined ? null : idOf(target),
  }
}

const initialOf = (node: AnyStateNode): string | null => {
  const target = node.type === 'compound' ? (node.initial.target?.[0] as AnyStateNode | undefined) : undefined
  return target === undefined ? null : idOf(target)
}

export const graphOf = (machine: Machine): MachineGraph => {
  const nodes = nodesOf(machine.root)
  return {
    id: machine.id,
    initial: initialOf(machine.root),
    states: nodes
      .filter((node) => node !== machine.root)
      .map((node) => ({
        id: idOf(node),
        parent: node.parent === undefined || node.parent === machine.root ? null : idOf(node.parent),
        type: node.type,
        initial: initialOf(node),
        invokes: node.invoke.map(sourceOf),
        entry: namesOf(node.entry),
        exit: namesOf(node.exit),
      })),
    transitions: waysOf(machine).map(transitionOf),
  }
}
