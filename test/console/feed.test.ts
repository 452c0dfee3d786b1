// The feed of a room while it records, as a person follows it: paused, searched, walked by keyboard, and when the
// server goes away and comes back.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { freePort } from '../_support/free-port.ts'
import { openHouse, type House } from '../_support/product-house.ts'
import { person } from '../_support/tiktok/standin.ts'
import { buildConsole } from './stage.ts'
import { visit, type Visit } from './visit.ts'

let house: House
let v: Visit
beforeAll(async () => {
  buildConsole()
  house = await openHouse({ env: { PORT: String(await freePort()) } })
  v = await visit(house.product)
})
afterAll(async () => {
  expect(v?.wrong).toEqual([])
  await v?.close()
  await house?.close()
})

const lines = () => v.page.locator('.line')
const line = (text: string) => v.page.getByRole('article').filter({ hasText: text })

describe('the feed of a room that is recorded', () => {
  it('follows, is paused by the keyboard, keeps what comes meanwhile, and goes on with all of it', async () => {
    const creator = await house.record('feed.room')
    creator.say('first words', person(1))
    await v.open('/rooms/feed.room')
    await line('first words').waitFor()
    for (let n = 1; n <= 60; n += 1) creator.say(`line ${n}.`, person(n))
    await line('line 60.').waitFor()
    await v.page.getByRole('feed').focus()
    await v.page.keyboard.press('ArrowUp')
    const resume = v.page.getByRole('button', { name: /go on/i }).last()
    await resume.waitFor()
    await v.page.keyboard.press('PageUp')
    await v.page.keyboard.press('PageUp')
    await expect
      .poll(() => v.page.locator('.line:focus').allTextContents())
      .toEqual([expect.stringMatching(/line [1-4]?\d\./)])
    for (let n = 61; n <= 90; n += 1) creator.say(`line ${n}.`, person(n))
    await v.page.getByRole('button', { name: '30 new lines · go on' }).waitFor()
    expect(await line('line 61.').count()).toBe(0)
    await resume.click()
    await line('line 90.').waitFor()
    await v.page.locator('[role=feed]:focus').waitFor()
    // From following at the end to the very first line, which is not drawn yet.
    await v.page.keyboard.press('Home')
    await v.page.locator('.line:focus[aria-posinset="1"]').waitFor()
    await v.page.getByRole('searchbox', { name: /search/i }).fill('line 7')
    await expect.poll(() => lines().count()).toBe(11)
    creator.end()
    await house.archived('feed.room')
  })
})

describe('a server that is gone', () => {
  it('leaves the lines there, is named, and when it is back they go on without a gap', async () => {
    const creator = await house.record('gone.room')
    creator.say('before it went', person(1))
    await v.open('/rooms/gone.room')
    await line('before it went').waitFor()
    await house.product.kill()
    await v.page.getByText('The connection is lost. What was missed comes when it is back.').waitFor()
    expect(await line('before it went').count()).toBe(1)
    await house.product.start()
    await house.tiktok.watched('gone.room')
    creator.say('after it was back', person(2))
    await line('after it was back').waitFor()
    expect(await line('before it went').count()).toBe(1)
    creator.end()
    await house.archived('gone.room')
  })
})
