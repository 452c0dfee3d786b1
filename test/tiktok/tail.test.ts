// The tail: what was sent right before a close is received, in order, whoever closes and however.

import * as Effect from 'effect/Effect'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Connection, TikTok } from '../../src/tiktok/tiktok.ts'
import { startTikTok, type Creator, type TikTok as StandIn } from '../_support/tiktok/standin.ts'
import { connectorAt } from '../_support/tiktok/unmodified.ts'
import { listener, pushed, serviceAt, spec, until, using } from './kit.ts'

const SESSIONS = Number(process.env['TAIL_SESSIONS'] ?? 100)
const FRAMES = 20
const AT_ONCE = 10

type Finish = (
  creator: Creator,
  connection: Connection,
  plain: { disconnect: () => Promise<void> },
) => Promise<void>

const SCENARIOS: Readonly<Record<string, Finish>> = {
  'control 3, then the close': async (creator) => {
    creator.end()
    creator.mishaps.dropSoft(1000)
  },
  'the server closes right after': async (creator) => creator.mishaps.dropSoft(1001),
  // Once the stand-in's system has sent everything: a reset throws away what is still on the sender's side.
  'TCP reset right after': (creator) => creator.mishaps.dropHard(),
  'we finish with frames in flight': async (_creator, connection, plain) => {
    const gone = plain.disconnect()
    await Effect.runPromise(connection.finish(60_000))
    await gone
  },
}

let standIn: StandIn

beforeAll(async () => {
  standIn = await startTikTok({ history: 0 })
})
afterAll(() => standIn.close())

const misplaced = (sent: readonly string[], received: readonly string[]): number => {
  const order = new Map(sent.map((id, index) => [id, index]))
  const places = received.map((id) => order.get(id) ?? -1)
  return places.filter((place, index) => index > 0 && place < (places[index - 1] ?? -1)).length
}

const ours = { sent: 0, lost: 0, doubled: 0, misplaced: 0, late: 0, closes: 0 }
const plainly = { received: 0, lost: 0, misplaced: 0 }

const session = async (tiktok: TikTok['Service'], handle: string, finish: Finish): Promise<void> => {
  const creator = standIn.creator(handle)
  const broadcastId = creator.goLive()
  const heard = listener()
  const plain = connectorAt(standIn.origin, handle, {
    fetchRoomInfoOnConnect: false,
    processInitialData: false,
  })
  const plainIds: string[] = []
  const plainGone = new Promise<void>((done) => plain.once('disconnected', () => done()))
  plain.on('chat', (chat) => plainIds.push(chat.common?.msgId ?? ''))
  const [connection] = await Promise.all([
    Effect.runPromise(tiktok.connect(spec(handle, broadcastId), heard)),
    plain.connect(broadcastId),
  ])
  await until(() => creator.audience.length === 2, 'both are on the socket')
  const messages = creator.compose((c) => {
    for (let i = 0; i < FRAMES; i += 1) c.say(`${i} ${'round the houses '.repeat(40)}`)
  })
  creator.send(messages, { messagesPerFrame: 1 })
  await finish(creator, connection, plain)
  await Promise.all([heard.closed, plainGone])
  // The plain connector still decodes what it has taken: it may finish everything that it ever will.
  await new Promise((done) => setTimeout(done, 30))
  const sent = messages.map((message) => message.msgId)
  const received = pushed(heard).filter((id) => sent.includes(id))
  ours.sent += sent.length
  ours.lost += sent.filter((id) => !received.includes(id)).length
  ours.doubled += received.length - new Set(received).size
  ours.misplaced += misplaced(sent, received)
  ours.late += heard.late()
  ours.closes += heard.closes.length
  plainly.received += plainIds.length
  plainly.lost += sent.filter((id) => !plainIds.includes(id)).length
  plainly.misplaced += misplaced(sent, plainIds)
}

const sessions = async (tiktok: TikTok['Service'], name: string, finish: Finish): Promise<string> => {
  const before = { ...plainly }
  const numbers = Array.from({ length: SESSIONS }, (_, n) => n)
  const prefix = name.replaceAll(/\W/g, '').slice(0, 8).toLowerCase()
  const worker = async () => {
    for (let n = numbers.shift(); n !== undefined; n = numbers.shift()) {
      await session(tiktok, `tail${prefix}${n}`, finish)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
  const lost = plainly.lost - before.lost
  return `${name}: the plain connector lost ${lost} of ${SESSIONS * FRAMES}, ${plainly.misplaced - before.misplaced} out of order`
}

it('every frame before a close arrives once and in order, in four kinds of close, where the plain connector loses some', async () => {
  const table = await using(serviceAt(standIn), (tiktok) =>
    Effect.promise(async () => {
      const rows: string[] = []
      for (const [name, finish] of Object.entries(SCENARIOS)) rows.push(await sessions(tiktok, name, finish))
      return rows
    }),
  )
  console.info(
    `tail: ours lost ${ours.lost} of ${ours.sent}, ${ours.misplaced} out of order\n${table.join('\n')}`,
  )
  const all = SESSIONS * FRAMES * 4
  expect(ours).toEqual({ sent: all, lost: 0, doubled: 0, misplaced: 0, late: 0, closes: SESSIONS * 4 })
  expect(plainly.received).toBeGreaterThan(0)
  expect(plainly.received + plainly.lost).toBe(all)
  expect(standIn.fired('socket.dropped_hard')).toBeGreaterThanOrEqual(SESSIONS)
  expect(standIn.fired('socket.dropped_soft')).toBeGreaterThanOrEqual(SESSIONS)
}, 400_000)
