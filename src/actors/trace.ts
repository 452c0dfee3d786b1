// What one actor has done lately: every event it heard, the ways it took, what it was asked to do and what changed
// in its memory, in a ring of bounded length. It watches by XState's `inspect` and changes nothing; what happened
// before the ring began is in the journal.

import type { AnyStateMachine, AnyTransitionDefinition, InspectionEvent } from 'xstate'
import { changesOf, shownContext, shownEvent, type Change, type Fields } from '../machines/shown.ts'
import { actionName, numbersOf, pathOf, takenIn } from '../machines/ways.ts'
import { childrenOf, type Copied } from '../machines/what-if.ts'

/** Entries of one actor. A busy one has half an hour in it, a quiet one its whole life. */
export const TRACE_MAX = 48

/** What an entry is called that says that the actor failed. */
export const FAILED = 'actor.failed'

/** One event that an actor heard, and what it did. Never changed after it was made. */
export interface Traced {
  /** Grows with every event; what is repeated takes a new number. */
  readonly seq: number
  /** Milliseconds UTC; of what is repeated, the first time. */
  readonly at: number
  readonly lastAt: number
  /** How often in a row the same was heard without leading anywhere. */
  readonly count: number
  /** As XState calls it. */
  readonly event: string
  readonly payload: Fields | null
  /** Empty for what an actor began with. */
  readonly from: string
  readonly to: string
  /** The ways that were taken, by their numbers in the machine; none: it was ignored there. */
  readonly ways: readonly number[]
  readonly actions: readonly string[]
  readonly changes: readonly Change[]
}

/** What others may know of an actor's history. */
export interface ActorTrace {
  readonly machine: string
  /** Oldest first. */
  readonly entries: () => readonly Traced[]
  readonly newest: () => number
  /** Everything up to this number is not in the ring any more. */
  readonly forgotten: () => number
  readonly follow: (listener: (entry: Traced) => void) => () => void
  /** What it remembers, as far as it may be seen; null while there is no actor. */
  readonly context: () => Fields | null
  /** A copy to try events on; null while there is no actor. It holds what nobody is shown. */
  readonly copy: () => Copied | null
}

/** What is read of a machine's snapshot. */
interface Snapshot {
  readonly value: unknown
  readonly context: Fields
  readonly children: Fields
}

/** The numbers of a machine's ways, read once for all actors of it. */
const known = new WeakMap<AnyStateMachine, ReadonlyMap<AnyTransitionDefinition, number>>()

const numbersIn = (machine: AnyStateMachine): ReadonlyMap<AnyTransitionDefinition, number> => {
  const numbers = known.get(machine) ?? numbersOf(machine)
  known.set(machine, numbers)
  return numbers
}

const NONE: readonly never[] = []

/** There are few different lists of ways and of actions in a machine: each is kept once, for all entries of all actors. */
const lists = new Map<string, readonly (string | number)[]>()
const LISTS_MAX = 2_000

const kept = <T extends string | number>(list: readonly T[]): readonly T[] => {
  if (list.length === 0) return NONE
  const key = list.join('\n')
  const known = lists.get(key)
  // What is a number in one list is never a text in another: ways have numbers, actions have names.
  if (known !== undefined) return known as readonly T[]
  if (lists.size < LISTS_MAX) lists.set(key, list)
  return list
}

export class Trace implements ActorTrace {
  readonly machine: string
  readonly #now: () => number
  #entries: Traced[] = []
  #seq = 0
  #forgotten = 0
  #listeners: Set<(entry: Traced) => void> | null = null
  #last: Snapshot | null = null

  constructor(machine: string, now: () => number) {
    this.machine = machine
    this.#now = now
  }

  readonly entries = (): readonly Traced[] => this.#entries
  readonly newest = (): number => this.#seq
  readonly forgotten = (): number => this.#forgotten

  readonly context = (): Fields | null =>
    this.#last === null ? null : shownContext(this.machine, this.#last.context)

  readonly copy = (): Copied | null =>
    this.#last === null
      ? null
      : {
          value: this.#last.value,
          context: this.#last.context,
          children: childrenOf(this.#last.children),
        }

  readonly follow = (listener: (entry: Traced) => void): (() => void) => {
    const listeners = (this.#listeners ??= new Set())
    listeners.add(listener)
    return () => {
      listeners.delete(listener)
      if (listeners.size === 0 && this.#listeners === listeners) this.#listeners = null
    }
  }

  /** Watches the next actor of this machine; its children's events come by too and are passed over. */
  inspect(logic: AnyStateMachine): (seen: InspectionEvent) => void {
    const numbers = numbersIn(logic)
    let root: unknown = null
    let actions: string[] = []
    let ways: number[] = []
    this.#last = null
    return (seen) => {
      root ??= seen.actorRef
      if (seen.actorRef !== root) return
      if (seen.type === '@xstate.action') {
        const name = actionName(seen.action.type, seen.action.params)
        if (name !== null) actions.push(name)
      } else if (seen.type === '@xstate.microstep') {
        ways.push(...takenIn(seen, numbers))
      } else if (seen.type === '@xstate.snapshot') {
        this.#note(seen.event, seen.snapshot as unknown as Snapshot, ways, actions)
        if (ways.length > 0) ways = []
        if (actions.length > 0) actions = []
      }
    }
  }

  /** Its actor cannot go on. What XState tells nobody, its supervisor does. */
  fail(message: string): void {
    const state = this.#last === null ? '' : pathOf(this.#last.value)
    this.#last = null
    const at = this.#now()
    this.#add({
      seq: (this.#seq += 1),
      at,
      lastAt: at,
      count: 1,
      event: FAILED,
      payload: { detail: message.slice(0, 200) },
      from: state,
      to: state,
      ways: NONE,
      actions: NONE,
      changes: NONE,
    })
  }

  #note(event: { readonly type: string }, snapshot: Snapshot, ways: number[], actions: string[]): void {
    const before = this.#last
    this.#last = snapshot
    if (event.type === 'xstate.stop') return
    const at = this.#now()
    const to = pathOf(snapshot.value)
    const from = before === null ? '' : pathOf(before.value)
    const changes = before === null ? NONE : changesOf(this.machine, before.context, snapshot.context)
    const isQuiet = before !== null && from === to && actions.length === 0 && changes.length === 0
    const again = isQuiet ? this.#takeLike(event.type, to, ways) : null
    this.#add({
      seq: (this.#seq += 1),
      at: again?.at ?? at,
      lastAt: at,
      count: (again?.count ?? 0) + 1,
      event: event.type,
      payload: before === null ? null : shownEvent(event as Fields & { readonly type: string }),
      from,
      to,
      ways: kept(ways),
      actions: kept(actions),
      changes,
    })
  }

  /**
   * What is heard over and over and leads nowhere (a room that records is told of its counters every second) must
   * not push out what matters: since anything last happened, each such event has one entry.
   */
  #takeLike(event: string, state: string, ways: readonly number[]): Traced | null {
    for (let index = this.#entries.length - 1; index >= 0; index -= 1) {
      const one = this.#entries[index]
      if (one === undefined || one.from !== one.to || one.to !== state) return null
      if (one.actions.length > 0 || one.changes.length > 0 || one.event === FAILED) return null
      if (one.event === event && one.ways[0] === ways[0]) return this.#entries.splice(index, 1)[0] ?? null
    }
    return null
  }

  #add(entry: Traced): void {
    this.#entries.push(entry)
    if (this.#entries.length > TRACE_MAX) this.#forgotten = this.#entries.shift()?.seq ?? this.#forgotten
    for (const listener of this.#listeners ?? NONE) listener(entry)
  }
}
