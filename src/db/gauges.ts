// Numbers the writer thread keeps for the main thread in shared memory: readable at any moment, also while
// a commit hangs in the disk. What needs words travels as a message instead.

/** Milliseconds UTC at which the running commit began, 0 when none runs. */
const COMMIT_SINCE = 0
const COMMITS = 1
/** Rows changed since the start, and by the largest commit. */
const ROWS = 2
const ROWS_MAX = 3
/** The longest commit of this half minute and of the one before, milliseconds. */
const LONGEST = 4
const LONGEST_BEFORE = 5
const HALF_MINUTE = 6
const WAL_BYTES = 7
const LENGTH = 8

export const newGauges = (): SharedArrayBuffer => new SharedArrayBuffer(LENGTH * 8)

/** An alarm, not a limit: a reader that does not end keeps the WAL from being reused. */
export const WAL_ALARM_BYTES = 256 * 1024 * 1024

const HALF_MINUTE_MS = 30_000

export interface CommitGauges {
  /** The longest commit of the last 30 to 60 seconds, or the running one if that is longer. */
  readonly dbStallMs: number
  readonly commits: number
  readonly rows: number
  readonly rowsMax: number
  readonly walBytes: number
  readonly walAlarm: boolean
}

export const readGauges = (buffer: SharedArrayBuffer, now: number): CommitGauges => {
  const numbers = new Float64Array(buffer)
  const at = (index: number): number => numbers[index] ?? 0
  const running = at(COMMIT_SINCE) === 0 ? 0 : Math.max(0, now - at(COMMIT_SINCE))
  const age = Math.floor(now / HALF_MINUTE_MS) - at(HALF_MINUTE)
  const recent = age <= 0 ? Math.max(at(LONGEST), at(LONGEST_BEFORE)) : age === 1 ? at(LONGEST) : 0
  return {
    dbStallMs: Math.round(Math.max(running, recent)),
    commits: at(COMMITS),
    rows: at(ROWS),
    rowsMax: at(ROWS_MAX),
    walBytes: at(WAL_BYTES),
    walAlarm: at(WAL_BYTES) >= WAL_ALARM_BYTES,
  }
}

export interface GaugeWriter {
  readonly began: (now: number) => void
  readonly ended: (now: number, tookMs: number, rows: number) => void
  readonly wal: (bytes: number) => void
}

export const gaugeWriter = (buffer: SharedArrayBuffer): GaugeWriter => {
  const numbers = new Float64Array(buffer)
  const at = (index: number): number => numbers[index] ?? 0
  return {
    began: (now) => {
      numbers[COMMIT_SINCE] = now
    },
    ended: (now, tookMs, rows) => {
      const half = Math.floor(now / HALF_MINUTE_MS)
      if (half !== at(HALF_MINUTE)) {
        numbers[LONGEST_BEFORE] = half === at(HALF_MINUTE) + 1 ? at(LONGEST) : 0
        numbers[LONGEST] = 0
        numbers[HALF_MINUTE] = half
      }
      numbers[LONGEST] = Math.max(at(LONGEST), tookMs)
      numbers[COMMITS] = at(COMMITS) + 1
      numbers[ROWS] = at(ROWS) + rows
      numbers[ROWS_MAX] = Math.max(at(ROWS_MAX), rows)
      numbers[COMMIT_SINCE] = 0
    },
    wal: (bytes) => {
      numbers[WAL_BYTES] = bytes
    },
  }
}
