// Tickets for event streams: a browser's EventSource cannot send a header, so it trades its token for a ticket
// that opens one stream, once, within a minute. A ticket is good for nothing else, and only its digest is kept.

import { randomBytes } from 'node:crypto'
import { forgetOldest } from './bounded.ts'
import { digestOf } from './auth.ts'
import type { Identity } from './request.ts'

export const TICKET_MS = 60_000
/** The oldest unused tickets give way to new ones. */
const TICKETS_MAX = 10_000

export class Tickets {
  readonly #issued = new Map<string, { readonly identity: Identity; readonly until: number }>()
  readonly #now: () => number

  constructor(now: () => number = Date.now) {
    this.#now = now
  }

  issue(identity: Identity): { readonly ticket: string; readonly expiresAt: number } {
    const ticket = `tk_${randomBytes(24).toString('base64url')}`
    const until = Math.min(this.#now() + TICKET_MS, identity.expiresAt ?? Infinity)
    this.#issued.set(digestOf(ticket).toString('hex'), { identity, until })
    forgetOldest(this.#issued, TICKETS_MAX)
    return { ticket, expiresAt: until }
  }

  /** Who got it, once; null for what was not issued, was used or is too old. Whether its token still holds is not asked. */
  redeem(ticket: string): Identity | null {
    const digest = digestOf(ticket).toString('hex')
    const issued = this.#issued.get(digest)
    this.#issued.delete(digest)
    return issued !== undefined && this.#now() < issued.until ? issued.identity : null
  }
}
