import * as Effect from 'effect/Effect'
import * as Result from 'effect/Result'
import { createActor, setup, type PromiseActorLogic } from 'xstate'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { fromEffect, machineClock, STALL_MS, type Fork } from '../../src/actors/bridge.ts'
import { randomOf, VirtualTime } from '../simulation/virtual-time.ts'

class Refused extends Error {}

const time = new VirtualTime()
const fork: Fork = Effect.runForkWith(time.context(randomOf(1)))
afterEach(() => time.forget())

const run = (effect: Effect.Effect<string, Refused>) => {
  const actor = createActor(
    fromEffect(
      (work) => fork(work),
      (_input: string) => effect,
    ),
    { input: 'x' },
  )
  const ended: unknown[] = []
  actor.subscribe({ complete: () => ended.push('complete'), error: (error) => ended.push(error) })
  actor.start()
  return { actor, ended }
}

describe('an Effect as an actor', () => {
  it('is done with its success as a Result', () => {
    const { actor } = run(Effect.delay(Effect.succeed('done'), 10))
    expect(actor.getSnapshot().status).toBe('active')
    time.advance(10)
    expect(actor.getSnapshot().status).toBe('done')
    expect(actor.getSnapshot().output).toEqual(Result.succeed('done'))
  })

  it('is done with its typed failure as a Result, which is no error of the actor', () => {
    const refused = new Refused('no')
    const { actor } = run(Effect.fail(refused))
    expect(actor.getSnapshot().output).toEqual(Result.fail(refused))
  })

  it('fails with a defect', () => {
    const { actor, ended } = run(Effect.die(new Error('a bug')))
    expect(actor.getSnapshot().status).toBe('error')
    expect(String(ended[0])).toContain('a bug')
  })

  it('interrupts the effect when it is stopped, and its finalizer runs', () => {
    let released = false
    const { actor } = run(
      Effect.as(Effect.never, '').pipe(
        Effect.ensuring(
          Effect.sync(() => {
            released = true
          }),
        ),
      ),
    )
    actor.stop()
    time.settle()
    expect(released).toBe(true)
    expect(actor.getSnapshot().status).toBe('stopped')
  })

  it('tells nobody of an effect that ends after the actor was stopped', () => {
    const warned = vi.spyOn(console, 'warn').mockImplementation(() => {})
    const { actor, ended } = run(Effect.uninterruptible(Effect.delay(Effect.succeed('late'), 10)))
    actor.stop()
    time.advance(20)
    expect(actor.getSnapshot().status).toBe('stopped')
    expect(ended).toEqual(['complete'])
    expect(warned).not.toHaveBeenCalled()
    warned.mockRestore()
  })

  it('ends a machine that invokes it when it dies, and the machine tells its observer', () => {
    const errors: unknown[] = []
    const machine = setup({ actors: { work: {} as PromiseActorLogic<Result.Result<never>, string> } })
      .createMachine({ invoke: { src: 'work', input: 'x' } })
      .provide({
        actors: {
          work: fromEffect(
            (work) => fork(work),
            () => Effect.delay(Effect.die('broken'), 5),
          ),
        },
      })
    const actor = createActor(machine)
    actor.subscribe({ error: (error) => errors.push(error) })
    actor.start()
    time.advance(5)
    expect(actor.getSnapshot().status).toBe('error')
    expect(errors).toEqual(['broken'])
  })
})

describe("a machine's clock", () => {
  const clock = machineClock(fork, () => time.ms)

  it("runs on Effect's time and can be cleared", () => {
    const heard: string[] = []
    clock.setTimeout(() => heard.push('first'), 100)
    const second: unknown = clock.setTimeout(() => heard.push('second'), 200)
    time.advance(150)
    clock.clearTimeout(second)
    time.advance(1_000)
    expect(heard).toEqual(['first'])
  })

  it('does not count time in which the process stood still', () => {
    const heard: number[] = []
    const from = time.ms
    clock.setTimeout(() => heard.push(time.ms - from), 10_000)
    time.advance(4_000)
    time.stall(60_000)
    expect(heard).toEqual([])
    time.advance(10_000)
    expect(heard).toEqual([74_000])
  })

  it('takes no notice of the small delays of every day', () => {
    const heard: number[] = []
    const from = time.ms
    clock.setTimeout(() => heard.push(time.ms - from), 100)
    time.stall(100 + STALL_MS / 2)
    expect(heard).toEqual([100 + STALL_MS / 2])
  })
})
