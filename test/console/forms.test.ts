// Dialogs and forms while their requests are on their way: they are not left, say how it ended, and send what was
// changed in them and nothing else.

import type { Page, Route } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openHouse, type House } from '../_support/product-house.ts'
import { acquireBrowser } from '../_support/browser.ts'
import { buildConsole } from './stage.ts'
import { visiting, type Visit, type VisitOptions } from './visit.ts'

let house: House
let browser: Awaited<ReturnType<typeof acquireBrowser>>
beforeAll(async () => {
  buildConsole()
  // Held for the whole file, so that a window does not start a browser each time.
  browser = await acquireBrowser()
  house = await openHouse({ env: { MANUAL_COOLDOWN_MS: '600000' } })
})
afterAll(async () => {
  await browser?.release()
  await house?.close()
})

const withVisit = (options: VisitOptions, act: (v: Visit) => Promise<void>) =>
  visiting(house.product, options, act)

/** Requests like this wait until they are let go, to the server or to what is answered instead. */
const hold = async (page: Page, method: string, path: string, answer?: Parameters<Route['fulfill']>[0]) => {
  const { promise, resolve } = Promise.withResolvers<void>()
  const isIt = (url: URL | string): boolean => new URL(url).pathname === path
  await page.route(isIt, async (route) => {
    if (route.request().method() !== method) return route.continue()
    await promise
    await (answer === undefined ? route.continue() : route.fulfill(answer))
  })
  const asked = page.waitForRequest((request) => request.method() === method && isIt(request.url()))
  return { asked, letGo: resolve }
}

/** Tries all ways out of the dialog that is open. */
const tryToLeave = async (page: Page): Promise<void> => {
  for (let presses = 0; presses < 4; presses += 1) await page.keyboard.press('Escape')
  await page.mouse.click(4, 4)
  for (const name of ['Close', 'Cancel']) {
    const button = page.getByRole('dialog').getByRole('button', { name })
    if ((await button.count()) > 0) expect(await button.isDisabled()).toBe(true)
  }
  // Nor does it stay closed when the browser closes it, as it may when somebody goes back on a phone.
  await page.evaluate(`document.querySelector('dialog').close()`)
  await page.locator('dialog[open]').waitFor()
}

describe('a dialog', () => {
  it('is not left while its request runs: what only the answer has is shown', async () => {
    await withVisit({}, async (v) => {
      const { page } = v
      await v.open('/rooms')
      const adding = await hold(page, 'POST', '/api/rooms')
      await page.getByRole('button', { name: 'Add rooms' }).first().click()
      const dialog = page.getByRole('dialog')
      await dialog.getByRole('textbox').fill('@held.one, @held.two')
      await dialog.getByRole('button', { name: 'Add 2 rooms' }).click()
      await adding.asked
      await tryToLeave(page)
      adding.letGo()
      await dialog.getByText('rk_ow_').nth(1).waitFor()
      await page.keyboard.press('Escape')
      await dialog.waitFor({ state: 'detached' })
    })
  })

  it('says why it was refused, and leads nobody away who went elsewhere meanwhile', async () => {
    const { id } = await house.add('held.room', { monitor: false })
    await withVisit({}, async (v) => {
      const { page } = v
      await v.open('/sessions')
      await page.getByRole('link', { name: 'Rooms', exact: true }).click()
      await page.locator('a[href="/rooms/held.room"]').first().click()
      await page.getByRole('button', { name: 'More', exact: true }).click()
      await page.getByRole('menuitem', { name: 'Remove', exact: true }).click()
      const dialog = page.getByRole('dialog')
      const remove = dialog.getByRole('button', { name: 'Remove', exact: true })
      const path = `/api/rooms/${id}`
      const refusal = { status: 503, json: { code: 'too_much', title: 'Too much at once.' } }
      const refused = await hold(page, 'DELETE', path, refusal)
      await remove.click()
      await refused.asked
      await tryToLeave(page)
      refused.letGo()
      await dialog.getByText('Too much at once.').waitFor()
      await page.unrouteAll()
      const taken = await hold(page, 'DELETE', path)
      await remove.click()
      await taken.asked
      await page.evaluate('history.go(-2)')
      await page.getByRole('heading', { level: 1, name: 'Sessions' }).waitFor()
      taken.letGo()
      await page.getByText('@held.room was removed').waitFor()
      expect(new URL(page.url()).pathname).toBe('/sessions')
    })
  })

  it('sends only what was changed in it, whatever others changed meanwhile', async () => {
    const { id } = await house.add('shared.room')
    await withVisit({}, async (v) => {
      const { page } = v
      await v.open('/rooms/shared.room')
      await page.getByRole('button', { name: 'More', exact: true }).click()
      await page.getByRole('menuitem', { name: 'Settings of the room' }).click()
      const dialog = page.getByRole('dialog')
      expect(await dialog.getByLabel('Watch this room').isChecked()).toBe(true)
      const path = `/api/rooms/${id}`
      const heard = page.waitForResponse(
        async (one) => one.url().endsWith(path) && (await one.text()).includes('"monitor":false'),
      )
      await house.product.patch(path, { monitor: false })
      await heard
      await dialog.getByLabel('Name', { exact: true }).fill('Another name')
      const sent = page.waitForRequest((request) => request.method() === 'PATCH')
      await dialog.getByRole('button', { name: 'Save' }).click()
      expect((await sent).postDataJSON()).toEqual({ displayName: 'Another name' })
      await dialog.waitFor({ state: 'detached' })
    })
  })
})
