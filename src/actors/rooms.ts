// The rooms as commands see them: what can be asked of a room and what it answers, from memory.
// How rooms are kept alive is in `actors/supervisor.ts`; one room's actor is in `actors/room.ts`.

import * as Context from 'effect/Context'
import type * as Effect from 'effect/Effect'
import type { CommandRefused, DbError } from '../domain/errors.ts'
import type { Counters } from '../domain/session.ts'
import type { Room, RoomState } from '../domain/room.ts'
import type { Settings, SettingsPatch } from '../domain/settings.ts'
import type { Look } from '../tiktok/tiktok.ts'
import type { ActorTrace } from './trace.ts'

/** Who commands, for the audit row that is written with the effect. */
export interface Caller {
  /** `operator`, `owner:<token id>` or `system`. */
  readonly actor: string
  readonly ip: string | null
}

/** A room as it is now. Times are milliseconds UTC, waits are milliseconds from now. */
export interface RoomStatus {
  readonly id: string
  readonly handle: string
  readonly displayName: string | null
  readonly monitor: boolean
  readonly state: RoomState
  readonly since: number
  readonly session: {
    readonly id: string
    readonly broadcastId: string
    readonly openedAt: number
    readonly counters: Counters
    readonly eventsPerSecond: number
    readonly queuedFrames: number
  } | null
  /** What it waits for by itself, or null. */
  readonly waiting: {
    readonly for:
      | 'look'
      | 'sign_budget'
      | 'connect'
      | 'backoff'
      | 'resume'
      | 'archive_retry'
      | 'cooldown'
      | 'release'
    readonly untilAt: number | null
  } | null
  readonly attempt: number
  readonly lastLook: Look | null
  readonly lastError: string | null
  readonly lastErrorAt: number | null
  readonly lastSessionId: string | null
  readonly cooldownReason: string | null
  /** Hours of the day (UTC) at which it is used to go live; none when that is not known. */
  readonly habitualHoursUtc: readonly number[]
  /** Commands that would be accepted now. */
  readonly allowed: readonly string[]
}

/** "Why is it not recorded?": one sentence, and the evidence it rests on. */
export interface Diagnosis {
  readonly recording: boolean
  /** Stable: `recording`, `off`, `monitor_disabled`, `offline`, `unknown`, `not_looked_yet`, `cooldown`, `sign_limited`, `connecting`, `reconnecting`, `archiving`, `quarantined`, `storage_failing`. */
  readonly code: string
  readonly sentence: string
  /** What happens next by itself, and what a person can do. */
  readonly next: string
  readonly advice: string | null
  readonly evidence: {
    readonly status: RoomStatus
    readonly lookedAt: number | null
    readonly nextLookAt: number | null
    readonly habitualHoursUtc: readonly number[]
    readonly signBudget: SignBudgetStatus
    readonly restarts: number
    readonly storageFailing: boolean
  }
}

/** The sign budget all rooms share. Keys are masked: their last four characters at most. */
export interface SignBudgetStatus {
  readonly perMinute: number
  readonly available: number
  readonly waiting: number
  readonly nextAt: number | null
  readonly keys: readonly {
    readonly key: string
    readonly used: number
    readonly coolingUntil: number | null
    readonly lastError: string | null
  }[]
}

export interface NewRoom {
  /** Already normalised by `handleOf`. */
  readonly handle: string
  readonly displayName: string | null
  readonly monitor: boolean
  readonly proxyUrl: string | null
}

export interface RoomChange {
  readonly displayName?: string | null
  readonly monitor?: boolean
  readonly proxyUrl?: string | null
}

type Command<A = RoomStatus> = Effect.Effect<A, CommandRefused | DbError>

export class Rooms extends Context.Service<
  Rooms,
  {
    /** Every room, from memory. */
    readonly list: () => readonly RoomStatus[]
    /** By our id or by the handle. */
    readonly find: (idOrHandle: string) => RoomStatus | null
    /** The row behind it. */
    readonly row: (roomId: string) => Room | null
    readonly diagnose: (roomId: string) => Diagnosis | null
    readonly signBudget: () => SignBudgetStatus
    /** Adds a room; answers it with the owner's token, which is shown this once and kept as a hash. */
    readonly add: (
      room: NewRoom,
      caller: Caller,
    ) => Command<{ readonly status: RoomStatus; readonly ownerToken: string }>
    readonly change: (roomId: string, change: RoomChange, caller: Caller) => Command
    readonly remove: (roomId: string, caller: Caller) => Command<void>
    /** Watch and record now. `force` overrides a cooldown and is audited; `wait` queues behind a running archive. */
    readonly start: (
      roomId: string,
      options: { readonly force: boolean; readonly wait: boolean },
      caller: Caller,
    ) => Command
    /** Ends what is recorded and rests. Twice is as good as once. */
    readonly stop: (roomId: string, caller: Caller) => Command
    /** Ends the session now and goes on watching. */
    readonly endSession: (roomId: string, caller: Caller) => Command
    readonly rename: (roomId: string, handle: string, caller: Caller) => Command
    readonly release: (roomId: string, caller: Caller) => Command
    readonly settings: () => Settings
    readonly changeSettings: (
      patch: SettingsPatch,
      caller: Caller,
    ) => Effect.Effect<Settings, CommandRefused | DbError>
    /** What one actor did lately, by its id; null when there is no such actor. */
    readonly trace: (id: string) => ActorTrace | null
    /** Every live actor for the visualizer: its machine's id, state value and context without secrets. */
    readonly actors: () => readonly {
      readonly id: string
      readonly machine: string
      readonly roomId: string
      readonly state: RoomState
      readonly since: number
      readonly next: readonly string[]
    }[]
    /** Parks every open session and stops every actor: leaving is letting go. */
    readonly letGo: (
      limitMs: number,
    ) => Effect.Effect<{ readonly parked: number; readonly unfinished: number }>
  }
>()('roomkeeper/actors/Rooms') {}
