// What stands for a token once, for a short time: tickets for event streams (a browser's EventSource cannot send a
// header) and the codes of sign-in links. Each is good for its one purpose, and only its digest is kept.

import { randomBytes } from 'node:crypto'
import { forgetOldest } from './bounded.ts'
import { digestOf } from './auth.ts'
import type { Identity } from './request.ts'

export const TICKET_MS = 60_000
/** Long enough to walk over to a browser. */
export const LINK_MS = 600_000
/** The oldest unused tickets give way to new ones. */
const TICKETS_MAX = 10_000

export class Tickets {
  readonly #issued = new Map<string, { readonly identity: Identity; readonly until: number }>()
  readonly #now: () => number
  readonly #lifeMs: number

  constructor(now: () => number = Date.now, lifeMs: number = TICKET_MS) {
    this.#now = now
    this.#lifeMs = lifeMs
  }

  issue(identity: Identity): { readonly ticket: string; readonly expiresAt: number } {
    const ticket = `tk_${randomBytes(24).toString('base64url')}`
    const until = Math.min(this.#now() + this.#lifeMs, identity.expiresAt ?? Infinity)
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
