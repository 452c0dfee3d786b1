// The only importer of tiktok-live-connector and of its sign client: builds the unmodified library for one attempt,
// and lends the library's own HTTP client for TikTok's pages. It decodes nothing and decides no retry.

import * as Redacted from 'effect/Redacted'
import {
  createBaseWebcastPushFrame,
  getRandomPresets,
  getWebConfig,
  RouteConfig,
  SignConfig,
  TikTokLiveConnection,
  WebcastHttpClient,
} from 'tiktok-live-connector'
import EulerStreamApiClient from 'tiktok-live-api-sdk'
import type { WebSocket } from 'ws'
import { TikTokError } from '../domain/errors.ts'
import type { Agents } from './agents.ts'
import { failure, signFailure, type SignAnswer } from './failures.ts'
import { hostOf, requestAddress, socketAddress, type Origins } from './hosts.ts'
import type { PageClient } from './visitor.ts'

const SIGN_BODY_MAX = 8 << 20
const FRAME_MAX = 16 << 20

export interface Dial {
  readonly handle: string
  readonly broadcastId: string
  readonly signKey: Redacted.Redacted<string> | null
  readonly agents: Agents
  readonly origins: Origins
  /** How often the library sends a heartbeat. */
  readonly heartbeatMs: number
  readonly signal: AbortSignal
  readonly signTimeoutMs: number
  readonly now: () => number
  /** The sign server's first batch as it came, once it is known to be usable, and the broadcast it is of. */
  readonly onFetch: (bytes: Uint8Array, broadcastId: string) => void
  /** The socket at its birth, before it connects: whoever listens from here on hears everything. */
  readonly onSocket: (socket: WebSocket) => void
}

type Route = typeof RouteConfig.fetchSignedWebSocketFromProvider
type SignArguments = Parameters<Route>[0]
type Signed = Awaited<ReturnType<Route>>

interface Attempt {
  readonly dial: Dial
  broadcastId: string
  secure: boolean
}

/** The library has one route for all connections; the HTTP client that comes with a call says whose it is. */
const attempts = new WeakMap<WebcastHttpClient, Attempt>()
const fetchSigned = RouteConfig.fetchSignedWebSocketFromProvider

const sign = async (args: SignArguments, attempt: Attempt): Promise<Signed> => {
  const { dial } = attempt
  const { origins, signal, agents } = dial
  let answer: SignAnswer | null = null
  let timedOut = false
  const abort = new AbortController()
  const giveUp = () => abort.abort()
  const timer = setTimeout(() => {
    timedOut = true
    giveUp()
  }, dial.signTimeoutMs)
  signal.addEventListener('abort', giveUp, { once: true })
  if (signal.aborted) giveUp()
  const hear = (body: unknown, headers: { get: (name: string) => unknown }, status: number) => {
    const header = (name: string) => {
      const value = headers.get(name)
      return typeof value === 'string' && value !== '' ? value : null
    }
    answer = { status, header, body: Buffer.isBuffer(body) ? body : Buffer.alloc(0) }
    return body
  }
  const heard = (): SignAnswer | null => answer
  try {
    const options = {
      ...args.options,
      signal: abort.signal,
      httpAgent: agents.http,
      httpsAgent: agents.https,
      transformResponse: [hear],
    }
    const signed = await fetchSigned({ ...args, options })
    const body = heard()?.body
    if (body === undefined || body.length === 0) throw new Error('empty')
    if (signed.fetchResult.cursor === '') throw failure('sign_unavailable', 'the sign server gave no cursor')
    const pushServer = socketAddress(signed.fetchResult.pushServer, origins)
    if (pushServer === null) {
      const host = hostOf(signed.fetchResult.pushServer)
      throw failure('sign_bad_endpoint', `the sign server pointed at ${host}, which is not TikTok's`)
    }
    // An attempt that was given up must not go on to open a socket.
    if (signal.aborted) throw failure('network', 'given up')
    attempt.secure = pushServer.startsWith('wss:')
    attempt.broadcastId = /^\d{1,20}$/.exec(signed.fetchResultRoomId ?? '')?.[0] ?? dial.broadcastId
    dial.onFetch(body, attempt.broadcastId)
    return { ...signed, fetchResult: { ...signed.fetchResult, pushServer } }
  } catch (error) {
    if (error instanceof TikTokError) throw error
    const secrets = dial.signKey === null ? [] : [Redacted.value(dial.signKey)]
    throw signFailure(heard(), error, { now: dial.now(), timedOut, secrets })
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', giveUp)
  }
}

RouteConfig.fetchSignedWebSocketFromProvider = (args) => {
  const attempt = attempts.get(args.webClient)
  return attempt === undefined ? fetchSigned(args) : sign(args, attempt)
}

/** Sign clients by key: the library's own is global, so one key would be everybody's. */
const signClients = new Map<string, EulerStreamApiClient>()
const SIGN_CLIENTS_KEPT = 200
/** How the library introduces itself to the sign server; read from its global options, which are never written. */
const SIGN_HEADERS: Readonly<Record<string, string>> = SignConfig.baseOptions.headers

const signClient = (basePath: string, signKey: Redacted.Redacted<string> | null): EulerStreamApiClient => {
  const apiKey = signKey === null ? '' : Redacted.value(signKey)
  const name = `${basePath} ${apiKey}`
  const made =
    signClients.get(name) ??
    new EulerStreamApiClient({
      basePath: basePath.replace(/\/+$/, ''),
      ...(apiKey === '' ? {} : { apiKey }),
      baseOptions: {
        headers: { ...SIGN_HEADERS },
        validateStatus: () => true,
        // No redirects: the key would go with them. No proxy from the environment: agents decide.
        maxRedirects: 0,
        proxy: false,
        maxContentLength: SIGN_BODY_MAX,
      },
    })
  if (signClients.size >= SIGN_CLIENTS_KEPT) signClients.clear()
  signClients.set(name, made)
  return made
}

/** The library puts its own jar in this place; its type asks for one all the same. */
const NO_JAR = {
  getCookieString: async () => '',
  setCookie: async () => undefined,
  processSetCookieHeader: async () => undefined,
  getSessionBundle: async () => null,
  setSessionBundle: async () => undefined,
}

type WebOptions = ConstructorParameters<typeof WebcastHttpClient>[2]

/** How the library's HTTP client reaches TikTok: by our agents, always https, bounded, once. */
const webOptions = (agents: Agents, origins: Origins): NonNullable<WebOptions> => ({
  agent: { http: agents.http, https: agents.https },
  retry: { limit: 0 },
  maxRedirects: 3,
  throwHttpErrors: false,
  cookieJar: NO_JAR,
  hooks: {
    beforeRequest: [
      (request) => {
        const address = requestAddress(new URL(String(request.url)), origins)
        if (address === null) throw Object.assign(new Error('not a host of TikTok'), { code: 'EFOREIGN' })
        request.url = address
      },
    ],
  },
})

/**
 * Signs, opens the socket and enters the room, all by the library. Done when it is connected; fails with the
 * TikTokError of the sign server, or with whatever the library made of a failed socket.
 */
export const dial = async (spec: Dial): Promise<{ readonly broadcastId: string }> => {
  const attempt: Attempt = { dial: spec, broadcastId: spec.broadcastId, secure: true }
  const connection = new TikTokLiveConnection(spec.handle, {
    eulerApiInstance: signClient(spec.origins.signApiUrl, spec.signKey),
    // Both are done by us: the first batch goes to the tap undecoded, the room is looked at before a sign request.
    processInitialData: false,
    fetchRoomInfoOnConnect: false,
    webClientOptions: webOptions(spec.agents, spec.origins),
    wsConfigOverrides: { DEFAULT_WS_PING_INTERVAL: spec.heartbeatMs },
    wsClientOptions: {
      maxPayload: FRAME_MAX,
      // TikTok compresses inside its frames; a second compression would only cost.
      perMessageDeflate: false,
      finishRequest: (request, socket) => {
        spec.onSocket(socket)
        if (spec.signal.aborted) socket.terminate()
        else request.end()
      },
      // Read when the socket is made, which is after the sign server has said where it is.
      get agent() {
        return attempt.secure ? spec.agents.https : spec.agents.http
      },
    },
  })
  attempts.set(connection.webClient, attempt)
  await connection.connect(spec.broadcastId)
  return { broadcastId: attempt.broadcastId }
}

/** The frame that tells TikTok that one of its frames has arrived. */
export const ackFrame = (logId: string, internalExt: string): Uint8Array =>
  createBaseWebcastPushFrame({
    logId,
    payloadEncoding: 'pb',
    payloadType: 'ack',
    payload: Buffer.from(internalExt),
  }).finish()

/** The library's HTTP client for TikTok's pages: its headers, parameters, cookies and one random device. */
export const pageClient = (agents: Agents, origins: Origins): PageClient =>
  new WebcastHttpClient(
    getWebConfig(getRandomPresets()),
    signClient(origins.signApiUrl, null),
    webOptions(agents, origins),
  )
