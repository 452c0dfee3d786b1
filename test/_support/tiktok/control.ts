// The stand-in by remote control: an HTTP server with the creators' verbs, the faults and the truth as JSON.
// For tests whose product, or whose stand-in, is another process. Its client is remote.ts.

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { replayCaptures } from './captures.ts'
import type { Creator } from './creator.ts'
import type { FaultSpec, Route } from './faults.ts'
import { runScript, type Running, type Script } from './script.ts'
import type { TikTok } from './standin.ts'
import type { TruthFilter } from './truth.ts'

/** What may be called by name on a creator. */
export const VERBS = [
  'goLive',
  'goOffline',
  'newBroadcast',
  'pause',
  'unpause',
  'end',
  'suspend',
  'control',
  'rename',
  'say',
  'gift',
  'streak',
  'like',
  'join',
  'follow',
  'share',
  'seen',
  'question',
  'battle',
  'envelope',
  'poll',
  'pin',
  'emote',
  'intro',
  'remove',
  'forceIds',
] as const satisfies readonly (keyof Creator)[]
export type Verb = (typeof VERBS)[number]

export const MISHAPS = [
  'dropHard',
  'dropSoft',
  'stall',
  'endInTheMiddle',
  'duplicateInBatch',
  'corruptPayload',
  'corruptFrame',
  'gzipBomb',
  'hugeText',
  'oddTexts',
  'reorderBait',
  'burst',
  'flap',
] as const satisfies readonly (keyof Creator['mishaps'])[]
export type Mishap = (typeof MISHAPS)[number]

export interface Control {
  readonly origin: string
  readonly close: () => Promise<void>
}

/** Messages are told by id; their bytes are in the truth by hash. */
const plain = (_key: string, value: unknown): unknown =>
  value instanceof Uint8Array ? value.byteLength : typeof value === 'bigint' ? String(value) : value

const bodyOf = async (request: IncomingMessage): Promise<unknown> => {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(Buffer.from(chunk))
  const text = Buffer.concat(chunks).toString('utf8')
  return text === '' ? undefined : JSON.parse(text)
}

const call = (on: object, allowed: readonly string[], name: string, args: unknown): unknown => {
  const verb: unknown = allowed.includes(name) ? Reflect.get(on, name) : undefined
  if (typeof verb !== 'function') throw new Error(`nothing is called ${name}`)
  return Reflect.apply(verb, on, Array.isArray(args) ? args : [])
}

const stateOf = (tiktok: TikTok) => ({
  creators: tiktok.creators().map((creator) => ({
    handle: creator.handle,
    status: creator.status,
    broadcastId: creator.broadcastId,
    audience: creator.audience.length,
  })),
  viewers: tiktok.viewers.map(({ n, handle, broadcastId, entered, closed, heartbeats, acks, asked }) => ({
    n,
    handle,
    broadcastId,
    entered,
    closed,
    heartbeats,
    acks: acks.length,
    asked: asked.length,
  })),
  requests: tiktok.requests.length,
  fired: tiktok.allFired(),
})

export const startControl = async (tiktok: TikTok): Promise<Control> => {
  const scripts = new Map<string, Running>()

  const script = (handle: string, rates: Script | undefined): number => {
    const running = scripts.get(handle)
    running?.stop()
    scripts.delete(handle)
    if (rates !== undefined) scripts.set(handle, runScript(tiktok.creator(handle), rates))
    return running?.made() ?? 0
  }

  const answer = async (path: readonly string[], query: URLSearchParams, body: unknown): Promise<unknown> => {
    const [what = '', handle = '', name = ''] = path
    switch (what) {
      case 'creator':
        return call(tiktok.creator(handle), VERBS, name, body)
      case 'mishap':
        return call(tiktok.creator(handle).mishaps, MISHAPS, name, body)
      case 'script':
        return { made: script(handle, body as Script | undefined) }
      case 'captures': {
        const { messages, frames, collisions } = replayCaptures(tiktok.creator(handle), body ?? {})
        return { messages: messages.length, frames, collisions }
      }
      case 'fault': {
        const { route, spec } = body as { route: Route; spec: FaultSpec<Route> }
        return { armed: tiktok.fault(route, spec).kind }
      }
      case 'clear-faults':
        tiktok.clearFaults()
        return { cleared: true }
      case 'truth':
        return tiktok.truth.entries(Object.fromEntries(query) as TruthFilter)
      case 'watched':
        return { n: (await tiktok.watched(handle)).n }
      case 'state':
        return stateOf(tiktok)
      default:
        throw new Error(`nothing is called ${what}`)
    }
  }

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? '/', 'http://127.0.0.1')
    const path = url.pathname.split('/').slice(2).map(decodeURIComponent)
    let status = 200
    let result: unknown
    try {
      result = await answer(path, url.searchParams, await bodyOf(request))
    } catch (error) {
      status = 400
      result = { message: String(error) }
    }
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(JSON.stringify(result ?? null, plain))
  }

  const server = createServer((request, response) => void serve(request, response))
  await new Promise<void>((done, fail) => {
    server.once('error', fail)
    server.listen(0, '127.0.0.1', done)
  })
  const address = server.address()
  return {
    origin: `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`,
    close: () => {
      for (const running of scripts.values()) running.stop()
      server.closeAllConnections()
      return new Promise((done) => server.close(() => done()))
    },
  }
}
