// YouTube's live API and Google's token endpoint, as far as they are asked: JSON of the same shapes, parts only
// when they are asked for, pages, a quota, and streams of one channel that a test moves by hand.

import { randomBytes } from 'node:crypto'
import { bearerOf, Counter, type Question, type Reply } from './counter.ts'

export interface ChannelStream {
  readonly id: string
  readonly key: string
  status: 'created' | 'ready' | 'active' | 'inactive' | 'error'
  health: 'good' | 'ok' | 'bad' | 'noData' | 'revoked'
  issues: { type: string; severity: string; reason: string; description: string }[]
  /** The broadcast that is bound to it; null: none. */
  lifeCycle: 'ready' | 'testStarting' | 'testing' | 'liveStarting' | 'live' | 'complete' | null
}

const refusal = (status: number, reason: string, domain = 'global', message = reason): Reply => ({
  status,
  body: { error: { code: status, message, errors: [{ message, domain, reason }] } },
})

const token = (): string => `ya29.${randomBytes(32).toString('base64url')}`

export class YouTubeStandIn extends Counter {
  readonly credentials = {
    clientId: '407408718192.apps.example',
    clientSecret: `GOCSPX-${randomBytes(21).toString('base64url')}`,
    refreshToken: `1//0${randomBytes(48).toString('base64url')}`,
  }
  /** Every access token that was given out. */
  readonly granted: string[] = []
  readonly streams: ChannelStream[] = []
  #valid = new Set<string>()
  units = 0
  unitsMax = 10_000
  expiresInS = 3_599
  pageSize = 50

  constructor() {
    super((question) => this.#reply(question))
  }

  /** A stream of the channel, as YouTube Studio makes one. */
  add(key: string, more: Partial<ChannelStream> = {}): ChannelStream {
    const made: ChannelStream = {
      id: `UC${randomBytes(16).toString('base64url')}`,
      key,
      status: 'ready',
      health: 'noData',
      issues: [],
      lifeCycle: null,
      ...more,
    }
    this.streams.push(made)
    return made
  }

  /** Every access token is refused from now on. */
  revoke(): void {
    this.#valid = new Set()
  }

  #reply(question: Question): Reply {
    if (question.path === '/token') return this.#grant(question)
    if (!this.#valid.has(bearerOf(question))) {
      return refusal(401, 'authError', 'global', 'Invalid Credentials')
    }
    this.units += 1
    if (this.units > this.unitsMax) return refusal(403, 'quotaExceeded', 'youtube.quota')
    const { path, query } = question
    if (question.method !== 'GET' || query['part'] === undefined) return refusal(400, 'required')
    if (path === '/youtube/v3/liveStreams') return this.#listStreams(query)
    return path === '/youtube/v3/liveBroadcasts' ? this.#listBroadcasts(query) : refusal(404, 'notFound')
  }

  #grant({ method, form }: Question): Reply {
    if (method !== 'POST' || form['grant_type'] !== 'refresh_token') {
      return { status: 400, body: { error: 'unsupported_grant_type' } }
    }
    const { clientId, clientSecret, refreshToken } = this.credentials
    if (form['client_id'] !== clientId || form['client_secret'] !== clientSecret) {
      return { status: 401, body: { error: 'invalid_client', error_description: 'Unauthorized' } }
    }
    if (form['refresh_token'] !== refreshToken) {
      return { status: 400, body: { error: 'invalid_grant', error_description: 'Token has been revoked.' } }
    }
    const made = token()
    this.granted.push(made)
    this.#valid.add(made)
    return {
      status: 200,
      body: {
        access_token: made,
        expires_in: this.expiresInS,
        scope: 'https://www.googleapis.com/auth/youtube.readonly',
        token_type: 'Bearer',
      },
    }
  }

  #listStreams(query: Question['query']): Reply {
    const wanted = query['id']?.split(',')
    if ((wanted === undefined) === (query['mine'] === undefined))
      return refusal(400, 'missingRequiredParameter')
    const found = this.streams.filter(({ id }) => wanted?.includes(id) ?? true)
    const from = Number(query['pageToken'] ?? 0)
    const size = Math.min(this.pageSize, Number(query['maxResults'] ?? 5))
    const parts = query['part']?.split(',') ?? []
    const items = found.slice(from, from + size).map((stream) => ({
      kind: 'youtube#liveStream',
      etag: 'e',
      ...(parts.includes('id') && { id: stream.id }),
      ...(parts.includes('cdn') && {
        cdn: {
          ingestionType: 'rtmp',
          ingestionInfo: {
            streamName: stream.key,
            ingestionAddress: 'rtmp://a.rtmp.youtube.com/live2',
            rtmpsIngestionAddress: 'rtmps://a.rtmps.youtube.com/live2',
          },
          resolution: 'variable',
          frameRate: 'variable',
        },
      }),
      ...(parts.includes('status') && {
        status: {
          streamStatus: stream.status,
          healthStatus: {
            status: stream.health,
            lastUpdateTimeSeconds: '1795000000',
            ...(stream.issues.length > 0 && { configurationIssues: stream.issues }),
          },
        },
      }),
    }))
    const more = from + size < found.length
    return this.#page('youtube#liveStreamListResponse', items, more ? String(from + size) : null)
  }

  #listBroadcasts(query: Question['query']): Reply {
    if (query['broadcastStatus'] !== 'active') return refusal(400, 'unexpectedParameter')
    const items = this.streams
      .filter(({ lifeCycle }) => lifeCycle !== null && !['ready', 'complete'].includes(lifeCycle))
      .map(({ id, lifeCycle }) => ({
        kind: 'youtube#liveBroadcast',
        etag: 'e',
        id: `video-${id}`,
        status: { lifeCycleStatus: lifeCycle, privacyStatus: 'public', recordingStatus: 'recording' },
        contentDetails: { boundStreamId: id, enableAutoStart: true, enableAutoStop: true },
      }))
    return this.#page('youtube#liveBroadcastListResponse', items, null)
  }

  #page(kind: string, items: readonly unknown[], next: string | null): Reply {
    const pageInfo = { totalResults: items.length, resultsPerPage: items.length }
    return {
      status: 200,
      body: { kind, etag: 'e', ...(next !== null && { nextPageToken: next }), pageInfo, items },
    }
  }
}

export const startYouTube = async (): Promise<YouTubeStandIn> => {
  const made = new YouTubeStandIn()
  await made.listen()
  return made
}

/** What the product is started with to ask this one. */
export const youtubeEnv = ({ origin, credentials }: YouTubeStandIn): Readonly<Record<string, string>> => ({
  YOUTUBE_API_ORIGIN: origin,
  YOUTUBE_TOKEN_ORIGIN: origin,
  YOUTUBE_CLIENT_ID: credentials.clientId,
  YOUTUBE_CLIENT_SECRET: credentials.clientSecret,
  YOUTUBE_REFRESH_TOKEN: credentials.refreshToken,
})
