// How long things take in LiveKit. The long ones can be scaled down together, so that tests do not wait half a minute.

export interface Times {
  /** From the request to a pipeline that plays. */
  readonly startupMs: number
  /** From StopEgress to the end. */
  readonly endMs: number
  /** How often it is looked whether streams move. */
  readonly monitorMs: number
  /** How long a stream is reconnected, and how long it may stand still. */
  readonly reconnectMs: number
  /** Between two failed connections. */
  readonly reconnectPauseMs: number
  /** Retries after the first are told at most this often. */
  readonly retryToldMs: number
}

/** As LiveKit has it, with a start as quick as a source without a browser; `scale` shortens what is long. */
export const timesOf = (scale: number, more: Partial<Times> = {}): Times => ({
  startupMs: 30,
  endMs: 40,
  monitorMs: Math.max(10, 5_000 * scale),
  reconnectMs: 30_000 * scale,
  reconnectPauseMs: Math.max(20, 1_000 * scale),
  retryToldMs: 60_000 * scale,
  ...more,
})
