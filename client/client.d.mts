// The types of `client.mjs`; those of the operations are written from the OpenAPI document.

import type { Hono } from 'hono'
import type { ClientResponse, hc } from 'hono/client'
import type { Operations, Problem } from './operations.d.mts'

export type * from './operations.d.mts'

export interface ClientOptions {
  /** The operator's token or a room owner's; without it only what anybody may ask. */
  readonly token?: string
  readonly fetch?: typeof fetch
}

type Api = Hono<{}, Operations, '/'>

/** Every operation by its path: `client.api.rooms[':room'].start.$post({ param: { room: '@name' }, json: {} })`. */
export declare const roomkeeper: (origin: string, options?: ClientOptions) => ReturnType<typeof hc<Api>>

/** What an operation answers when it goes well. */
export type Answer<R> =
  R extends ClientResponse<infer T, infer S, string> ? (S extends 200 | 201 | 202 | 204 ? T : never) : never

/** What was answered; a problem is thrown. */
export declare const answer: <R extends ClientResponse<unknown, number, string>>(
  asked: R | Promise<R>,
) => Promise<Answer<R>>

export declare class RoomkeeperProblem extends Error {
  readonly code: Problem['code']
  readonly status: number
  readonly problem: Problem
}

/** A fact of the journal, as the stream sends it. */
export interface StreamedFact {
  readonly seq: number
  readonly at: number
  readonly name: string
  readonly roomId: string | null
  readonly sessionId: string | null
  readonly body: Readonly<Record<string, unknown>>
}

export interface FactsOptions {
  readonly token?: string
  /** The number of the last fact that was seen: what came after it comes first. */
  readonly after?: number
  /** Only the facts of this room. */
  readonly room?: string
  readonly signal?: AbortSignal
}

/** Every fact as it happens, without a hole over breaks and restarts of the server, until the signal aborts. */
export declare function facts(
  origin: string,
  options?: FactsOptions,
): AsyncGenerator<StreamedFact, void, void>
