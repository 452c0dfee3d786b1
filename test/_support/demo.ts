// The demo: the product in a process of its own, against stand-ins of TikTok, LiveKit and two platforms, with four
// rooms: three are recorded, one goes on air.
// It ends by itself with 0 when every receipt matches what was sent, else with 1. `--keep` leaves both running.

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { followFacts, type Fact } from './demo/facts.ts'
import { Product } from './product.ts'
import { HANDLES, play } from './demo/scenario.ts'
import { startStory } from './demo/story.ts'
import { freePort } from './free-port.ts'
import { livekitEnv } from './livekit/env.ts'
import { startFfmpeg } from './livekit/ffmpeg.ts'
import { startLiveKit } from './livekit/standin.ts'
import { startNodeMediaServer } from './rtmp/node-media-server.ts'
import { startSecond } from './rtmp/second.ts'
import { runScript } from './tiktok/script.ts'
import { startTikTok } from './tiktok/standin.ts'

/** Short, so that in a minute everything happens that takes an evening otherwise. */
const SHORT = {
  WATCH_INTERVAL_MS: '1000',
  HEARTBEAT_INTERVAL_MS: '1000',
  SILENCE_TIMEOUT_MS: '8000',
  RESUME_WINDOW_MS: '30000',
  DRAIN_TIMEOUT_MS: '3000',
  COOLDOWN_MS: '2000',
  SIGN_REQUESTS_PER_MINUTE: '120',
}
/** LiveKit gives a platform up after one and a half seconds instead of thirty. */
const LIVEKIT_SCALE = 0.05
const SHORT_EGRESS = {
  EGRESS_BACKOFF_BASE_MS: '500',
  EGRESS_BACKOFF_CAP_MS: '2000',
  EGRESS_STABLE_MS: '1000',
}

const keep = process.argv.includes('--keep')
const story = startStory((line) => console.log(line), process.stdout.isTTY)
const rooms = new Map<string, string>()

/** Looks are too many to tell, and what a state change means is told by the facts around it; there are no assets. */
const QUIET: ReadonlySet<string> = new Set([
  'room.looked',
  'room.state_changed',
  'outbound.state_changed',
  'livekit.event',
  'asset.sweep_done',
])

const tell = (fact: Fact) => {
  if (QUIET.has(fact.name)) return
  const body = Object.entries(fact.body)
    .filter(([, value]) => ['string', 'number', 'boolean'].includes(typeof value))
    .map(([key, value]) => `${key}=${String(value)}`)
  const whose = fact.roomId === null ? 'product' : (rooms.get(fact.roomId) ?? 'product')
  story.tell(whose, [fact.name, fact.sessionId, ...body].filter((part) => part !== null).join(' '))
}

const dataDir = await mkdtemp(join(tmpdir(), 'roomkeeper-demo-'))
const tiktok = await startTikTok()
const ingests = { youtube: await startNodeMediaServer(), twitch: await startSecond() }
const livekit = await startLiveKit({ scale: LIVEKIT_SCALE, engine: await startFfmpeg() })
const port = String(await freePort())
const product = new Product({
  dataDir,
  env: {
    ...tiktok.env,
    ...SHORT,
    ...livekitEnv(livekit, Object.values(ingests)),
    ...SHORT_EGRESS,
    // LiveKit reports to the public address, so it is known before the product listens; a kill does not change it.
    PORT: port,
    PUBLIC_URL: `http://127.0.0.1:${port}`,
  },
})

const leave = async (code: number): Promise<never> => {
  await product.stop()
  await Promise.all([tiktok.close(), livekit.close(), ingests.youtube.close(), ingests.twitch.close()])
  await rm(dataDir, { recursive: true, force: true })
  process.exit(code)
}
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void leave(130))

let matched = false
try {
  story.tell('stand-in', `TikTok and the sign server are played on ${tiktok.origin}`)
  await product.start()
  story.tell('product', `Roomkeeper answers on ${product.origin} (process ${product.pid})`)
  const facts = followFacts(product, tell)
  matched = await play({ tiktok, livekit, ingests, product, facts, story, rooms })
  if (!keep) facts.stop()
} catch (error) {
  story.tell('demo', `it went wrong: ${error instanceof Error ? error.message : String(error)}`)
  if (product.log !== '') story.tell('product', `the end of its log:\n${product.log}`)
}

if (keep) {
  for (const [seed, handle] of HANDLES.entries()) {
    tiktok.creator(handle).goLive()
    runScript(tiktok.creator(handle), { chatsPerSecond: 5, likesPerSecond: 3, giftsPerSecond: 1, seed })
  }
  story.chapter(
    `The three are on air again and stay. Open ${product.origin} with this token: ${product.token}`,
  )
  story.tell('demo', 'Ctrl+C ends it')
} else {
  await leave(matched ? 0 : 1)
}
