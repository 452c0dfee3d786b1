// What LiveKit was seen to say of each egress, from whichever source, in memory. Of two views the later one is
// true and an end is never left, so the order in which they arrive does not matter. Views of egresses that are
// not ours (yet: a webhook can be faster than the answer to our start) are kept for a few minutes.

import * as Effect from 'effect/Effect'
import { type EgressView, isTerminal, type LiveKitStatus } from '../domain/egress.ts'

export type SeenBy = 'webhook' | 'poll' | 'answer'

export interface Sighting {
  readonly egressId: string
  /** Null: only its absence or its participant was heard of. */
  readonly view: EgressView | null
  /** LiveKit does not know it any more. */
  readonly isGone: boolean
  /** When its participant left the room, milliseconds UTC. */
  readonly leftAt: number | null
  /** When LiveKit was last heard of it, milliseconds UTC, and how. */
  readonly seenAt: number
  readonly seenBy: SeenBy
  /** Another number with each change of what is known. */
  readonly version: number
}

/** Ids that are remembered though nobody keeps them, and for how long. */
const STRAYS_MAX = 10_000
const STRAY_MS = 300_000

const RANK: Readonly<Record<LiveKitStatus, number>> = {
  unknown: 0,
  starting: 1,
  active: 2,
  ending: 3,
  complete: 4,
  aborted: 5,
  limit_reached: 6,
  failed: 7,
}

/** Any total order does for views of one moment, as long as it is always the same one. */
const told = (view: EgressView): string =>
  JSON.stringify(view, (_, value: unknown) => (typeof value === 'bigint' ? value.toString() : value))

const isLater = (a: EgressView, b: EgressView): boolean => {
  const ends = Number(isTerminal(a.status)) - Number(isTerminal(b.status))
  if (ends !== 0) return ends > 0
  if (a.updatedAtNs !== b.updatedAtNs) return a.updatedAtNs > b.updatedAtNs
  if (a.status !== b.status) return RANK[a.status] > RANK[b.status]
  return told(a) > told(b)
}

/** Of two views of one egress, the one that is true; whatever the order, the same. */
export const merge = (known: EgressView | null, view: EgressView): EgressView =>
  known === null || isLater(view, known) ? view : known

/** It has ended, as far as anybody knows. */
export const isOver = (sighting: Sighting | null): boolean =>
  sighting !== null && (sighting.isGone || (sighting.view !== null && isTerminal(sighting.view.status)))

export class Sightings {
  readonly #ours = new Map<string, Sighting | null>()
  /** In the order in which they were last heard of. */
  readonly #strays = new Map<string, Sighting>()
  readonly #waiting = new Map<string, Set<() => void>>()
  #version = 0

  get size(): number {
    return this.#ours.size + this.#strays.size
  }

  get(egressId: string): Sighting | null {
    return this.#ours.get(egressId) ?? this.#strays.get(egressId) ?? null
  }

  /** Those of nobody that LiveKit was heard to have since then. */
  straysSince(at: number): readonly EgressView[] {
    return [...this.#strays.values()].flatMap(({ view, seenAt }) =>
      view !== null && seenAt >= at ? [view] : [],
    )
  }

  /** Answers whether anything is known now that was not. */
  see(view: EgressView, seenBy: SeenBy, at: number): boolean {
    const before = this.get(view.egressId)
    const known = merge(before?.view ?? null, view)
    return this.#put(view.egressId, { view: known, seenAt: at, seenBy }, known !== before?.view)
  }

  /** LiveKit says that it does not know it. */
  gone(egressId: string, seenBy: SeenBy, at: number): boolean {
    const isNew = this.get(egressId)?.isGone !== true
    return this.#put(egressId, { isGone: true, seenAt: at, seenBy }, isNew)
  }

  /** Its participant has left the room, or is back: without it nothing is sent, whatever else is said. */
  notice(egressId: string, isPresent: boolean, at: number): boolean {
    const wasPresent = (this.get(egressId)?.leftAt ?? null) === null
    if (isPresent === wasPresent) return false
    return this.#put(egressId, { leftAt: isPresent ? null : at, seenAt: at, seenBy: 'webhook' }, true)
  }

  /** It is ours: it is not forgotten until it is released. */
  keep(egressId: string): void {
    if (this.#ours.has(egressId)) return
    this.#ours.set(egressId, this.get(egressId))
    this.#strays.delete(egressId)
  }

  release(egressId: string): void {
    const known = this.#ours.get(egressId)
    this.#ours.delete(egressId)
    if (known !== undefined && known !== null) this.#strays.set(egressId, known)
  }

  /** Done with the next change of what is known of it, at once when that is not `version` any more. */
  changed(egressId: string, version: number): Effect.Effect<void> {
    return Effect.callback((resume) => {
      if ((this.get(egressId)?.version ?? 0) !== version) return resume(Effect.void)
      const waiting = this.#waiting.get(egressId) ?? new Set()
      const wake = (): void => resume(Effect.void)
      waiting.add(wake)
      this.#waiting.set(egressId, waiting)
      return Effect.sync(() => {
        waiting.delete(wake)
        if (waiting.size === 0 && this.#waiting.get(egressId) === waiting) this.#waiting.delete(egressId)
      })
    })
  }

  #put(egressId: string, part: Partial<Sighting> & Pick<Sighting, 'seenAt' | 'seenBy'>, isNews: boolean) {
    const before = this.get(egressId)
    if (isNews) this.#version += 1
    const after = {
      egressId,
      view: null,
      isGone: false,
      leftAt: null,
      ...before,
      ...part,
      version: isNews ? this.#version : (before?.version ?? 0),
    }
    this.#strays.delete(egressId)
    if (this.#ours.has(egressId)) this.#ours.set(egressId, after)
    else this.#strays.set(egressId, after)
    this.#forget(part.seenAt)
    if (isNews) {
      const waiting = this.#waiting.get(egressId)
      this.#waiting.delete(egressId)
      for (const wake of waiting ?? []) wake()
    }
    return isNews
  }

  #forget(now: number): void {
    for (const [egressId, { seenAt }] of this.#strays) {
      if (this.#strays.size <= STRAYS_MAX && now - seenAt < STRAY_MS) return
      this.#strays.delete(egressId)
    }
  }
}
