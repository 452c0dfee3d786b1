// The running server as the commands see it: requests with a token, answers as JSON, and every way this can
// fail as one sentence. It knows no route.

import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as Config from 'effect/Config'
import * as Effect from 'effect/Effect'
import * as Option from 'effect/Option'
import { fail, type Failure } from './failure.ts'
import { root } from './root.ts'

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }
export type JsonObject = { readonly [key: string]: Json }

export interface Sent {
  readonly type: string
  readonly bytes: Blob
}

export interface Server {
  readonly url: string
  readonly ask: (method: string, path: string, body?: JsonObject) => Effect.Effect<JsonObject, Failure>
  /** Sends bytes of a media type, as they are read. */
  readonly send: (method: string, path: string, body: Sent) => Effect.Effect<JsonObject, Failure>
  /** The answer before its body is read, when it is a good one. */
  readonly open: (method: string, path: string, signal: AbortSignal) => Effect.Effect<Response, Failure>
}

const environment = Config.all({
  host: Config.String('HOST').pipe(Config.withDefault('127.0.0.1')),
  port: Config.String('PORT').pipe(Config.withDefault('8080')),
  dataDir: Config.String('DATA_DIR').pipe(Config.withDefault('./data')),
  token: Config.String('ROOMKEEPER_TOKEN').pipe(
    Config.orElse(() => Config.String('OPERATOR_TOKEN')),
    Config.option,
  ),
})

/** An address to listen on is not always one to talk to. */
const reachable = (host: string): string => {
  if (host === '0.0.0.0') return '127.0.0.1'
  if (host === '::') return '[::1]'
  return host.includes(':') ? `[${host}]` : host
}

const urlOf = (given: string): Effect.Effect<string, Failure> =>
  URL.canParse(given) && /^https?:$/.test(new URL(given).protocol)
    ? Effect.succeed(given.replace(/\/+$/, ''))
    : fail('usage', '--url must start with http:// or https://.')

const tokenIn = (file: string, asked: boolean): Effect.Effect<string, Failure> =>
  Effect.tryPromise({
    try: async () => (await readFile(file, 'utf8')).trim(),
    catch: () =>
      fail(
        'unauthorized',
        asked
          ? `The token file ${file} cannot be read.`
          : `There is no token: ${file} cannot be read. Name one with --token-file, or set ROOMKEEPER_TOKEN.`,
      ),
  }).pipe(
    Effect.filterOrFail(
      (token) => /^[\x21-\x7e]{1,512}$/.test(token),
      () => fail('unauthorized', `The token file ${file} does not hold a token.`),
    ),
  )

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const sentence = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`)

/** What a problem+json answer says, with its stable code and when to try again. */
const problemOf = (status: number, body: unknown, retryAfter: string | null): Failure => {
  const kind =
    status === 401 || status === 403
      ? 'unauthorized'
      : status === 429 || status >= 500
        ? 'unavailable'
        : 'refused'
  if (!isObject(body) || typeof body['code'] !== 'string') {
    return fail(kind, `The server answered ${status}, and not in Roomkeeper's words. Is the address right?`)
  }
  const { code, title, detail, field } = body
  const said =
    typeof detail === 'string' ? detail : typeof title === 'string' ? title : `It answered ${status}`
  const where = typeof field === 'string' ? `${field.replace(/^\//, '').replaceAll('/', '.')}: ` : ''
  const again = retryAfter === null ? '' : ` Try again in ${retryAfter} s.`
  return fail(kind, `${where}${sentence(said)}${again} [${code}]`)
}

const refusedBy = (response: Response): Effect.Effect<never, Failure> =>
  Effect.promise(() => response.json().catch(() => null) as Promise<unknown>).pipe(
    Effect.flatMap((body) => problemOf(response.status, body, response.headers.get('retry-after'))),
  )

/** The server that the flags and the environment name. Nothing is asked yet. */
export const connect = Effect.gen(function* () {
  const flags = yield* root
  const env = yield* environment
  const url = yield* urlOf(Option.getOrElse(flags.url, () => `http://${reachable(env.host)}:${env.port}`))
  const token = Option.isSome(flags.tokenFile)
    ? yield* tokenIn(flags.tokenFile.value, true)
    : Option.isSome(env.token)
      ? env.token.value
      : yield* tokenIn(join(env.dataDir, 'operator-token'), false)

  const send = (method: string, path: string, body: JsonObject | Blob | undefined, signal: AbortSignal) =>
    Effect.tryPromise({
      try: () =>
        fetch(url + path, {
          method,
          signal,
          redirect: 'error',
          headers: {
            authorization: `Bearer ${token}`,
            ...(method === 'POST' && { 'idempotency-key': crypto.randomUUID() }),
            ...(body !== undefined && {
              'content-type': body instanceof Blob ? body.type : 'application/json',
            }),
          },
          ...(body !== undefined && { body: body instanceof Blob ? body : JSON.stringify(body) }),
        }),
      catch: () =>
        fail(
          'unreachable',
          `No server answers at ${url}. Start it with "roomkeeper serve", or name it with --url.`,
        ),
    }).pipe(Effect.flatMap((response) => (response.ok ? Effect.succeed(response) : refusedBy(response))))

  const bodyOf = (response: Response): Effect.Effect<JsonObject, Failure> =>
    response.status === 204
      ? Effect.succeed({})
      : Effect.tryPromise({
          try: async () => (await response.json()) as unknown,
          catch: () => fail('refused', `What ${url} answered is not JSON. Is the address right?`),
        }).pipe(
          Effect.flatMap((body) =>
            isObject(body) ? Effect.succeed(body) : fail('refused', `${url} is not a Roomkeeper server.`),
          ),
        )

  const answer = (method: string, path: string, body: JsonObject | Blob | undefined) =>
    Effect.callback<JsonObject, Failure>((resume, signal) =>
      resume(Effect.flatMap(send(method, path, body, signal), bodyOf)),
    )

  const server: Server = {
    url,
    ask: answer,
    send: (method, path, { type, bytes }) => answer(method, path, bytes.slice(0, bytes.size, type)),
    open: (method, path, signal) => send(method, path, undefined, signal),
  }
  return server
}).pipe(Effect.catchTag('ConfigError', (error) => fail('usage', error.message)))
