// A room that is sent out, as a room: removed only when it is off air, with its keys; renamed without losing its
// LiveKit room; its destinations changed while they are on air; seen as machines and numbers.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { withDatabase } from '../_support/product-database.ts'
import { openStudio, type LiveView, type Studio } from '../_support/product-studio.ts'

let studio: Studio
beforeAll(async () => {
  studio = await openStudio()
})
afterAll(() => studio.close())

const request = async (method: string, path: string, body?: unknown) => {
  const response = await studio.product.request(path, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  return { status: response.status, json: (text === '' ? {} : JSON.parse(text)) as Record<string, unknown> }
}

describe('a room that is sent out', () => {
  it('is not removed while it is on air, and takes its keys with it when it is', async () => {
    const id = await studio.add('leaver')
    await studio.start('leaver')
    await studio.live('leaver')
    expect(await request('DELETE', '/api/rooms/leaver')).toMatchObject({
      status: 409,
      json: { code: 'destination_in_use' },
    })
    expect(await request('DELETE', '/api/rooms/leaver/destinations/twitch')).toMatchObject({
      status: 409,
      json: { code: 'destination_in_use' },
    })
    await studio.stop('leaver', 'twitch')
    await studio.reaches('leaver', 'twitch', 'stopped')
    expect((await request('DELETE', '/api/rooms/leaver/destinations/twitch')).status).toBe(204)
    expect((await studio.platform('leaver', 'youtube')).state).toBe('live')
    await studio.stop('leaver')
    await studio.reaches('leaver', 'youtube', 'stopped')
    const gone = await studio.house.until('the room being removed', async () => {
      const answer = await request('DELETE', '/api/rooms/leaver')
      return answer.status === 204 ? answer : null
    })
    expect(gone.status).toBe(204)
    await withDatabase(studio.product.dataDir, async ({ rows }) => {
      expect(await rows(`SELECT * FROM destinations WHERE room_id = '${id}'`)).toEqual([])
      expect(await rows(`SELECT * FROM livekit_rooms WHERE room_id = '${id}'`)).toEqual([])
    })
  })

  it('keeps its LiveKit room when its handle changes, on air and off', async () => {
    await studio.add('before')
    await studio.start('before', 'youtube')
    const { egress_id } = await studio.reaches('before', 'youtube', 'live')
    expect((await request('POST', '/api/rooms/before/rename', { handle: 'after' })).status).toBe(200)
    expect((await request('GET', '/api/rooms/after/livekit')).json).toMatchObject({ name: 'before' })
    const view = await studio.status('after')
    expect(view).toMatchObject({ handle: 'after', livekit_room: 'before' })
    expect(view.platforms['youtube']).toMatchObject({ state: 'live', egress_id })
    await studio.stop('after')
    await studio.reaches('after', 'youtube', 'stopped')
    await studio.start('after', 'youtube')
    await studio.reaches('after', 'youtube', 'live')
    expect(
      studio.livekit.truth.calls.filter(({ method, room }) => method === 'StartEgress' && room === 'after'),
    ).toEqual([])
    await studio.stop('after')
    await studio.reaches('after', 'youtube', 'stopped')
  })

  it('takes a new key from the next attempt on, and a destination more while others are on air', async () => {
    await studio.add('adder')
    await studio.start('adder', 'youtube')
    const { egress_id } = await studio.reaches('adder', 'youtube', 'live')
    await studio.put('adder', 'youtube', { key: 'a-new-youtube-key-0001' })
    expect((await studio.platform('adder', 'youtube')).egress_id).toBe(egress_id)
    await studio.start('adder', ['youtube', 'twitch'])
    await studio.reaches('adder', 'twitch', 'live')
    expect((await studio.platform('adder', 'youtube')).egress_id).toBe(egress_id)
    studio.livekit.platform('youtube').drop()
    await studio.stop('adder', 'youtube')
    await studio.reaches('adder', 'youtube', 'stopped')
    await studio.start('adder', 'youtube')
    await studio.reaches('adder', 'youtube', 'live')
    expect(studio.livekit.platform('youtube').onAir.map(({ key }) => key)).toEqual(['a-new-youtube-key-0001'])
    expect(studio.doubles).toEqual([])
  })

  it('is seen as machines, actors and numbers', async () => {
    const { json } = await request('GET', '/api/machines')
    const counts = Object.fromEntries(
      (json['items'] as { id: string; counts: Record<string, number> }[]).map((one) => [one.id, one.counts]),
    )
    expect(counts['egress']?.['live']).toBe(2)
    expect(counts['outbound']?.['live']).toBe(1)
    const { room } = (await request('GET', '/api/live/status?room=adder')).json as unknown as LiveView
    const list = await request('GET', '/api/live/status')
    expect((list.json['items'] as LiveView[]).map(({ handle }) => handle)).toContain('adder')
    const actor = await request('GET', `/api/machines/${room}`)
    expect(actor.json).toMatchObject({ machine: 'room' })
    const metrics = await (await studio.product.request('/metrics')).text()
    expect(metrics).toMatch(/^roomkeeper_destinations\{platform="twitch",state="live"\} 1$/m)
    expect(metrics).toMatch(/^roomkeeper_egress_attempts_total\{platform="youtube"\} [1-9]/m)
    expect(metrics).toMatch(/^roomkeeper_livekit_requests_total\{method="start"\} [1-9]/m)
  })

  it('leaves one row in the audit for each command, by whom and on which platforms', async () => {
    const { json } = await request('GET', '/api/audit?limit=500')
    const rows = json['items'] as { action: string; outcome: string; actor: string; ip: string | null }[]
    const actions = new Set(rows.filter(({ outcome }) => outcome === 'done').map(({ action }) => action))
    for (const action of [
      'destination.set',
      'destination.remove',
      'live.start',
      'live.stop',
      'room.rename',
    ]) {
      expect(actions).toContain(action)
    }
    for (const row of rows) expect(row.ip === null || row.ip.includes('127.0.0.1')).toBe(true)
    expect((await request('GET', '/api/audit/verify')).json['brokenAt']).toBeNull()
  })
})
