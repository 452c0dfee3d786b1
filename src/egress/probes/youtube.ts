// Asks YouTube how the streams of one channel are. Streams are known by their keys, which only the channel's own
// credentials may list; all destinations share one look at the channel, because every request costs quota.

import { createHash } from 'node:crypto'
import * as Clock from 'effect/Clock'
import * as Effect from 'effect/Effect'
import * as Redacted from 'effect/Redacted'
import * as Semaphore from 'effect/Semaphore'
import type { YouTubeProbeConfig } from '../../config.ts'
import type { Destination } from '../../domain/destination.ts'
import type { PlatformView } from '../../domain/egress.ts'
import type { Scrubber } from '../scrub.ts'
import { makeAccessToken } from './access-token.ts'
import { monotonicMs } from './monotonic.ts'
import { type PlatformProbe, probeError, type ProbeError } from './probe.ts'
import { PROBE_LIMITS, type ProbeLimits } from './requests.ts'
import { makeRest } from './rest.ts'
import {
  broadcastsIn,
  type Page,
  refusalOf,
  streamsIn,
  type YouTubeBroadcast,
  type YouTubeStream,
} from './youtube-answers.ts'
import { Quota } from './youtube-quota.ts'
import { STREAM_NOT_FOUND, youtubeView } from './youtube-view.ts'

/** As many as one request can name, and as one page has. */
const PAGE = 50
const PAGES_MAX = 4
/** A key that the channel does not have is looked for again after this. */
const SEARCH_AGAIN_MS = 300_000
const MISSING_MAX = 1_000

/** The channel at one moment. */
interface Look {
  /** Milliseconds UTC, and monotonic. */
  readonly at: number
  readonly ms: number
  readonly asked: ReadonlySet<string>
  readonly streams: ReadonlyMap<string, YouTubeStream>
  /** The state of the broadcast that shows a stream, by the stream's id. */
  readonly lifeCycles: ReadonlyMap<string, string>
}

const nameOf = (key: Redacted.Redacted<string>): string =>
  createHash('sha256').update(Redacted.value(key)).digest('base64')

/** A broadcast that is live says more than another one of the same stream. */
const lifeCyclesOf = (broadcasts: readonly YouTubeBroadcast[]): ReadonlyMap<string, string> => {
  const found = new Map<string, string>()
  for (const { status, contentDetails } of broadcasts) {
    const { boundStreamId } = contentDetails
    if (boundStreamId === undefined || found.get(boundStreamId) === 'live') continue
    found.set(boundStreamId, status.lifeCycleStatus)
  }
  return found
}

export const youtubeProbe = (
  config: YouTubeProbeConfig,
  scrubber: Scrubber,
  limits: ProbeLimits = PROBE_LIMITS,
): PlatformProbe['Service']['probe'] => {
  scrubber.learn(config.clientSecret)
  scrubber.learn(config.refreshToken)
  const access = makeAccessToken(
    () => ({
      url: new URL('/token', config.tokenOrigin),
      form: {
        grant_type: 'refresh_token',
        client_id: config.clientId,
        client_secret: Redacted.value(config.clientSecret),
        refresh_token: Redacted.value(config.refreshToken),
      },
    }),
    scrubber,
  )
  const rested = makeRest()
  const turn = Semaphore.makeUnsafe(1)
  const quota = new Quota()
  /** Ids of streams by what their keys are called here, the one that was asked about last at the end. */
  const ids = new Map<string, string>()
  const missing = new Map<string, number>()
  let last: Look | null = null

  const list = <A>(
    path: string,
    query: Readonly<Record<string, string>>,
    read: (body: unknown) => Page<A> | null,
  ): Effect.Effect<Page<A>, ProbeError> =>
    Effect.gen(function* () {
      const url = new URL(`/youtube/v3/${path}`, config.apiOrigin)
      url.search = new URLSearchParams({ ...query, maxResults: String(PAGE) }).toString()
      quota.spend(yield* Clock.currentTimeMillis)
      const answer = yield* access.ask(
        (token) => ({ url, headers: { authorization: `Bearer ${Redacted.value(token)}` } }),
        limits,
      )
      const refusal = refusalOf(answer)
      if (refusal !== null) return yield* refusal
      return read(answer.body) ?? (yield* probeError('platform_bad_answer'))
    })

  const search = Effect.fnUntraced(function* (name: string) {
    let pageToken: string | null = null
    for (let nth = 0; nth < PAGES_MAX; nth += 1) {
      const query = { part: 'id,cdn,status', mine: 'true', ...(pageToken !== null && { pageToken }) }
      const page: Page<YouTubeStream> = yield* list('liveStreams', query, streamsIn)
      for (const { id, cdn } of page.items) {
        const key = cdn?.ingestionInfo?.streamName
        if (key !== undefined && nameOf(Redacted.make(key)) === name) return id
      }
      pageToken = page.next
      if (pageToken === null) return null
    }
    return null
  })

  /** The stream that has this key; null when the channel has none. */
  const find = Effect.fnUntraced(function* (name: string) {
    const now = yield* monotonicMs
    const known = ids.get(name)
    const missedAt = missing.get(name)
    if (known === undefined && missedAt !== undefined && now - missedAt < SEARCH_AGAIN_MS) return null
    const id: string | null = known ?? (yield* search(name))
    missing.delete(name)
    if (id === null) {
      missing.set(name, now)
      if (missing.size > MISSING_MAX) missing.delete([...missing.keys()][0] ?? '')
      return null
    }
    ids.delete(name)
    ids.set(name, id)
    if (ids.size > PAGE) ids.delete([...ids.keys()][0] ?? '')
    return id
  })

  const look = Effect.fnUntraced(function* (id: string, maxAgeMs: number) {
    const at = yield* Clock.currentTimeMillis
    const ms = yield* monotonicMs
    if (last !== null && last.asked.has(id) && ms - last.ms < quota.maxAge(maxAgeMs, at)) return last
    const asked = new Set(ids.values())
    const { items } = yield* list('liveStreams', { part: 'id,status', id: [...asked].join(',') }, streamsIn)
    const isAnyActive = items.some(({ status }) => status.streamStatus === 'active')
    const query = { part: 'id,status,contentDetails', broadcastStatus: 'active', broadcastType: 'all' }
    // Where nothing arrives nothing is shown, and asking would cost another unit.
    const broadcasts = isAnyActive ? (yield* list('liveBroadcasts', query, broadcastsIn)).items : []
    const streams = new Map(items.map((stream) => [stream.id, stream]))
    last = { at, ms, asked, streams, lifeCycles: lifeCyclesOf(broadcasts) }
    return last
  })

  const probe = Effect.fnUntraced(function* ({ key }: Pick<Destination, 'key'>, maxAgeMs: number) {
    const at = yield* Clock.currentTimeMillis
    const elsewhere: PlatformView = { state: 'unknown', observedAt: at, issues: [STREAM_NOT_FOUND] }
    if (key === null) return elsewhere
    // YouTube's sentences are shown, and nothing keeps it from saying a key in one.
    scrubber.learn(key)
    const name = nameOf(key)
    const id = yield* find(name)
    if (id === null) return elsewhere
    const seen = yield* look(id, maxAgeMs)
    const stream = seen.streams.get(id)
    if (stream !== undefined) {
      return youtubeView(stream, seen.lifeCycles.get(id) ?? null, seen.at, scrubber.scrub)
    }
    // It was deleted, and another one may have its key by now.
    ids.delete(name)
    return elsewhere
  })
  return (destination, maxAgeMs) => rested(turn.withPermit(probe(destination, maxAgeMs)))
}
