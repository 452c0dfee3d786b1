// What was truly asked of the simulated LiveKit, by whom and when: the log that the oracle judges by.

export type CallKind = 'start' | 'stop' | 'list' | 'find'

export interface Call {
  readonly kind: CallKind
  readonly atMs: number
  /** The process that asked, counted from 1. */
  readonly boot: number
  /** How LiveKit fared with it. */
  readonly mood: string
  /** The stream key that a start named. */
  readonly key: string | null
  readonly roomName: string | null
  /** What a start made, or what a stop was about. */
  egressId: string | null
  /** When the asker heard an answer, and which: `ok` or the error's code. */
  heardMs: number | null
  heard: string | null
}

/** A command of an operator: what was asked and when it was accepted. */
export interface Commanded {
  readonly kind: 'start' | 'stop' | 'retry'
  readonly roomId: string
  readonly platforms: readonly string[]
  readonly force: boolean
  readonly issuedMs: number
  doneMs: number | null
  /** `ok`, or the refusal's code. */
  outcome: string | null
}
