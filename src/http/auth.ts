// Who a bearer token, or the cookie of a sign-in, is. Tokens are opaque random text; only their SHA-256 is known here and in the table, and
// digests are compared in constant time. Answers are remembered for a moment, so that a busy console does not
// ask the database for each request, and forgotten at once when a token is revoked.

import { createHash, timingSafeEqual } from 'node:crypto'
import * as Redacted from 'effect/Redacted'
import type { TokenRow } from '../db/tokens.ts'
import { forgetOldest } from './bounded.ts'
import type { Identity } from './request.ts'
import { isSignIn, parentOf, signInDigest } from './sign-in.ts'

/** How long an answer is remembered: a revocation by another hand is seen after this, milliseconds. */
const REMEMBERED_MS = 2_000
const REMEMBERED_MAX = 10_000
/** A token from the future means that this clock was set back; a little of that is normal. */
const SKEW_MS = 300_000

const BEARER = /^bearer +([\x21-\x7e]{1,512})$/i

/** The digest a token is known by, in the form the table holds. */
export const digestOf = (token: string): Buffer => createHash('sha256').update(token, 'utf8').digest()

/** Compares digests, which all have one length, in constant time. */
export const sameDigest = (a: Buffer, b: Buffer): boolean =>
  a.length === 32 && b.length === 32 && timingSafeEqual(a, b)

/** The token in an Authorization header, or null. */
export const bearerOf = (header: string | undefined): string | null => BEARER.exec(header ?? '')?.[1] ?? null

/** Who has the operator's own token. */
export const OPERATOR: Identity = {
  actor: 'operator',
  scope: 'operator',
  roomId: null,
  tokenId: null,
  digest: null,
  expiresAt: null,
}

export class Auth {
  readonly #operator: Buffer
  readonly #find: (hash: string) => Promise<TokenRow | null>
  readonly #now: () => number
  readonly #known = new Map<string, { readonly at: number; readonly row: Promise<TokenRow | null> }>()

  constructor(
    operatorToken: Redacted.Redacted<string>,
    find: (hash: string) => Promise<TokenRow | null>,
    now: () => number = Date.now,
  ) {
    this.#operator = digestOf(Redacted.value(operatorToken))
    this.#find = find
    this.#now = now
  }

  /** Null for everything that is not a valid token, whatever is wrong with it. */
  async identify(header: string | undefined): Promise<Identity | null> {
    const token = bearerOf(header)
    if (token === null) return null
    const digest = digestOf(token)
    if (sameDigest(digest, this.#operator)) {
      return OPERATOR
    }
    const identity = await this.#valid(digest)
    // What a cookie holds is no token: it opens nothing without what a browser says of the page that asks.
    return identity !== null && isSignIn(identity.tokenId) ? null : identity
  }

  /** Null for everything that is not a sign-in which still holds. */
  async identifySignIn(text: string): Promise<Identity | null> {
    const digest = signInDigest(text, this.#operator)
    const identity = digest === null ? null : await this.#valid(digest)
    return identity !== null && isSignIn(identity.tokenId) ? identity : null
  }

  /** The digest of the operator's own token, which sign-ins of the operator are bound to. */
  get operatorDigest(): Buffer {
    return this.#operator
  }

  /** The same identity, if its token is still valid now. */
  async again(identity: Identity): Promise<Identity | null> {
    return identity.digest === null ? identity : this.#valid(Buffer.from(identity.digest, 'hex'))
  }

  async #valid(digest: Buffer): Promise<Identity | null> {
    const row = await this.#row(digest.toString('hex'))
    const now = this.#now()
    if (row === null || !sameDigest(digest, Buffer.from(row.hash, 'hex'))) return null
    if (row.revokedAt !== null || row.createdAt > now + SKEW_MS) return null
    if (row.expiresAt !== null && row.expiresAt <= now) return null
    if (row.scope === 'owner' && row.roomId === null) return null
    return {
      actor: row.scope === 'operator' ? 'operator' : `owner:${parentOf(row.id)}`,
      scope: row.scope,
      roomId: row.roomId,
      tokenId: row.id,
      digest: row.hash,
      expiresAt: row.expiresAt,
    }
  }

  #row(hash: string): Promise<TokenRow | null> {
    const now = this.#now()
    const known = this.#known.get(hash)
    if (known !== undefined && now - known.at < REMEMBERED_MS && now >= known.at) return known.row
    this.#known.delete(hash)
    const row = this.#find(hash)
    this.#known.set(hash, { at: now, row })
    row.catch(() => this.#known.delete(hash))
    forgetOldest(this.#known, REMEMBERED_MAX)
    return row
  }

  /** Something about tokens changed: nothing remembered is believed any more. */
  forget(): void {
    this.#known.clear()
  }
}
