import { describe, expect, it } from 'vitest'
import { CONTROL } from './fake-tiktok.ts'
import { judge, judgeAtRest } from './oracle.ts'
import { ends, factsOf, play, stage } from './plays.ts'
import { heal } from './steps.ts'
import { randomOf } from './virtual-time.ts'

const DAY_MS = 86_400_000

describe('24 hours of one room', () => {
  it('with flapping, pauses, silences, crashes and deploys: each recording is one session, nothing piles up', () => {
    const scene = play({
      seed: 24,
      settings: { watchIntervalMs: 60_000, resumeWindowMs: 120_000, manualCooldownMs: 900_000 },
    })
    const { house, handle } = scene
    const random = randomOf(24)
    const sockets = () => house.tiktok.openSockets(handle)
    let broadcast = 1
    const began = performance.now()
    while (house.time.ms < DAY_MS) {
      const chance = random()
      if (chance < 0.009)
        stage(scene).broadcastId = stage(scene).broadcastId === null ? `${broadcast++}` : null
      else if (chance < 0.06) for (const socket of sockets()) socket.close(1_006)
      else if (chance < 0.066) for (const socket of sockets()) socket.stalled = true
      else if (chance < 0.07) for (const socket of sockets()) socket.send(CONTROL.paused)
      else if (chance < 0.08) for (const socket of sockets()) socket.send(CONTROL.unpaused)
      else if (chance < 0.085) {
        for (const socket of sockets()) socket.send(CONTROL.ended)
        stage(scene).broadcastId = null
      } else if (chance < 0.095) house.tiktok.look = random() < 0.5 ? 'unknown' : 'truth'
      else if (chance < 0.105) house.tiktok.connect = random() < 0.5 ? 'network' : 'ok'
      else if (chance < 0.106) {
        house.kill()
        house.time.advance(3_000)
        house.boot()
      } else if (chance < 0.107) {
        house.leave()
        house.time.advance(3_000)
        house.boot()
      } else for (const socket of sockets()) socket.send()
      house.time.advance(Math.floor(random() * 20_000))
    }
    judge(house)
    heal(scene)
    judgeAtRest(house)
    const seconds = (performance.now() - began) / 1_000
    const reasons = new Set(ends(scene))
    expect(ends(scene).length).toBeGreaterThan(10)
    expect(reasons.size).toBeGreaterThan(3)
    expect(house.boots).toBeGreaterThan(2)
    expect(factsOf(scene, 'session.resumed').length).toBeGreaterThan(20)
    expect(factsOf(scene, 'room.quarantined')).toEqual([])
    console.info(
      `24 hours in ${seconds.toFixed(1)} s: ${ends(scene).length} sessions, ${house.tiktok.sockets.length} connections, ${house.boots} boots, ended as ${[...reasons].join(', ')}`,
    )
  }, 400_000)
})
