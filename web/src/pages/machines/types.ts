// What the API says of machines, as this page reads it; `src/http/machines*.ts` is the truth.

export interface Transition {
  readonly from: string
  readonly to: string | null
  readonly event: string
  readonly kind: 'event' | 'after' | 'always' | 'done' | 'error'
  readonly guard: string | null
  readonly actions: readonly string[]
}

export interface Machine {
  readonly id: string
  readonly initial: string | null
  readonly states: readonly {
    readonly id: string
    readonly parent: string | null
    readonly type: string
    readonly initial: string | null
    readonly invokes: readonly string[]
  }[]
  readonly transitions: readonly Transition[]
  readonly counts: Readonly<Record<string, number>>
}

export interface Actor {
  readonly id: string
  readonly roomId: string
  readonly handle: string | null
  readonly platform: string | null
  readonly state: string
  readonly since: number
}

export interface Box {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

export interface PictureState extends Box {
  readonly id: string
  readonly name: string
  readonly parent: string | null
  readonly isCompound: boolean
  readonly isTransient: boolean
  readonly runs: readonly string[]
}

export interface PictureEdge {
  readonly id: string
  readonly from: string
  readonly to: string
  readonly transitions: readonly number[]
  readonly path: string
  readonly label: Box & { readonly lines: readonly { readonly text: string }[] }
}

export interface Picture {
  readonly machine: string
  readonly direction: 'right' | 'down'
  readonly width: number
  readonly height: number
  readonly states: readonly PictureState[]
  readonly edges: readonly PictureEdge[]
  readonly marks: readonly {
    readonly id: string
    readonly x: number
    readonly y: number
    readonly radius: number
    readonly path: string
  }[]
}

export interface Change {
  readonly field: string
  readonly before: unknown
  readonly after: unknown
}

export interface Entry {
  /** Null for what only the journal knows. */
  readonly seq: number | null
  readonly at: number
  readonly lastAt: number
  readonly count: number
  readonly event: string | null
  readonly kind: Transition['kind'] | 'start' | 'failed' | 'fact'
  readonly from: string | null
  readonly to: string
  readonly transitions: readonly number[]
  readonly actions: readonly string[]
  readonly changes: readonly Change[]
  readonly payload: Readonly<Record<string, unknown>> | null
}

export type Context = Readonly<Record<string, unknown>>

export interface History {
  readonly actor: string
  readonly machine: string
  readonly state: string
  readonly context: Context | null
  readonly newest: number
  /** Newest first. */
  readonly items: readonly Entry[]
  readonly next: string | null
}

export interface EventField {
  readonly name: string
  readonly kind: 'integer' | 'text' | 'flag' | 'choice'
  readonly choices: readonly string[]
  readonly value: string | number | boolean
}

export interface PossibleEvent {
  readonly event: string
  readonly kind: 'command' | 'report' | 'time'
  readonly fields: readonly EventField[]
  readonly isHeard: boolean
  readonly to: string | null
}

export interface Possible {
  readonly actor: string
  readonly state: string
  readonly commands: readonly string[]
  readonly events: readonly PossibleEvent[]
}

export interface Tried {
  readonly event: string
  readonly from: string
  readonly to: string
  readonly isTaken: boolean
  readonly transitions: readonly number[]
  readonly refused: readonly number[]
  readonly actions: readonly string[]
  readonly changes: readonly Change[]
}
