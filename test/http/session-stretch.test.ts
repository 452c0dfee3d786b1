import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startHarness, type Harness } from './harness.ts'
import { eventId, seedSession, T0 } from './seed.ts'

let h: Harness
beforeAll(async () => {
  h = await startHarness()
  const room = await h.addRoom('stretch.room')
  await seedSession(h, { no: 1, roomId: room.id, events: 1_234 })
  await seedSession(h, { no: 2, roomId: room.id, events: 3 })
})
afterAll(() => h.stop())

const seqs = async (query: string) => {
  const { json } = await h.ask('GET', `/api/sessions/s1/events?limit=500&${query}`)
  return (json['items'] as readonly { id: string }[]).map(({ id }) => Number(BigInt(id) - eventId(1, 0)))
}

describe('a stretch of a session', () => {
  it('has the events that arrived in it, forwards and backwards, within other bounds', async () => {
    const stretch = `from=${T0 + 10}&to=${T0 + 13}`
    expect(await seqs(stretch)).toEqual([10, 11, 12])
    expect(await seqs(`${stretch}&order=desc`)).toEqual([12, 11, 10])
    expect(await seqs(`${stretch}&after=${eventId(1, 11)}`)).toEqual([12])
    expect(await seqs(`from=${T0 + 1_232}`)).toEqual([1_232, 1_233, 1_234])
  })

  it('is empty before the first event and after the last', async () => {
    expect(await seqs(`to=${T0 + 1}`)).toEqual([])
    expect(await seqs(`from=${T0 + 1_235}`)).toEqual([])
  })

  it('has numbers of its own beside the totals of the whole', async () => {
    const { json } = await h.ask('GET', `/api/sessions/s1/stats?from=${T0 + 10}&to=${T0 + 13}`)
    expect(json).toMatchObject({ totals: { chats: 1_234 }, perMinute: [{ chats: 3 }] })
  })

  it('is refused by name when it is not a time', async () => {
    const { status, json } = await h.ask('GET', '/api/sessions/s1/events?from=soon')
    expect([status, json['field']]).toEqual([400, '/from'])
  })
})
