import * as Effect from 'effect/Effect'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Fact } from '../../src/domain/facts.ts'
import { startHarness, type Harness } from './harness.ts'

let h: Harness
beforeAll(async () => {
  h = await startHarness()
})
afterAll(() => h.stop())

const look = (roomId: string, at: number): Fact => ({
  name: 'room.looked',
  at,
  roomId,
  sessionId: null,
  body: { answer: 'offline' },
})

describe('the facts of a room', () => {
  it('are its own, newest first, in pages that together hold each once', async () => {
    const room = await h.addRoom('told.room')
    const other = await h.addRoom('other.room')
    const facts = [1, 2, 3, 4, 5].flatMap((at) => [look(room.id, at), look(other.id, at)])
    await Effect.runPromise(h.db.database.write({ statements: [], facts }))
    const seen: number[] = []
    let cursor = ''
    do {
      const { status, json } = await h.ask('GET', `/api/rooms/told.room/facts?limit=2${cursor}`)
      expect(status).toBe(200)
      const items = json['items'] as readonly { at: number; name: string; roomId: string }[]
      expect(items.every(({ roomId }) => roomId === room.id)).toBe(true)
      seen.push(...items.filter(({ name }) => name === 'room.looked').map(({ at }) => at))
      cursor = json['next'] === null ? '' : `&cursor=${String(json['next'])}`
    } while (cursor !== '')
    expect(seen).toEqual([5, 4, 3, 2, 1])
  })

  it('are not shown to the owner of another room', async () => {
    const mine = await h.addRoom('mine.room')
    const answer = await h.ask('GET', '/api/rooms/told.room/facts', { token: mine.token })
    expect([answer.status, answer.json['code']]).toEqual([404, 'room_unknown'])
    expect((await h.ask('GET', '/api/rooms/mine.room/facts', { token: mine.token })).status).toBe(200)
  })
})
