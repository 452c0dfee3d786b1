// What the API answers about sessions beyond what every page reads. Ids are text, times milliseconds UTC.

import type { Counters, Session } from '../../api/types.ts'

export interface LiveEvent {
  readonly id: string
  readonly sessionId: string
  readonly at: number
  readonly sourceAt: number | null
  readonly kind: string
  readonly method: string
  readonly msgId: string | null
  readonly userId: string | null
  readonly handle: string | null
  readonly nickname: string | null
  readonly text: string | null
  readonly amount: number | null
  readonly total: number | null
  readonly value: number | null
  readonly giftId: string | null
  readonly groupId: string | null
  readonly final: boolean
  readonly history: boolean
  readonly late: boolean
  readonly data: unknown
}

export interface Gap {
  readonly sessionId: string
  readonly fromAt: number
  readonly toAt: number | null
  readonly cause: string
  readonly detail: string | null
}

export interface Attempt {
  readonly sessionId: string
  readonly trigger: string
  readonly detail: string | null
  readonly startedAt: number
  readonly finishedAt: number
  readonly durationMs: number
  readonly rows: number
  readonly outcome: 'done' | 'noop' | 'failed'
  readonly errorClass: string | null
}

export interface SessionWhole extends Session {
  readonly ending: { readonly reason: string; readonly at: number; readonly detail: string | null } | null
  readonly secondary: unknown
  readonly report: unknown
  readonly snapshot: unknown
  readonly gaps: readonly Gap[]
  readonly pauses: readonly { readonly fromAt: number; readonly toAt: number | null }[]
  readonly attempts: readonly Attempt[]
}

export interface Minute {
  readonly at: number
  readonly chats: number
  readonly giftValue: number
  readonly likes: number
  readonly joins: number
  readonly viewersAvg: number | null
  readonly viewersMax: number | null
}

export interface Leader {
  readonly userId: string
  readonly handle: string | null
  readonly nickname: string | null
  readonly amount: number
}

export interface GiftKind {
  readonly giftId: string
  readonly name: string | null
  readonly frames: number
  readonly streaks: number
  readonly count: number
  readonly value: number
}

export interface Stats {
  readonly sessionId: string
  readonly archived: boolean
  readonly pruned: boolean
  readonly totals: Omit<Counters, 'lastSeq'> & {
    readonly openedAt: number
    readonly endedAt: number | null
    readonly durationMs: number
    readonly gaps: { readonly count: number; readonly ms: number }
    readonly pauses: { readonly count: number; readonly ms: number }
    readonly fragments: number
  }
  readonly viewers: { readonly peak: number; readonly average: number | null; readonly observedMs: number }
  readonly perMinute: readonly Minute[]
  readonly perMinuteTruncated: boolean
  readonly leaderboards: {
    readonly gifters: readonly Leader[]
    readonly chatters: readonly Leader[]
    readonly likers: readonly Leader[]
    readonly exact: boolean
  }
  readonly gifts: { readonly rows: readonly GiftKind[]; readonly truncated: boolean }
}

/** An entry of a session's timeline; a fact of a room has the same form with the type `fact`. */
export interface Entry {
  readonly at: number
  readonly until: number | null
  readonly type: 'fact' | 'gap' | 'pause' | 'attempt'
  readonly name: string
  readonly sessionId: string | null
  readonly detail: string | null
  readonly body: Readonly<Record<string, unknown>> | null
}

export interface Timeline {
  readonly sessionId: string
  readonly entries: readonly Entry[]
  readonly truncated: boolean
}

/** A stretch of time, from inclusive, to exclusive. */
export interface Span {
  readonly from: number
  readonly to: number
}
