// The message ids a session has seen lately: what tells a frame that brings nothing new without asking the
// database, which knows them all and has the last word. TikTok gives some messages the id of another one, so an
// id can be known together with the bytes it stood on.

import { crc32 } from 'node:zlib'
import type { EventKind } from '../../domain/event.ts'

/** A reconnect replays a few hundred messages at most; the window holds at least this many, at most twice. */
export const WINDOW = 8_192

/** What is counted is the same when its id is, however it is written: it must never count twice. */
const ID_DECIDES: ReadonlySet<EventKind> = new Set<EventKind>([
  'chat',
  'gift',
  'like',
  'join',
  'viewers',
  'follow',
  'share',
  'social',
  'question',
  'control',
])

/** Of a kind whose id alone does not decide: what its bytes are known by; null for all others. */
export const printOf = (kind: EventKind, payload: Uint8Array): number | null =>
  ID_DECIDES.has(kind) ? null : print(payload)

const print = (payload: Uint8Array): number => crc32(payload, payload.byteLength)

export class KnownIds {
  /** Ids whose bytes count have a print. */
  #newer = new Map<string, number | null>()
  #older = new Map<string, number | null>()
  readonly #window: number

  constructor(window = WINDOW) {
    this.#window = window
  }

  has(id: string): boolean {
    return this.#newer.has(id) || this.#older.has(id)
  }

  /** Whether the id is known from a message of other bytes, where bytes count. */
  differs(id: string, payload: Uint8Array): boolean {
    const known = this.#newer.get(id) ?? this.#older.get(id)
    return known !== undefined && known !== null && known !== print(payload)
  }

  add(id: string, print: number | null = null): void {
    // Two generations instead of an order: forgetting is one assignment.
    if (this.#newer.size >= this.#window) {
      this.#older = this.#newer
      this.#newer = new Map()
    }
    this.#newer.set(id, print)
  }
}
