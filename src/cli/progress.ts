// How far an export is, and a bar on stderr when somebody looks. Where a file has lines, its rows are counted by
// their ends, also inside what is compressed; elsewhere its bytes are compared with what was estimated.

const WIDTH = 30
const DRAW_EVERY_MS = 100
const LINE_END = 10

export interface ProgressOptions {
  /** Rows that were announced, or null. */
  readonly total: number | null
  /** Lines before the first row; null when the file's lines are no rows. */
  readonly head: number | null
  /** Bytes that were estimated, or null. */
  readonly estimate: number | null
  readonly draws?: boolean
}

const megabytes = (bytes: number): string => `${(bytes / 1_000_000).toFixed(1)} MB`

const barOf = (share: number): string => {
  const full = Math.round(share * WIDTH)
  return '█'.repeat(full) + '░'.repeat(WIDTH - full)
}

export class Progress {
  readonly total: number | null
  readonly #estimate: number | null
  readonly countsRows: boolean
  #lines: number
  #bytes = 0
  #drawnAt = 0
  readonly #draws: boolean

  constructor({ total, head, estimate, draws = process.stderr.isTTY }: ProgressOptions) {
    this.total = total
    this.#estimate = estimate
    this.countsRows = head !== null
    this.#lines = -(head ?? 0)
    this.#draws = draws
  }

  get rows(): number {
    return Math.max(this.#lines, 0)
  }

  get bytes(): number {
    return this.#bytes
  }

  /** Lines as they are in the file, or as they come out of it. */
  count(chunk: Uint8Array): void {
    for (let at = chunk.indexOf(LINE_END); at !== -1; at = chunk.indexOf(LINE_END, at + 1)) this.#lines += 1
  }

  /** Bytes of the file. */
  see(chunk: Uint8Array): void {
    this.#bytes += chunk.byteLength
    const now = performance.now()
    if (!this.#draws || now - this.#drawnAt < DRAW_EVERY_MS) return
    this.#drawnAt = now
    process.stderr.write(`\r${this.line()}\u001B[K`)
  }

  /** As many rows as were announced, or nothing was announced, or they cannot be counted. */
  isComplete(): boolean {
    return !this.countsRows || this.total === null || this.rows === this.total
  }

  line(): string {
    const here = megabytes(this.#bytes)
    if (!this.countsRows) {
      // What was estimated may be too little; it is done when it is done.
      const share = this.#estimate === null ? 0 : Math.min(this.#bytes / Math.max(this.#estimate, 1), 0.99)
      return `${barOf(share)} ${Math.floor(share * 100)} %  ${here}${this.#estimate === null ? '' : ` of about ${megabytes(this.#estimate)}`}`
    }
    if (this.total === null) return `${this.rows} rows  ${here}`
    const share = this.total === 0 ? 1 : Math.min(this.rows / this.total, 1)
    return `${barOf(share)} ${Math.floor(share * 100)} %  ${this.rows} of ${this.total} rows  ${here}`
  }

  /** What there is when it is over. */
  sum(): string {
    return this.countsRows ? `${this.rows} rows` : megabytes(this.#bytes)
  }

  end(): void {
    if (this.#draws) process.stderr.write('\r\u001B[K')
  }
}
