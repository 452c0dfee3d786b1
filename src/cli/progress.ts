// How far an export is: counts rows by their line ends, and draws a bar on stderr when somebody looks.

const WIDTH = 30
const DRAW_EVERY_MS = 100
const LINE_END = 10

export class Progress {
  readonly total: number | null
  #lines: number
  #bytes = 0
  #drawnAt = 0
  readonly #draws: boolean

  /** `head` is how many lines come before the first row. */
  constructor(total: number | null, head: number, draws: boolean = process.stderr.isTTY) {
    this.total = total
    this.#lines = -head
    this.#draws = draws
  }

  get rows(): number {
    return Math.max(this.#lines, 0)
  }

  see(chunk: Uint8Array): void {
    this.#bytes += chunk.byteLength
    for (let at = chunk.indexOf(LINE_END); at !== -1; at = chunk.indexOf(LINE_END, at + 1)) this.#lines += 1
    const now = performance.now()
    if (!this.#draws || now - this.#drawnAt < DRAW_EVERY_MS) return
    this.#drawnAt = now
    process.stderr.write(`\r${this.line()}\u001B[K`)
  }

  /** As many rows as were announced, or nothing was announced. */
  isComplete(): boolean {
    return this.total === null || this.rows === this.total
  }

  line(): string {
    const megabytes = `${(this.#bytes / 1_000_000).toFixed(1)} MB`
    if (this.total === null) return `${this.rows} rows  ${megabytes}`
    const share = this.total === 0 ? 1 : Math.min(this.rows / this.total, 1)
    const full = Math.round(share * WIDTH)
    const bar = '█'.repeat(full) + '░'.repeat(WIDTH - full)
    return `${bar} ${Math.floor(share * 100)} %  ${this.rows} of ${this.total} rows  ${megabytes}`
  }

  end(): void {
    if (this.#draws) process.stderr.write('\r\u001B[K')
  }
}
