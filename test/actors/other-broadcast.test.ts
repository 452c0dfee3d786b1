// The sign server answers with another broadcast than the one the looks say is on air, on the simulated machine.

import * as Effect from 'effect/Effect'
import { afterEach, expect, it } from 'vitest'
import { House } from '../simulation/house.ts'

let house: House
afterEach(() => house.close())

it('T31: a broadcast that another one answers for is not believed for a while: no session, few sign requests', () => {
  house = new House()
  const { service } = house.tiktok
  const { connect } = service
  let others = 0
  Object.assign(service, {
    connect: (...[spec, listener]: Parameters<typeof connect>) =>
      Effect.map(connect(spec, listener), (connection) => {
        if (spec.broadcastId !== '7000') return connection
        others += 1
        return { ...connection, broadcastId: '7001' }
      }),
  })
  house.boot()
  const room = house.admit('moved')
  house.tiktok.stage('moved').broadcastId = '7000'
  house.time.advance(50_000)
  expect(others).toBe(1)
  expect(house.rooms.find(room)?.state).toBe('watching')
  expect(house.tiktok.openSockets('moved')).toEqual([])
  expect(house.disk.read('SELECT no FROM sessions')).toEqual([])

  // The looks come to know it too.
  house.tiktok.stage('moved').broadcastId = '7001'
  house.time.advance(60_000)
  expect(house.rooms.find(room)?.state).toBe('live.receiving')
  expect(house.disk.read('SELECT broadcast_id FROM sessions')).toEqual([{ broadcast_id: '7001' }])
})
