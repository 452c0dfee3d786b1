// "What if this event came now?": the step is taken on a copy of what an actor remembers. Nothing is carried out:
// the copy is never started, its actors and actions are empty, and what they would have done is only listed.

import {
  createActor,
  fromPromise,
  type ActorScope,
  type AnyStateMachine,
  type EventObject,
  type InspectionEvent,
} from 'xstate'
import { changesOf, type Change, type Fields } from './shown.ts'
import { actionName, numbersOf, pathOf, takenIn } from './ways.ts'

export interface Copied {
  readonly value: unknown
  readonly context: Fields
  /** The actors that run for it: their ids, and what they are called in the machine. */
  readonly children: Readonly<Record<string, string>>
}

/** The names of the actors that run for one. */
export const childrenOf = (children: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(children).map(([id, child]) => {
      const src: unknown = typeof child === 'object' && child !== null ? Reflect.get(child, 'src') : id
      return [id, typeof src === 'string' ? src : id]
    }),
  )

/** One event and where it led. */
export interface Outcome {
  readonly from: string
  readonly to: string
  /** The ways that were taken, by their numbers; none: the event is ignored there. */
  readonly ways: readonly number[]
  /** What the actor would have been asked to do, in order. */
  readonly actions: readonly string[]
  readonly changes: readonly Change[]
  readonly next: Copied
}

const nothing = (): void => {}
const idle = fromPromise(() => new Promise<never>(nothing))

interface Inert {
  readonly machine: AnyStateMachine
  readonly numbers: ReturnType<typeof numbersOf>
}

const inerts = new WeakMap<AnyStateMachine, Inert>()

/** The machine with actors that do nothing and actions that do nothing, made once. */
const inertOf = (machine: AnyStateMachine): Inert => {
  const known = inerts.get(machine)
  if (known !== undefined) return known
  const { actors, actions } = machine.implementations
  const bare = machine.provide({
    actors: Object.fromEntries(Object.keys(actors).map((name) => [name, idle])),
    actions: Object.fromEntries(Object.keys(actions).map((name) => [name, nothing])),
  }) as AnyStateMachine
  const inert = { machine: bare, numbers: numbersOf(bare) }
  inerts.set(machine, inert)
  return inert
}

/** The same states and memory, with actors of the same names that do nothing. */
const copyOf = (machine: AnyStateMachine, { value, context, children }: Copied) => {
  const bare = machine.resolveState({ value: value as never, context: structuredClone(context) as never })
  const actors = Object.entries(children).map(([id, src]) => [id, createActor(idle, { id, src } as never)])
  return { bare, whole: { ...bare, children: Object.fromEntries(actors) } }
}

/** Takes one step from a copy. The context that is given is not touched. */
export const whatIf = (machine: AnyStateMachine, at: Copied, event: EventObject): Outcome => {
  const inert = inertOf(machine)
  const ways: number[] = []
  const inspect = (seen: InspectionEvent): void => {
    if (seen.type === '@xstate.microstep') ways.push(...takenIn(seen, inert.numbers))
  }
  const { bare, whole } = copyOf(inert.machine, at)
  const self = createActor(inert.machine, { snapshot: bare as never, inspect })
  const actions: string[] = []
  const scope: ActorScope<never, never> = {
    self: self as never,
    id: self.id,
    sessionId: self.sessionId,
    system: self.system as never,
    logger: nothing,
    defer: nothing,
    emit: nothing,
    stopChild: nothing,
    actionExecutor: ({ type, params }) => {
      const name = actionName(type, params)
      if (name !== null) actions.push(name)
    },
  }
  const after = inert.machine.transition(whole as never, event, scope as never)
  const context = after.context as Fields
  return {
    from: pathOf(at.value),
    to: pathOf(after.value),
    ways,
    actions,
    changes: changesOf(machine.id, at.context, context),
    next: { value: after.value as unknown, context, children: childrenOf(after.children) },
  }
}
