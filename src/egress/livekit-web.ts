// Egresses of web pages have no room at LiveKit, so no room's list has them. One is known to be a room's by the
// page that it shows and the address that it is sent to.

import type { EgressInfo } from '@livekit/protocol'
import type { EgressView } from '../domain/egress.ts'
import type { SentPage } from './livekit.ts'

/** Forgotten first: the one that was claimed longest ago. */
const CLAIMS_MAX = 10_000

const pageOf = ({ request }: EgressInfo): string | null => {
  if (request.case === 'web') return request.value.url
  if (request.case !== 'egress') return null
  const { source } = request.value
  return source.case === 'web' ? source.value.url : null
}

export class SentPages {
  readonly #claims = new Map<string, string>()

  /** From now on an egress of this page to this address (as LiveKit shortens it) is of this room. */
  claim({ url, roomName }: SentPage, redactedUrl: string): void {
    const key = `${url}\n${redactedUrl}`
    this.#claims.delete(key)
    this.#claims.set(key, roomName)
    const [oldest = key] = this.#claims.keys()
    if (this.#claims.size > CLAIMS_MAX) this.#claims.delete(oldest)
  }

  /** Whether a page may be sent out for this room. */
  has(roomName: string): boolean {
    for (const claimed of this.#claims.values()) if (claimed === roomName) return true
    return false
  }

  /** The view with the room that LiveKit does not say. */
  inRoom(view: EgressView, info: EgressInfo): EgressView {
    const page = view.roomName === '' ? pageOf(info) : null
    if (page === null) return view
    const found = view.streams.flatMap(({ redactedUrl }) => this.#claims.get(`${page}\n${redactedUrl}`) ?? [])
    const [roomName] = found
    return roomName === undefined ? view : { ...view, roomName }
  }
}
