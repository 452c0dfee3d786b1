import * as Effect from 'effect/Effect'
import { describe, expect, it } from 'vitest'
import { makeChain } from '../../src/actors/chain.ts'
import { DbError } from '../../src/domain/errors.ts'
import { randomOf, VirtualTime } from '../simulation/virtual-time.ts'

const failure = (kind: DbError['kind']) => new DbError({ kind, outcome: 'failed', message: 'no' })

const setup = () => {
  const time = new VirtualTime()
  const fork = Effect.runForkWith(time.context(randomOf(1)))
  const written: string[] = []
  const fenced: DbError[] = []
  const chain = makeChain(fork, (error) => fenced.push(error))
  const write = (name: string, ms = 5) =>
    Effect.delay(
      Effect.sync(() => void written.push(name)),
      ms,
    )
  return { time, fork, written, fenced, chain, write }
}

describe('a chain of writes', () => {
  it('keeps their order, one after the other', () => {
    const { time, written, chain, write } = setup()
    chain.push(write('slow', 50))
    chain.push(write('quick', 1))
    time.advance(20)
    expect(written).toEqual([])
    expect(chain.size()).toBe(2)
    time.advance(100)
    expect(written).toEqual(['slow', 'quick'])
    expect(chain.size()).toBe(0)
  })

  it('tries a write until it succeeds, with pauses that grow to five seconds, before the next has its turn', () => {
    const { time, written, chain, write } = setup()
    const tries: number[] = []
    let sick = true
    chain.push(
      Effect.suspend(() => {
        tries.push(time.ms)
        return sick ? Effect.fail(failure('full')) : write('at last')
      }),
    )
    chain.push(write('after it'))
    time.advance(60_000)
    expect(written).toEqual([])
    expect(chain.lastError()?.kind).toBe('full')
    const pauses = tries.slice(1).map((at, index) => at - (tries[index] ?? 0))
    expect(pauses.slice(0, 4)).toEqual([100, 200, 400, 800])
    expect(Math.max(...pauses)).toBe(5_000)
    sick = false
    time.advance(6_000)
    expect(written).toEqual(['at last', 'after it'])
    expect(chain.lastError()).toBeNull()
  })

  it('gives up what waits when another owner has the room, and says so once', () => {
    const { time, written, fenced, chain, write } = setup()
    chain.push(Effect.delay(Effect.fail(failure('fenced')), 5))
    chain.push(write('never'))
    time.advance(10_000)
    expect(fenced.length).toBe(1)
    expect(written).toEqual([])
    expect(chain.size()).toBe(0)
  })

  it('lets those who wait for it go on when it is empty, at once when it is', () => {
    const { time, fork, chain, write } = setup()
    expect(fork(chain.idle).pollUnsafe()).toBeDefined()
    chain.push(write('one'))
    const waiting = fork(chain.idle)
    time.advance(4)
    expect(waiting.pollUnsafe()).toBeUndefined()
    time.advance(1)
    expect(waiting.pollUnsafe()).toBeDefined()
  })

  it('gives up what is left when it is stopped, and nobody waits for it any more', () => {
    const { time, fork, written, chain, write } = setup()
    chain.push(write('cut off', 100))
    const waiting = fork(chain.idle)
    chain.stop()
    time.advance(1_000)
    expect(written).toEqual([])
    expect(waiting.pollUnsafe()).toBeDefined()
  })
})
