// What a room says of its session, on the simulated machine.

import { afterEach, describe, expect, it } from 'vitest'
import { CONTROL } from '../simulation/fake-tiktok.ts'
import { play, record, until } from '../simulation/plays.ts'
import type { Scene } from '../simulation/steps.ts'

let scene: Scene
afterEach(() => scene.house.close())

const said = () => {
  const status = scene.house.rooms.find(scene.room)
  const evidence = scene.house.rooms.diagnose(scene.room)?.evidence.status
  return { own: status?.session?.id, asked: evidence?.session?.id, last: status?.lastSessionId }
}

describe('the session of a room', () => {
  it('is shown until it is archived, and as the last one from then on', () => {
    scene = play()
    record(scene).send(CONTROL.ended)
    until(scene, 'draining')
    scene.house.time.advance(1)
    expect(scene.house.rooms.find(scene.room)?.state).toBe('draining')
    expect(said()).toEqual({ own: 's1', asked: 's1', last: null })
    until(scene, 'cooldown')
    expect(said()).toEqual({ own: undefined, asked: undefined, last: 's1' })
  })
})
