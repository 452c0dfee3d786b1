// What an egress of the simulated LiveKit has around it: a node that launches it, an ingest, and how it is told of.

import type { EgressView } from '../../src/domain/egress.ts'
import type { VirtualTime } from '../simulation/virtual-time.ts'
import type { Agenda } from './agenda.ts'

/** How an ingest treats who publishes. `kick` accepts and closes a moment later, `hang` never answers. */
export type IngestMood = 'accept' | 'refuse' | 'reject' | 'kick' | 'hang'

/** How the egress node fares. `mute` never gets beyond its start, `stuck` never begins to connect. */
export type LaunchMood = 'ok' | 'aborted' | 'pipeline' | 'cpu' | 'mute' | 'stuck'

export interface Ingest {
  mood: IngestMood
  /** How often it refused, rejected, kicked or let hang. */
  turnedAway: number
}

export interface Surroundings {
  readonly time: VirtualTime
  readonly agenda: Agenda
  readonly ingest: (key: string) => Ingest
  readonly redact: (url: string) => string
  /** LiveKit's own clock, milliseconds UTC: nobody sets it when ours is set. */
  readonly wall: () => number
  /** The same, strictly increasing. */
  readonly nowNs: () => bigint
  /** Of an egress, or of its participant in the room. */
  readonly tell: (event: string, view: EgressView, isPresent?: boolean) => void
  /** How long an egress takes to end after it was asked to. */
  readonly endingMs: () => number
}

export const keyOf = (url: string): string => url.slice(url.lastIndexOf('/') + 1)

/** A stretch of time in which it published. */
export interface Span {
  readonly fromMs: number
  toMs: number | null
}

/** Like LiveKit's: three characters of the key at each end. */
export const redact = (url: string): string => {
  const key = keyOf(url)
  return `${url.slice(0, -key.length)}{${key.slice(0, 3)}...${key.slice(-3)}}`
}
