// Ids for messages that have none: negative, made of what the message says and of how often it was said, so
// that a replay of history finds the same id again and a second pause is not taken for the first.

import { hash } from 'node:crypto'

const OCCURRENCE_BITS = 16n
const OCCURRENCES_MAX = 65_535
const HASH_BITS = 47n
/** Different messages without an id that are counted; the oldest is forgotten. */
const HELD_MAX = 4_096

const hashOf = (session: number, method: string, payload: Uint8Array): bigint => {
  const digest = hash('sha256', payload, 'buffer')
  const named = hash('sha256', `${session}\n${method}\n${digest.toString('hex')}`, 'buffer')
  return named.readBigUInt64BE(0) >> (64n - HASH_BITS)
}

const idOf = (key: bigint, occurrence: number): string =>
  String(-((key << OCCURRENCE_BITS) | BigInt(Math.min(occurrence, OCCURRENCES_MAX))) - 1n)

export class SyntheticIds {
  readonly #session: number
  /** How often each message arrived live. */
  readonly #said = new Map<bigint, number>()

  constructor(session: number) {
    this.#session = session
  }

  /** Learns an id that is in the database. */
  restore(id: string): void {
    const value = -BigInt(id) - 1n
    const said = Number(value & BigInt(OCCURRENCES_MAX)) + 1
    const key = value >> OCCURRENCE_BITS
    if (said > (this.#said.get(key) ?? 0)) this.#hold(key, said)
  }

  /**
   * The id of a message. `within` counts the same message in one frame: of a replay, the first is the first that
   * ever was; of live messages, each is one more.
   */
  next(method: string, payload: Uint8Array, isHistory: boolean, within: Map<bigint, number>): string {
    const key = hashOf(this.#session, method, payload)
    const said = this.#said.get(key) ?? 0
    const before = within.get(key) ?? 0
    within.set(key, before + 1)
    const occurrence = isHistory ? before : said
    if (occurrence >= said) this.#hold(key, occurrence + 1)
    return idOf(key, occurrence)
  }

  /** The id of a message that bears the id of another one: the same message again gets the same. */
  twin(method: string, payload: Uint8Array): string {
    return idOf(hashOf(this.#session, method, payload), 0)
  }

  #hold(key: bigint, said: number): void {
    this.#said.delete(key)
    if (this.#said.size >= HELD_MAX) {
      const oldest = this.#said.keys().next().value
      if (oldest !== undefined) this.#said.delete(oldest)
    }
    this.#said.set(key, said)
  }
}
