// Sign-ins of browsers: a token is shown once, and an opaque text takes its place, which lives in a cookie. Of it
// only a digest is kept, in the table of tokens, in a row whose id begins with the id of the token and a dot: when
// the token is revoked, so are its sign-ins. A sign-in of the operator's own token, which is in no table, is known
// by a digest that the token is part of: when it is changed, they are over.

import { createHash, randomBytes } from 'node:crypto'
import * as Clock from 'effect/Clock'
import * as Effect from 'effect/Effect'
import type { Caller } from '../actors/rooms.ts'
import { Database } from '../db/database.ts'
import { insert, makeRoomForSignIn, revoke } from '../db/tokens.ts'
import type { Identity } from './request.ts'

/** How long a browser stays signed in. */
export const SIGNED_IN_MS = 30 * 86_400_000
/** Browsers that are signed in with one token; the oldest gives way. */
const SIGN_INS_MAX = 50

/** What the id of the operator's own token would be. */
const OPERATOR_ID = 'operator'

export const isSignIn = (tokenId: string | null): boolean => tokenId?.includes('.') ?? false

/** The token that a sign-in was made with, or the token itself. */
export const parentOf = (tokenId: string): string => tokenId.split('.', 1)[0] ?? tokenId

/** The digest a sign-in is known by; null for a text that is none. */
export const signInDigest = (text: string, operator: Buffer): Buffer | null => {
  const kind = /^rk_cs_([ot])_[\w-]{43}$/.exec(text)?.[1]
  if (kind === undefined) return null
  const hash = createHash('sha256').update(text, 'utf8')
  return (kind === 'o' ? hash.update(operator) : hash).digest()
}

export interface SignIn {
  /** What the cookie holds. It is nowhere else. */
  readonly text: string
  readonly expiresAt: number
}

/** Signs a browser in as who showed a token. `operator` is the digest of the operator's own token. */
export const signIn = Effect.fn('http.sign_in')(function* (
  identity: Identity,
  operator: Buffer,
  ip: Caller['ip'],
) {
  const database = yield* Database
  const at = yield* Clock.currentTimeMillis
  const secret = randomBytes(32).toString('base64url')
  const parent = parentOf(identity.tokenId ?? OPERATOR_ID)
  const text = `rk_cs_${parent === OPERATOR_ID ? 'o' : 't'}_${secret}`
  const digest = signInDigest(text, operator)
  if (digest === null) throw new Error('a sign-in is not what it was made as')
  const expiresAt = Math.min(at + SIGNED_IN_MS, identity.expiresAt ?? Infinity)
  const row = {
    id: `${parent}.${randomBytes(9).toString('base64url')}`,
    hash: digest.toString('hex'),
    scope: identity.scope,
    roomId: identity.roomId,
    label: 'console',
    createdAt: at,
    expiresAt,
  } as const
  const about = { at, actor: identity.actor, ip, action: 'login', roomId: identity.roomId, target: row.id }
  yield* database.write({
    statements: [makeRoomForSignIn(parent, at, SIGN_INS_MAX - 1), insert(row)],
    audit: { ...about, outcome: 'done', code: null, detail: null },
  })
  return { text, expiresAt } satisfies SignIn
})

/** Ends this sign-in, and no other. */
export const signOut = Effect.fn('http.sign_out')(function* (
  identity: Identity,
  tokenId: string,
  ip: string | null,
) {
  const database = yield* Database
  const at = yield* Clock.currentTimeMillis
  const about = { at, actor: identity.actor, ip, action: 'logout', roomId: identity.roomId, target: tokenId }
  yield* database.write({
    statements: [revoke(tokenId, at)],
    audit: { ...about, outcome: 'done', code: null, detail: null },
  })
})
