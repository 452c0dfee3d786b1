// How much is handed over and not yet durable, in all and for each session, and who must hold back because of
// it. Between the high mark and the low one nothing changes, so that sockets do not flutter.

export interface PressureLimits {
  readonly totalHigh: number
  readonly totalLow: number
  readonly sessionHigh: number
  readonly sessionLow: number
}

const MIB = 1024 * 1024

export const PRESSURE_LIMITS: PressureLimits = {
  totalHigh: 64 * MIB,
  totalLow: 32 * MIB,
  sessionHigh: 16 * MIB,
  sessionLow: 8 * MIB,
}

const beyond = (isBeyond: boolean, bytes: number, high: number, low: number): boolean =>
  bytes >= high || (isBeyond && bytes > low)

/** One session's part of the queue. */
export class Gate {
  bytes = 0
  /** What is over this session's own mark. */
  isFull = false
  isHeld = false
  readonly #onHold: (hold: boolean) => void

  constructor(onHold: (hold: boolean) => void) {
    this.#onHold = onHold
  }

  hold(hold: boolean): void {
    if (hold === this.isHeld) return
    this.isHeld = hold
    this.#onHold(hold)
  }
}

export class Pressure {
  #bytes = 0
  #isFull = false
  readonly #gates = new Set<Gate>()
  readonly #limits: PressureLimits

  constructor(limits: PressureLimits = PRESSURE_LIMITS) {
    this.#limits = limits
  }

  get bytes(): number {
    return this.#bytes
  }

  open(onHold: (hold: boolean) => void): Gate {
    const gate = new Gate(onHold)
    this.#gates.add(gate)
    if (this.#isFull) gate.hold(true)
    return gate
  }

  /** Its session is over; what it still has in the queue goes on counting until it is durable. */
  close(gate: Gate): void {
    this.#gates.delete(gate)
  }

  /** Positive when bytes are handed over, negative when they are durable. `gate` null: its session is gone. */
  add(gate: Gate | null, bytes: number): void {
    const { totalHigh, totalLow, sessionHigh, sessionLow } = this.#limits
    this.#bytes += bytes
    const wasFull = this.#isFull
    this.#isFull = beyond(wasFull, this.#bytes, totalHigh, totalLow)
    if (gate !== null) {
      gate.bytes = Math.max(0, gate.bytes + bytes)
      gate.isFull = beyond(gate.isFull, gate.bytes, sessionHigh, sessionLow)
      gate.hold(gate.isFull || this.#isFull)
    }
    if (wasFull === this.#isFull) return
    for (const each of this.#gates) each.hold(each.isFull || this.#isFull)
  }
}
