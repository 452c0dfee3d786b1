import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openHouse, type House } from '../_support/product-house.ts'
import { startNetProxy } from '../_support/net-proxy.ts'
import { acquireBrowser } from '../_support/browser.ts'
import { freePort } from '../_support/free-port.ts'
import { buildConsole, HOSTILE } from './stage.ts'
import { visit, visiting, type Visit, type VisitOptions } from './visit.ts'

let house: House
let browser: Awaited<ReturnType<typeof acquireBrowser>>
beforeAll(async () => {
  buildConsole()
  // Held for the whole file, so that a window does not start a browser each time.
  browser = await acquireBrowser()
  house = await openHouse({ env: { PORT: String(await freePort()), MANUAL_COOLDOWN_MS: '600000' } })
})
afterAll(async () => {
  await browser?.release()
  await house?.close()
})

const withVisit = (options: VisitOptions, act: (v: Visit) => Promise<void>) =>
  visiting(house.product, options, act)

describe('a person at the console', () => {
  it('signs in, adds a room and stops it with the keyboard alone', async () => {
    house.tiktok.creator('keys.only').goLive()
    await withVisit({ token: null }, async (v) => {
      const { page } = v
      await v.open('/rooms')
      // The field has the focus, and Enter sends.
      await page.keyboard.type(house.product.token)
      await page.keyboard.press('Enter')
      await page.getByRole('heading', { level: 1, name: 'Rooms' }).waitFor()
      await v.tabTo(/^add rooms/i)
      await page.keyboard.press('Enter')
      await page.getByRole('dialog').waitFor()
      await page.keyboard.type('@keys.only')
      await v.tabTo(/^add( \d+)?( room| rooms)?$/i)
      await page.keyboard.press('Enter')
      await house.until('the room being added', async () => {
        const answer = await house.product.request('/api/rooms/keys.only')
        return answer.ok
      })
      await house.reaches('keys.only', 'live.receiving')
      // The token of the owner is shown this once, until the dialog is closed.
      await page.getByText('rk_ow_').first().waitFor()
      await page.keyboard.press('Escape')
      await page.getByRole('dialog').waitFor({ state: 'detached' })
      await v.tabTo(/keys\.only/)
      await page.keyboard.press('Enter')
      await page.getByRole('heading', { level: 1, name: /keys\.only/ }).waitFor()
      await v.tabTo(/^stop$/i)
      await page.keyboard.press('Enter')
      await house.reaches('keys.only', 'cooldown')
    })
  })

  it('sees what strangers write as text, and none of it does anything', async () => {
    const creator = await house.record('hostile.room')
    for (const [n, text] of HOSTILE.entries()) {
      creator.say(text, { id: String(900 + n), handle: `harm${n}`, nickname: text.slice(0, 100) })
    }
    const session = await house.recording('hostile.room')
    await house.stored('hostile.room', session)
    await withVisit({}, async (v) => {
      for (const path of ['/rooms/hostile.room', `/sessions/${session}`]) {
        await v.open(path)
        await v.page.getByText('window.__harm = 1').first().waitFor()
        await v.page.getByText('=HYPERLINK(').first().waitFor()
        expect(await v.page.evaluate('globalThis.__harm ?? null')).toBe(null)
        expect(await v.page.locator('script:not([src]), img[src="x"], svg[onload]').count()).toBe(0)
        expect(await v.page.locator('a[href^="javascript:"]').count()).toBe(0)
        expect(await v.overflow()).toBeLessThanOrEqual(0)
      }
    })
  })

  it('is told that the stream is lost, and gets what happened meanwhile when it is back', async () => {
    const proxy = await startNetProxy(Number(new URL(house.product.origin).port))
    const origin = `http://127.0.0.1:${proxy.port}`
    const v = await visit({ origin, token: house.product.token })
    await v.open('/rooms')
    const lists = () => v.requests.filter((request) => new URL(request.url()).pathname === '/api/rooms')
    // What the stream says first makes the page read the list again.
    await house.until('the stream', () => lists().length > 1)
    // Nothing passes, and what was open is reset: the page cannot come back by itself.
    proxy.cutAfter(0)
    proxy.reset()
    const before = v.streams().length
    await v.page
      .getByText(/connection|offline|lost|reconnect/i)
      .first()
      .waitFor()
    await v.shoot('stream-lost')
    await house.add('while.away', { monitor: false })
    expect(await v.page.getByText('while.away').count()).toBe(0)
    proxy.cutAfter(null)
    await v.page.getByText('while.away').first().waitFor()
    expect(v.streams().slice(before).at(-1)).toMatch(/after=\d+|last-event-id: \d+/)
    await v.page
      .getByText(/connection|offline|lost|reconnect/i)
      .first()
      .waitFor({ state: 'detached' })
    expect(proxy.fired('reset')).toBeGreaterThan(0)
    expect(v.wrong).toEqual([])
    await v.close()
    await proxy.close()
  })

  it('goes on after the server was restarted, signed in as before', async () => {
    await withVisit({}, async (v) => {
      await v.open('/rooms')
      await house.product.stop()
      await house.product.start()
      await house.add('after.restart', { monitor: false })
      await v.page.getByText('after.restart').first().waitFor({ timeout: 30_000 })
      expect((await v.context.request.get(`${house.product.origin}/api/me`)).status()).toBe(200)
    })
  })

  it('H09 H31: is asked to sign in again when its token is revoked or expires', async () => {
    const { id, ownerToken = '' } = await house.add('owned.room', { monitor: false })
    await withVisit({ token: ownerToken }, async (v) => {
      await v.open('/rooms')
      await v.page.getByText('owned.room').first().waitFor()
      expect(await v.page.getByText('keys.only').count()).toBe(0)
      const path = `/api/rooms/${id}/tokens/rotate`
      await house.product.post(path)
      await v.page.locator('input[name="token"]').waitFor()
      // Long enough for whoever signs in on a slow machine.
      const { ownerToken: next } = await house.product.post<{ ownerToken: string }>(path, {
        expiresInMs: 15_000,
      })
      await v.page.locator('input[name="token"]').fill(next)
      await v.page.keyboard.press('Enter')
      await v.page.getByText('owned.room').first().waitFor()
      await v.page.locator('input[name="token"]').waitFor()
    })
  })

  it('signs in with a link, once, and the code is gone from the address', async () => {
    const { path } = await house.product.post<{ path: string }>('/api/login/link')
    await withVisit({ token: null }, async (v) => {
      await v.page.goto(house.product.origin + path)
      await v.page.getByRole('heading', { level: 1, name: 'Rooms' }).waitFor()
      expect(v.page.url()).not.toContain('tk_')
    })
    await withVisit({ token: null }, async (v) => {
      await v.page.goto(house.product.origin + path)
      await v.page.locator('input[name="token"]').waitFor()
    })
  })

  it('is led on from the login to a page of ours only', async () => {
    await withVisit({}, async (v) => {
      for (const to of [
        '//evil.example/x',
        '/\\evil.example',
        'https://evil.example/',
        'javascript:alert(1)',
      ]) {
        await v.open(`/login?to=${encodeURIComponent(to)}`)
        await v.page.getByRole('heading', { level: 1, name: 'Rooms' }).waitFor()
        expect(new URL(v.page.url()).pathname).toBe('/rooms')
      }
      await v.open(`/login?to=${encodeURIComponent('/sessions?q=a')}`)
      await v.page.waitForURL(/\/sessions\?q=a$/)
    })
  })

  it('is guarded by the policy: what is no file of ours is not run and not asked for', async () => {
    const v = await visit(house.product)
    await v.open('/rooms')
    const refused = await v.page.evaluate(`new Promise((resolve) => {
      const heard = []
      document.addEventListener('securitypolicyviolation', (event) => {
        heard.push(event.effectiveDirective)
        if (heard.length === 3) resolve(heard.sort())
      })
      const script = document.createElement('script')
      script.textContent = 'globalThis.__harm = 9'
      const image = new Image()
      image.src = 'http://127.0.0.1:9/tracker.png'
      document.head.append(script)
      fetch('http://127.0.0.1:9/leak').catch(() => undefined)
    })`)
    expect(refused).toEqual(['connect-src', 'img-src', 'script-src-elem'])
    expect(await v.page.evaluate('globalThis.__harm ?? null')).toBe(null)
    expect(v.wrong.length).toBeGreaterThan(0)
    await v.close()
  })
})
