import { expect, it } from 'vitest'
import type { Stats } from '../../../web/src/pages/session/shapes.ts'
import { patient } from '../../../web/src/pages/session/stats.ts'

const setUp = () => {
  const asked: { readonly key: string; readonly answer: (n: number) => void; readonly fail: () => void }[] =
    []
  let at = 0
  const ask = patient(
    (key) =>
      new Promise((done, fail) => {
        asked.push({ key, answer: (n) => done({ n } as unknown as Stats), fail: () => fail(new Error('no')) })
      }),
    () => at,
  )
  return { asked, ask, wait: (ms: number) => (at += ms) }
}
const settle = () => new Promise((done) => setImmediate(done))

it('counting is not asked for twice at the same time', async () => {
  const { asked, ask } = setUp()
  const both = [ask('a', true), ask('a', true)]
  void ask('b', true)
  expect(asked.map(({ key }) => key)).toEqual(['a', 'b'])
  asked[0]?.answer(1)
  expect(await Promise.all(both)).toEqual([{ n: 1 }, { n: 1 }])
})

it('what took long is not counted again soon while the session is open, and at once when it is archived', async () => {
  const { asked, ask, wait } = setUp()
  void ask('a', true)
  wait(3_000)
  asked[0]?.answer(1)
  await settle()
  wait(29_000)
  expect(await ask('a', true)).toEqual({ n: 1 })
  wait(2_000)
  void ask('a', true)
  expect(asked).toHaveLength(2)
  asked[1]?.answer(2)
  await settle()
  void ask('a', false)
  expect(asked).toHaveLength(3)
})

it('what was counted while it was open, or with other parts, is no answer for what it became', async () => {
  const { asked, ask } = setUp()
  void ask('a', true)
  const ended = ask('a', false)
  const whole = ask('a', false, 's2')
  expect(asked).toHaveLength(3)
  for (const [index, { answer }] of asked.entries()) answer(index)
  expect([await ended, await whole]).toEqual([{ n: 1 }, { n: 2 }])
})

it('what failed is asked for again', async () => {
  const { asked, ask } = setUp()
  const first = ask('a', true)
  asked[0]?.fail()
  await expect(first).rejects.toThrow('no')
  await settle()
  void ask('a', true)
  expect(asked).toHaveLength(2)
})
