// What a request brings along before any route looks at it: its socket, and who is asking.

import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Context } from 'hono'
import type { Caller } from '../actors/rooms.ts'

export interface RequestEnv {
  /** Node's own objects; absent when the application is called without a socket. */
  readonly Bindings: { readonly incoming?: IncomingMessage; readonly outgoing?: ServerResponse }
}

/** Who is asking, as its token says. */
export interface Identity {
  /** `operator` or `owner:<token id>`; what audit rows and limits know it by. */
  readonly actor: string
  readonly scope: 'operator' | 'owner'
  /** The owner's room. */
  readonly roomId: string | null
  /** Null for the operator's token from the configuration, which is not in the table. */
  readonly tokenId: string | null
  /** The token's digest, by which it can be looked up again; null for the operator's own. */
  readonly digest: string | null
  /** Milliseconds UTC. */
  readonly expiresAt: number | null
}

/** The address the socket says; what a proxy claims in a header is not believed. */
export const ipOf = (c: Context<RequestEnv>): string | null => c.env?.incoming?.socket.remoteAddress ?? null

export const callerOf = (c: Context<RequestEnv>, identity: Identity): Caller => ({
  actor: identity.actor,
  ip: ipOf(c),
})

/** True when this room is the identity's to see. */
export const mayRoom = (identity: Identity, roomId: string): boolean =>
  identity.scope === 'operator' || identity.roomId === roomId
