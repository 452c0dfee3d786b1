// The rooms of the demo: one that is well-behaved, one that drops and comes back, one whose archive is interrupted
// by kill -9, and one that goes on air. It says what it does, and what the product says about it.

import { setTimeout as wait } from 'node:timers/promises'
import { runScript, type Running } from '../tiktok/script.ts'
import { person, type Creator, type TikTok } from '../tiktok/standin.ts'
import type { Fact, Facts } from './facts.ts'
import { goOnAir, type Crew } from './on-air.ts'
import { receiptOf, type Expected } from './receipt.ts'

export interface Stagehand extends Crew {
  readonly tiktok: TikTok
  readonly facts: Facts
}

const STEADY = 'steady.ana'
const FLAKY = 'flaky.bo'
const KILLED = 'killed.cleo'
export const HANDLES = [STEADY, FLAKY, KILLED] as const

const RATES = {
  chatsPerSecond: 8,
  likesPerSecond: 4,
  joinsPerSecond: 2,
  giftsPerSecond: 1,
  viewersEveryMs: 2_000,
}

const ofRoom = (hand: Stagehand, handle: string, name: string) => (fact: Fact) =>
  fact.name === name && fact.roomId !== null && hand.rooms.get(fact.roomId) === handle

const seen = (hand: Stagehand, handle: string, name: string, withinMs = 15_000) =>
  hand.facts.until(`${name} of ${handle}`, ofRoom(hand, handle, name), withinMs)

/** A room on air and recorded, with a script running. */
const begin = async (hand: Stagehand, handle: string, seed: number): Promise<readonly [Creator, Running]> => {
  const creator = hand.tiktok.creator(handle)
  creator.goLive({ title: `${handle} is on air` })
  const { id } = await hand.product.get<{ id: string }>(`/api/rooms/${handle}`)
  hand.rooms.set(id, handle)
  await Promise.all([hand.tiktok.watched(handle), seen(hand, handle, 'session.opened')])
  return [creator, runScript(creator, { ...RATES, seed })]
}

const expect = (creator: Creator, gaps: number, diamonds: number | null): Expected => ({
  handle: creator.handle,
  broadcastId: creator.broadcastId ?? '',
  reason: 'stream_end',
  gaps,
  diamonds,
})

const steady = async (hand: Stagehand): Promise<Expected> => {
  const { story } = hand
  const [creator, script] = await begin(hand, STEADY, 1)
  await wait(2_500)
  story.tell('stand-in', `${STEADY}: a streak of 23 roses, frame by frame`)
  await creator.streak(person(7), '5655', { counts: [1, 3, 8, 15, 23], gapMs: 250 })
  creator.pause()
  story.tell('stand-in', `${STEADY}: pauses`)
  await wait(1_000)
  creator.unpause()
  story.tell('stand-in', `${STEADY}: goes on`)
  await wait(3_000)
  script.stop()
  creator.end()
  story.tell('stand-in', `${STEADY}: says that the stream has ended`)
  await seen(hand, STEADY, 'session.archived')
  return expect(creator, 0, creator.gifts.diamonds)
}

/** Back on the socket: what was said meanwhile, and how much of it the history of the connect answer gave. */
const tellReturn = async ({ tiktok, story }: Stagehand, saidBefore: number, missedBefore: number) => {
  await tiktok.watched(FLAKY)
  const said = tiktok.truth.entries({ handle: FLAKY }).length - saidBefore
  const missed = tiktok.truth.missed({ handle: FLAKY }).length - missedBefore
  story.tell('stand-in', `${FLAKY}: it is back; of ${said} messages meanwhile ${missed} were heard by nobody`)
}

const flaky = async (hand: Stagehand): Promise<Expected> => {
  const { story, tiktok } = hand
  const [creator, script] = await begin(hand, FLAKY, 2)
  creator.historySize = 40
  await wait(3_000)
  tiktok.fault('sign', { kind: 'status', status: 502, handle: FLAKY, times: 1 })
  await creator.mishaps.dropHard()
  let said = tiktok.truth.entries({ handle: FLAKY }).length
  story.tell(
    'stand-in',
    `${FLAKY}: connection reset; the sign server answers 502 once; the chat goes on unheard`,
  )
  await tellReturn(hand, said, 0)
  await wait(3_000)
  const missed = tiktok.truth.missed({ handle: FLAKY }).length
  creator.mishaps.dropSoft()
  said = tiktok.truth.entries({ handle: FLAKY }).length
  story.tell('stand-in', `${FLAKY}: connection closed; the next connect answer repeats the last 40 messages`)
  await tellReturn(hand, said, missed)
  await wait(3_000)
  script.stop()
  creator.end()
  story.tell('stand-in', `${FLAKY}: says that the stream has ended`)
  await seen(hand, FLAKY, 'session.archived')
  return expect(creator, 2, null)
}

/** Runs alone at the end, so that the kill leaves no trace in the sessions of the others. */
const killed = async (hand: Stagehand): Promise<Expected> => {
  const { story, product, tiktok } = hand
  const [creator, script] = await begin(hand, KILLED, 3)
  await wait(3_000)
  script.stop()
  // A socket whose other side does not answer the close keeps the session draining: time enough to kill.
  const viewer = await tiktok.watched(KILLED)
  viewer.deafen()
  creator.end()
  story.tell('stand-in', `${KILLED}: says that the stream has ended, and does not let go of the socket`)
  await seen(hand, KILLED, 'session.ending')
  const { pid } = product
  await product.kill()
  story.tell('demo', `kill -9 ${pid}, in the middle of ending that session`)
  await wait(500)
  await product.start()
  story.tell('product', `is back as process ${product.pid}, on the same data`)
  await seen(hand, KILLED, 'session.archived', 20_000)
  return expect(creator, 0, creator.gifts.diamonds)
}

/** Everything in order; true when every receipt matches what was sent. */
export const play = async (hand: Stagehand): Promise<boolean> => {
  const { story } = hand
  for (const handle of HANDLES) {
    hand.tiktok.creator(handle)
    await hand.product.post('/api/rooms', { handle })
    story.tell('demo', `POST /api/rooms {"handle":"${handle}"}`)
  }
  story.chapter('Two broadcasts at once: one is well-behaved, one drops and comes back')
  const first = await Promise.all([steady(hand), flaky(hand)])
  story.chapter('A third is killed while it is being ended')
  const expected = [...first, await killed(hand)]

  story.chapter('Receipts, against what was really sent')
  let matched = true
  for (const one of expected) {
    const { line, wrong } = await receiptOf(hand.product, hand.tiktok, one)
    story.tell(one.handle, line)
    for (const reason of wrong) story.tell(one.handle, `DOES NOT MATCH: ${reason}`)
    matched &&= wrong.length === 0
  }
  story.chapter('A LiveKit room goes on air on two platforms, and one of them goes away')
  const seen = await goOnAir(hand)
  story.chapter('In the end')
  story.tell('demo', matched ? 'every message that was sent is accounted for' : 'something does not match')
  story.tell(
    'demo',
    seen ? 'youtube never noticed that twitch was away, and twitch came back' : 'going on air does not match',
  )
  return matched && seen
}
