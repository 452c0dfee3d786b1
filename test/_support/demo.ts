// The demo: the product in a process of its own, against a stand-in of TikTok, with three rooms.
// It ends by itself with 0 when every receipt matches what was sent, else with 1. `--keep` leaves both running.

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { followFacts, type Fact } from './demo/facts.ts'
import { Product } from './product.ts'
import { HANDLES, play } from './demo/scenario.ts'
import { startStory } from './demo/story.ts'
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

const keep = process.argv.includes('--keep')
const story = startStory((line) => console.log(line), process.stdout.isTTY)
const rooms = new Map<string, string>()

/** Looks are too many to tell, and what a state change means is told by the facts around it. */
const QUIET: ReadonlySet<string> = new Set(['room.looked', 'room.state_changed'])

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
const product = new Product({ dataDir, keepsPort: true, env: { ...tiktok.env, ...SHORT } })

const leave = async (code: number): Promise<never> => {
  await product.stop()
  await tiktok.close()
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
  matched = await play({ tiktok, product, facts, story, rooms })
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
