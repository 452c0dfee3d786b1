// The fourth room of the demo: a LiveKit room goes on air on two platforms with real RTMP, one platform goes away and
// comes back, the other never notices, and both are left in the end.

import { setTimeout as wait } from 'node:timers/promises'
import type { LiveKitStandIn } from '../livekit/standin.ts'
import type { Product } from '../product.ts'
import { streamKey, type LiveView, type Platform, type PlatformView } from '../product-studio.ts'
import type { Ingest } from '../rtmp/ingest.ts'
import type { Story } from './story.ts'

export interface Crew {
  readonly product: Product
  readonly livekit: LiveKitStandIn
  readonly ingests: Readonly<Record<Platform, Ingest>>
  readonly story: Story
  /** Filled as rooms are added: id to handle. */
  readonly rooms: Map<string, string>
}

const ROOM = 'onair.dana'
const BOTH = ['youtube', 'twitch'] as const
const OUTAGE_MS = 5_000
/** ffmpeg sends ten pictures a second; more than this without a byte would be a gap. */
const GAP_MS = 1_000

const kilobytes = (bytes: number): string => `${Math.round(bytes / 1_000)} kB`

const statusOf = ({ product }: Crew): Promise<LiveView> => product.get(`/api/live/status?room=${ROOM}`)

const until = async (
  crew: Crew,
  what: string,
  fits: (view: LiveView) => boolean,
  withinMs = 20_000,
): Promise<LiveView> => {
  const limit = performance.now() + withinMs
  for (;;) {
    const view = await statusOf(crew)
    if (fits(view)) return view
    if (performance.now() > limit) throw new Error(`waited ${withinMs} ms in vain for ${what}`)
    await wait(50)
  }
}

const has = (view: LiveView, platform: Platform, state: string): boolean =>
  view.platforms[platform]?.state === state

/** More bytes than these, at this ingest. */
const receive = async ({ ingests }: Crew, platform: Platform, bytes: number): Promise<void> => {
  const { ledger } = ingests[platform]
  const wanted = ledger.bytes + bytes
  const limit = performance.now() + 20_000
  while (ledger.bytes < wanted) {
    if (performance.now() > limit) throw new Error(`${platform} does not receive`)
    await wait(50)
  }
}

const tellState = ({ story }: Crew, platform: Platform, view: PlatformView | undefined): void => {
  const { status, state, attempt, attempts_max: max, error_code: code, error } = view!
  const why = code === null ? '' : `, ${code}: ${error}`
  story.tell(ROOM, `${platform} is ${status} (${state}, attempt ${attempt} of ${max}${why})`)
}

const begin = async (crew: Crew, keys: Readonly<Record<Platform, string>>): Promise<void> => {
  const { product, story, rooms, ingests, livekit } = crew
  const { id } = await product.post<{ id: string }>('/api/rooms', { handle: ROOM, monitor: false })
  rooms.set(id, ROOM)
  for (const platform of BOTH) {
    const { server, url } = ingests[platform]
    const body = JSON.stringify({ url, key: keys[platform] })
    await product.ask(`/api/rooms/${ROOM}/destinations/${platform}`, { method: 'PUT', body })
    story.tell('stand-in', `${platform} is played by ${server} on ${url}`)
  }
  livekit.room(ROOM)
  story.tell(
    'stand-in',
    `LiveKit is played on ${livekit.origin}, and ffmpeg publishes for it; somebody is in the room`,
  )
  const started = await product.post<LiveView>('/api/live/start', { room: ROOM, platforms: 'both' })
  story.tell('demo', `POST /api/live/start {"room":"${ROOM}","platforms":"both"} → ${started.session_id}`)
  const live = await until(crew, 'both being live', (view) => BOTH.every((name) => has(view, name, 'live')))
  for (const platform of BOTH) tellState(crew, platform, live.platforms[platform])
  await Promise.all(BOTH.map((platform) => receive(crew, platform, 30_000)))
  for (const platform of BOTH) {
    story.tell('stand-in', `${platform} has received ${kilobytes(ingests[platform].ledger.bytes)}`)
  }
}

/** One platform goes away for a while; from when until when. */
const outage = async (crew: Crew): Promise<readonly [number, number]> => {
  const { story, ingests } = crew
  const { youtube, twitch } = ingests
  const before = youtube.ledger.bytes
  const from = Date.now()
  await twitch.down()
  story.tell('stand-in', 'twitch goes away: connections reset, nobody listens')
  const troubled = await until(
    crew,
    'twitch being in trouble',
    ({ platforms }) => platforms['twitch']?.status === 'error',
  )
  tellState(crew, 'twitch', troubled.platforms['twitch'])
  tellState(
    crew,
    'twitch',
    (await until(crew, 'twitch waiting', (view) => has(view, 'twitch', 'backoff'))).platforms['twitch'],
  )
  await wait(Math.max(0, OUTAGE_MS - (Date.now() - from)))
  tellState(crew, 'youtube', (await statusOf(crew)).platforms['youtube'])
  story.tell('stand-in', `youtube has received ${kilobytes(youtube.ledger.bytes - before)} meanwhile`)
  await twitch.up()
  story.tell('stand-in', 'twitch is back on the same port')
  const recovered = await until(crew, 'twitch being live again', (view) => has(view, 'twitch', 'live'))
  tellState(crew, 'twitch', recovered.platforms['twitch'])
  await receive(crew, 'twitch', 15_000)
  return [from, Date.now()]
}

const end = async (crew: Crew): Promise<LiveView> => {
  const { product, story } = crew
  await product.post('/api/live/stop', { room: ROOM })
  story.tell('demo', `POST /api/live/stop {"room":"${ROOM}"}`)
  const stopped = await until(crew, 'both being stopped', (view) =>
    BOTH.every((platform) => has(view, platform, 'stopped')),
  )
  for (const platform of BOTH) tellState(crew, platform, stopped.platforms[platform])
  await wait(200)
  return stopped
}

/** True when everything was seen that this is about. */
export const goOnAir = async (crew: Crew): Promise<boolean> => {
  const { story, ingests, livekit, product } = crew
  const keys = { youtube: streamKey(), twitch: streamKey() }
  await begin(crew, keys)
  const first = (await statusOf(crew)).platforms['youtube']?.egress_id
  const [from, to] = await outage(crew)
  const second = (await statusOf(crew)).platforms['youtube']?.egress_id
  await end(crew)

  const { youtube, twitch } = ingests
  const [gap, hole] = [youtube, twitch].map(({ ledger }) => ledger.longestSilenceMs(from, to))
  const starts = livekit.truth.callsOf('StartEgress').length
  story.tell(
    ROOM,
    `youtube: ${kilobytes(youtube.ledger.bytes)} in ${youtube.ledger.publications.length} connection, longest silence ${gap} ms · ` +
      `twitch: ${kilobytes(twitch.ledger.bytes)} in ${twitch.ledger.publications.length}, away for ${hole} ms · ${starts} starts`,
  )
  const checks: readonly (readonly [boolean, string])[] = [
    [gap! < GAP_MS, 'youtube had a gap'],
    [youtube.ledger.publications.length === 1, 'youtube was connected to more than once'],
    [first === second, 'youtube got another egress'],
    [hole! > OUTAGE_MS - GAP_MS, 'twitch was not away'],
    [youtube.ledger.keys.join() === keys.youtube, 'youtube got another key'],
    [twitch.ledger.keys.join() === keys.twitch, 'twitch got another key'],
    [livekit.truth.doubles().length === 0, 'two egresses lived with one address'],
    [livekit.truth.running().length === 0, 'something is still on air'],
    [youtube.ledger.onAir.length + twitch.ledger.onAir.length === 0, 'somebody still publishes'],
    [!BOTH.some((platform) => product.output.includes(keys[platform])), 'a key was printed'],
  ]
  for (const [is, otherwise] of checks) if (!is) story.tell(ROOM, `DOES NOT MATCH: ${otherwise}`)
  return checks.every(([is]) => is)
}
