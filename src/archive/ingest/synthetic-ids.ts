// Ids for messages that have none: negative, made of what the message says and of how often it was said, so
// that a replay of history finds the same id again and a second pause is not taken for the first.
// The rule at the limits: a live message is never dropped. Where it is not known how often it was said, its id is
// made of its place in the session instead; a replay of that one may be stored again, which is the smaller evil.

import { hash } from 'node:crypto'

const OCCURRENCE_BITS = 16n
/** Times that are counted, from 0; the number after them marks an id that is made of a place. */
const COUNTED_MAX = 2 ** Number(OCCURRENCE_BITS) - 1
const PLACED = COUNTED_MAX
const HASH_BITS = 47n
/** Different messages without an id that are counted: the first ones. */
const HELD_MAX = 4_096

const hashOf = (session: number, method: string, payload: Uint8Array): bigint => {
  const digest = hash('sha256', payload, 'buffer')
  const named = hash('sha256', `${session}\n${method}\n${digest.toString('hex')}`, 'buffer')
  return named.readBigUInt64BE(0) >> (64n - HASH_BITS)
}

const idOf = (key: bigint, occurrence: number): string =>
  String(-((key << OCCURRENCE_BITS) | BigInt(occurrence)) - 1n)

export class SyntheticIds {
  readonly #session: number
  /** Every id that the session has was seen here: what was never said here was never said. */
  readonly #isWhole: boolean
  /** How often each message arrived live. */
  readonly #said = new Map<bigint, number>()

  constructor(session: number, isWhole = true) {
    this.#session = session
    this.#isWhole = isWhole
  }

  /** Learns an id that is in the database. */
  restore(id: string): void {
    const value = -BigInt(id) - 1n
    const occurrence = Number(value & BigInt(PLACED))
    if (occurrence !== PLACED) this.#hold(value >> OCCURRENCE_BITS, occurrence + 1)
  }

  /**
   * The id of a message. `within` counts the same message in one frame: of a replay, the first is the first that
   * ever was; of live messages, each is one more. `place` is the session's next sequence.
   */
  next(
    method: string,
    payload: Uint8Array,
    isHistory: boolean,
    within: Map<bigint, number>,
    place: number,
  ): string {
    const key = hashOf(this.#session, method, payload)
    const known = this.#said.get(key)
    const said = known ?? (this.#isWhole && this.#said.size < HELD_MAX ? 0 : COUNTED_MAX)
    const before = within.get(key) ?? 0
    within.set(key, before + 1)
    if (!isHistory && said >= COUNTED_MAX) {
      return idOf(hashOf(this.#session, `${method}\n${place}`, payload), PLACED)
    }
    const occurrence = isHistory ? Math.min(before, COUNTED_MAX - 1) : said
    if (occurrence >= said) this.#hold(key, occurrence + 1)
    return idOf(key, occurrence)
  }

  /** The id of a message that bears the id of another one: the same message again gets the same. */
  twin(method: string, payload: Uint8Array): string {
    return idOf(hashOf(this.#session, method, payload), 0)
  }

  #hold(key: bigint, said: number): void {
    const known = this.#said.get(key)
    if (known === undefined ? this.#said.size < HELD_MAX : known < said) this.#said.set(key, said)
  }
}
