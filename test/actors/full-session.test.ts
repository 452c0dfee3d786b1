// A session whose numbers run out, on the simulated machine.

import { afterEach, describe, expect, it } from 'vitest'
import { House } from '../simulation/house.ts'

let house: House
afterEach(() => house.close())

const sessions = () =>
  house.disk.read('SELECT no, broadcast_id, end_reason, ended_at, secondary_json FROM sessions ORDER BY no')

describe('a session that is full', () => {
  it('is ended and the same broadcast goes on in another one at once, without a rest', () => {
    house = new House({ tuning: { sessionFullAt: 5, staleLiveMs: 60_000 } })
    house.boot()
    const room = house.admit('endless')
    house.tiktok.stage('endless').broadcastId = '7000'
    house.time.advance(12_000)
    const socket = () => house.tiktok.openSockets('endless').at(-1)!
    const first = socket()
    for (let sent = 0; sent < 4; sent += 1) first.send()
    house.time.advance(1_500)
    expect(sessions()).toMatchObject([{ end_reason: null }])

    for (let sent = 0; sent < 3; sent += 1) first.send()
    house.time.advance(3_000)
    expect(first.open).toBe(false)
    expect(house.rooms.find(room)?.state).toBe('live.receiving')
    expect(sessions()).toMatchObject([
      { broadcast_id: '7000', end_reason: 'broadcast_changed', secondary_json: '[]' },
      { broadcast_id: '7000', end_reason: null },
    ])
    const ending = house.disk.facts.find(({ name }) => name === 'session.ending')
    expect(ending?.body).toMatchObject({ reason: 'broadcast_changed' })
    expect(house.disk.events.map(({ sessionNo }) => sessionNo)).toEqual([1, 1, 1, 1, 1, 1, 1])

    // What follows is the new session's, and that one is not full.
    socket().send()
    house.time.advance(2_000)
    expect(sessions()).toMatchObject([{}, { end_reason: null }])
    expect(house.disk.events.at(-1)?.sessionNo).toBe(2)
  })
})
