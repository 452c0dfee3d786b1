// Every way between the states of a machine, in one fixed order: a way's number is what histories, pictures and
// tables know it by. XState's own graph leaves out `always`, so the nodes are walked here.

import type { AnyStateMachine, AnyStateNode, AnyTransitionDefinition } from 'xstate'

export const idOf = (node: AnyStateNode): string => node.path.join('.')

/** The machine itself and every state in it, parents first, as they are written. */
export const nodesOf = (node: AnyStateNode): readonly AnyStateNode[] => [
  node,
  ...Object.values(node.states as Readonly<Record<string, AnyStateNode>>).flatMap(nodesOf),
]

export interface Way {
  readonly node: AnyStateNode
  readonly definition: AnyTransitionDefinition
  readonly isAlways: boolean
}

/** A transition of ours has one target or none, so that one way is one line in a picture. */
export const waysOf = (machine: AnyStateMachine): readonly Way[] =>
  nodesOf(machine.root).flatMap((node) => [
    ...[...node.transitions.values()].flat().map((definition) => ({ node, definition, isAlways: false })),
    ...(node.always ?? []).map((definition) => ({ node, definition, isAlways: true })),
  ])

/** The numbers of this machine's own transitions. A machine that was given its actors has others than the bare one. */
export const numbersOf = (machine: AnyStateMachine): ReadonlyMap<AnyTransitionDefinition, number> =>
  new Map(waysOf(machine).map(({ definition }, number) => [definition, number]))

/** The numbers of the transitions that one step took. XState 5.33 tells them under a name that it marks as its own. */
export const takenIn = (step: object, numbers: ReturnType<typeof numbersOf>): readonly number[] => {
  const taken: unknown = Reflect.get(step, '_transitions')
  if (!Array.isArray(taken)) return []
  return taken.flatMap((one: AnyTransitionDefinition) => numbers.get(one) ?? [])
}

/** A state value as it is written everywhere: parent and child with a dot between. */
export const pathOf = (value: unknown): string => {
  if (typeof value === 'string') return value
  if (typeof value !== 'object' || value === null) return ''
  const [[parent, child] = []] = Object.entries(value)
  return parent === undefined ? '' : `${parent}.${pathOf(child)}`
}

/** What XState calls its own actions, which are no part of what a machine says. */
const HIDDEN: ReadonlySet<string> = new Set(['xstate.raise', 'xstate.cancel', 'xstate.assign'])

const childIn = (params: unknown): string => {
  const src: unknown = typeof params === 'object' && params !== null ? Reflect.get(params, 'src') : null
  return typeof src === 'string' ? ` ${src}` : ''
}

/** The name of an action that ran, with the actor it starts or stops, or null when it is none of ours to show. */
export const actionName = (type: string, params: unknown): string | null => {
  if (HIDDEN.has(type)) return null
  if (type === 'xstate.spawnChild') return `start${childIn(params)}`
  if (type === 'xstate.stopChild') return `stop${childIn(params)}`
  return type.replace(/^xstate\./, '')
}
