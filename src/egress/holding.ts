// What one destination may have running at LiveKit, in memory: egresses that are its own, a start that has not
// answered, and one whose answer was lost. Whoever holds an id owns it; no two destinations hold the same.

import * as Deferred from 'effect/Deferred'
import * as Effect from 'effect/Effect'
import * as Exit from 'effect/Exit'
import type { EgressView } from '../domain/egress.ts'
import { isOver, type Sightings } from './sightings.ts'

const FORMER_MAX = 10_000

/** An egress of ours that nobody has seen end. */
export interface Held {
  readonly attemptId: string
  /** Monotonic milliseconds; only lists that were asked for later can say that it is missing. */
  readonly sinceMs: number
  /** It shall not be gone on with: it is to be stopped. */
  isUnfit: boolean
}

/** A start that may have happened. */
export interface Lost {
  readonly attemptId: string
  /** Monotonic milliseconds of the moment at which its answer was given up. */
  readonly sinceMs: number
  /** When the first complete list without it was asked for. */
  absentMs: number | null
}

export class Holding {
  readonly key: string
  readonly roomId: string
  readonly platform: string
  /** The LiveKit room. */
  roomName: string
  /** How LiveKit shows the address that ours is sent to. */
  redactedUrl: string | null = null
  readonly ids = new Map<string, Held>()
  /** Ids that a person has given up. */
  readonly abandoned = new Set<string>()
  /** The attempt whose start is on its way. */
  flight: string | null = null
  lost: Lost | null = null
  /** A start that nobody could find may still be carried out: until then (monotonic) the room is looked at. */
  suspectUntilMs = 0
  /** When the last complete list of its room came (monotonic). */
  lookedMs = -Infinity
  #change: Deferred.Deferred<void> = Deferred.makeUnsafe()

  constructor(key: string, roomId: string, platform: string, roomName: string) {
    this.key = key
    this.roomId = roomId
    this.platform = platform
    this.roomName = roomName
  }

  /** Something was begun, answered, taken or let go. */
  touch(): void {
    const change = this.#change
    this.#change = Deferred.makeUnsafe()
    Deferred.doneUnsafe(change, Exit.void)
  }

  /** Done with the next change. */
  get changed(): Effect.Effect<void> {
    return Deferred.await(this.#change)
  }
}

/** Every destination's holding, and whose each id is. */
export class Holdings {
  readonly #all = new Map<string, Holding>()
  readonly #owners = new Map<string, Holding>()
  /** Whose it was; only the newest are remembered. */
  readonly #former = new Map<string, Holding>()
  readonly #sightings: Sightings
  #change: Deferred.Deferred<void> = Deferred.makeUnsafe()

  constructor(sightings: Sightings) {
    this.#sightings = sightings
  }

  get all(): Iterable<Holding> {
    return this.#all.values()
  }

  find(key: string): Holding | null {
    return this.#all.get(key) ?? null
  }

  add(holding: Holding): Holding {
    this.#all.set(holding.key, holding)
    return holding
  }

  /** Its room is gone, and nothing of it runs. */
  remove(holding: Holding): void {
    this.#all.delete(holding.key)
  }

  ownerOf(egressId: string): Holding | null {
    return this.#owners.get(egressId) ?? null
  }

  /** Whose it is or was. */
  everOf(egressId: string): Holding | null {
    return this.ownerOf(egressId) ?? this.#former.get(egressId) ?? null
  }

  hold(holding: Holding, egressId: string, attemptId: string, nowMs: number): Held {
    const held: Held = holding.ids.get(egressId) ?? { attemptId, sinceMs: nowMs, isUnfit: false }
    holding.ids.set(egressId, held)
    this.#owners.set(egressId, holding)
    this.#sightings.keep(egressId)
    this.touch(holding)
    return held
  }

  /** It has ended, or it is given up. Its last view stays known for a while. */
  release(holding: Holding, egressId: string): void {
    if (!holding.ids.delete(egressId)) return
    this.#owners.delete(egressId)
    this.#former.set(egressId, holding)
    if (this.#former.size > FORMER_MAX) {
      for (const oldest of this.#former.keys()) {
        this.#former.delete(oldest)
        break
      }
    }
    this.#sightings.release(egressId)
    this.touch(holding)
  }

  /** Nothing of this is waited for any more; a start that still answers is one too many. */
  abandon(holding: Holding): void {
    for (const egressId of holding.ids.keys()) {
      holding.abandoned.add(egressId)
      this.release(holding, egressId)
    }
    holding.flight = null
    holding.lost = null
    this.touch(holding)
  }

  /** Ids that nobody has seen end. */
  running(holding: Holding): readonly string[] {
    return [...holding.ids.keys()].filter((egressId) => !isOver(this.#sightings.get(egressId)))
  }

  mayBeOnAir(holding: Holding): boolean {
    return holding.flight !== null || holding.lost !== null || this.running(holding).length > 0
  }

  /** Of these views of its room, the ones with its address that nobody owns. */
  strays(holding: Holding, views: readonly EgressView[]): readonly EgressView[] {
    return views.filter(
      ({ egressId, roomName, streams }) =>
        roomName === holding.roomName &&
        this.ownerOf(egressId) === null &&
        !holding.abandoned.has(egressId) &&
        streams.some(({ redactedUrl }) => redactedUrl === holding.redactedUrl),
    )
  }

  /** Others whose address looks the same, in the same LiveKit room: what belongs to whom cannot be seen. */
  lookalikes(holding: Holding): readonly Holding[] {
    return [...this.#all.values()].filter(
      (other) =>
        other !== holding &&
        other.roomName === holding.roomName &&
        other.redactedUrl !== null &&
        other.redactedUrl === holding.redactedUrl,
    )
  }

  touch(holding: Holding): void {
    holding.touch()
    const change = this.#change
    this.#change = Deferred.makeUnsafe()
    Deferred.doneUnsafe(change, Exit.void)
  }

  /** Done with the next change of any. */
  get changed(): Effect.Effect<void> {
    return Deferred.await(this.#change)
  }
}
