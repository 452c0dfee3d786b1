// Lists of egresses and what is read of each: whole or not at all, in the order of LiveKit's own clock.

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  find,
  info,
  json,
  KEY,
  listActive,
  stop,
  STREAM_URL,
  Twirp,
  twirpError,
  type Reply,
} from './twirp.ts'

const server = new Twirp()
beforeAll(() => server.listen())
afterAll(() => server.close())
beforeEach(() => server.reset())

const item = (n: number): Record<string, unknown> =>
  info({ egress_id: `EG_${n}`, status: 'EGRESS_ACTIVE', updated_at: `17000000000000000${n % 10}0` })

/** Pages of 100, of which one may fail. */
const pages =
  (count: number, failing: number | null): Reply =>
  (response, asked) => {
    const token = (asked.body['pageToken'] as { token?: string } | undefined)?.token
    const page = Number(token ?? 0)
    if (page === failing) return twirpError(500, 'internal', 'oops')(response, asked)
    const items = Array.from({ length: Math.min(100, count - page * 100) }, (_, n) => item(page * 100 + n))
    const more = (page + 1) * 100 < count
    json({ items, ...(more && { next_page_token: { token: String(page + 1) } }) })(response, asked)
  }

describe('lists', () => {
  it('L33: 250 egresses on three pages are all there', async () => {
    server.on('ListEgress', pages(250, null))
    const views = await server.run(listActive(null))
    expect(new Set(views.map(({ egressId }) => egressId)).size).toBe(250)
    expect(server.asked.map(({ body }) => body['active'])).toEqual([true, true, true])
  })

  it('L33: a list of which page two fails is no list', async () => {
    server.on('ListEgress', pages(250, 1))
    expect(await server.fails(listActive(null))).toMatchObject({ code: 'internal' })
    expect(server.asked).toHaveLength(2)
  })

  it('L33: a list that leads back into itself is no list', async () => {
    server.on('ListEgress', json({ items: [item(1)], nextPageToken: { token: 'again' } }))
    expect(await server.fails(listActive(null))).toMatchObject({ code: 'bad_answer', mayHaveHappened: false })
  })

  it('L33: a truncated list is no list', async () => {
    const cut: Reply = (response) => response.end(JSON.stringify({ items: [item(1)] }).slice(0, -3))
    server.on('ListEgress', cut)
    expect(await server.fails(listActive(null))).toMatchObject({ code: 'bad_answer' })
  })

  it('L33: an answer that is something else is no list, and nothing in a list is nothing', async () => {
    for (const body of [{ code: 'x', msg: 'y' }, { error: 'x' }, [], null, 'x', { items: null, a: 1 }]) {
      server.on('ListEgress', json(body))
      expect(await server.fails(listActive(null)), JSON.stringify(body)).toMatchObject({ code: 'bad_answer' })
    }
    server.on('ListEgress', json({ items: [{ status: 'EGRESS_ACTIVE' }] }))
    expect(await server.fails(listActive(null))).toMatchObject({ code: 'bad_answer' })
    for (const body of [{}, { items: [] }]) {
      server.on('ListEgress', json(body))
      expect(await server.run(listActive(null))).toEqual([])
    }
  })

  it('holds what has not ended, of the room that was asked for', async () => {
    const items = [
      item(1),
      info({ egress_id: 'EG_2', room_name: 'other', status: 'EGRESS_ACTIVE' }),
      info({ egress_id: 'EG_3', status: 'EGRESS_COMPLETE' }),
      info({ egress_id: 'EG_4', status: 'EGRESS_ENDING' }),
    ]
    server.on('ListEgress', json({ items }))
    const ids = (await server.run(listActive('stage'))).map(({ egressId }) => egressId)
    expect(ids).toEqual(['EG_1', 'EG_4'])
    expect(server.asked[0]?.body).toMatchObject({ roomName: 'stage', active: true })
    expect(await server.run(listActive(null))).toHaveLength(3)
  })

  it('finds one that has ended, and says null of one that is not known', async () => {
    server.on('ListEgress', json({ items: [info({ status: 'EGRESS_FAILED', error_code: 503 })] }))
    expect(await server.run(find('EG_1'))).toMatchObject({ status: 'failed', errorCode: 503 })
    server.on('ListEgress', twirpError(404, 'not_found', 'egress does not exist'))
    expect(await server.run(find('EG_1'))).toBeNull()
    server.on('ListEgress', json({}))
    expect(await server.run(find('EG_1'))).toBeNull()
  })
})

describe('views', () => {
  it('keep nanoseconds apart that a number would make one', async () => {
    const at = (ns: string) => json({ items: [info({ updated_at: ns })] })
    server.on('ListEgress', at('1700000000123456789'))
    const first = await server.run(find('EG_1'))
    server.on('ListEgress', at('1700000000123456790'))
    const second = await server.run(find('EG_1'))
    expect((second?.updatedAtNs ?? 0n) - (first?.updatedAtNs ?? 0n)).toBe(1n)
    expect(Number(second?.updatedAtNs)).toBe(Number(first?.updatedAtNs))
  })

  it('take the later of two views of one egress, in whatever order a list has them', async () => {
    const early = info({ status: 'EGRESS_STARTING', updated_at: '1700000000123456789' })
    const late = info({ status: 'EGRESS_ACTIVE', updated_at: '1700000000123456790' })
    for (const items of [
      [early, late],
      [late, early],
    ]) {
      server.on('ListEgress', json({ items }))
      expect(await server.run(listActive(null))).toMatchObject([{ status: 'active' }])
    }
  })

  it('L26: read a status that nobody knows as unknown, as a word and as a number', async () => {
    for (const status of ['EGRESS_PAUSED', 77]) {
      server.on('ListEgress', json({ items: [info({ status })] }))
      expect(await server.run(find('EG_1'))).toMatchObject({ status: 'unknown' })
    }
    server.on('StopEgress', json(info({ status: 'EGRESS_PAUSED', ended_at: '1700000000000000000' })))
    expect(await server.run(stop('EG_1'))).toMatchObject({ status: 'unknown' })
  })

  it('give times in milliseconds and null for what has not been', async () => {
    const streams = [{ url: 'rtmp://h/a/{abc...xyz}', status: 'FAILED', retries: 2, error: `bad ${KEY}` }]
    server.on(
      'ListEgress',
      json({
        items: [info({ started_at: '1700000000123456789', stream_results: streams, error: STREAM_URL })],
      }),
    )
    server.scrubber.scrub('')
    const view = await server.run(find('EG_1'))
    expect(view).toMatchObject({ startedAt: 1_700_000_000_123, endedAt: null, error: 'rtmps://***' })
    expect(view?.streams).toMatchObject([
      { redactedUrl: 'rtmp://h/a/{abc...xyz}', status: 'failed', startedAt: null, retries: 2 },
    ])
  })
})
