import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openStage, ROOMS, type Stage } from './stage.ts'
import { visit, type Visit } from './visit.ts'

let stage: Stage
let v: Visit
beforeAll(async () => {
  stage = await openStage()
  v = await visit(stage.studio.product)
})
afterAll(async () => {
  await v?.close()
  await stage?.close()
})

/** Every view: its name, where it is, and something that is only there when it has what it shows. */
const views = (): readonly (readonly [name: string, path: string, shows: string])[] => [
  ['rooms', '/rooms', `@${ROOMS.live}`],
  ['room-live', `/rooms/${ROOMS.live}`, ROOMS.live],
  ['room-off', `/rooms/${ROOMS.off}`, ROOMS.off],
  ['room-unknown', '/rooms/nobody.here', ''],
  ['sessions', '/sessions', ROOMS.archived],
  ['session', `/sessions/${stage.archived}`, ROOMS.archived],
  ['live', '/live', ROOMS.onAir],
  ['live-room', `/live/${ROOMS.onAir}`, 'YouTube'],
  ['assets', '/assets', 'Hero'],
  ['machines', '/machines', ''],
  ['machines-room', `/machines/${ROOMS.live}`, ''],
  ['system', '/system', ''],
  ['reference', '/reference?request=room.start', '/api/rooms/{room}/start'],
  ['reference-problems', '/reference?view=problems', 'room_exists'],
]

/** Everything that is wrong with a view, so that one run shows it all. */
const look = async (name: string, path: string, shows: string): Promise<readonly string[]> => {
  const { page } = v
  const wrong: string[] = []
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' })
  await page.setViewportSize({ width: 1280, height: 800 })
  await v.open(path)
  if (shows !== '') await page.getByText(shows).first().waitFor()
  const headings = await page.locator('h1').count()
  if (headings !== 1) wrong.push(`${headings} first headings`)
  for (const violation of await v.axe()) wrong.push(`light: ${violation}`)
  await v.shoot(`${name}-light`)
  await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' })
  await v.shoot(`${name}-dark`)
  await page.setViewportSize({ width: 360, height: 740 })
  for (const violation of await v.axe()) wrong.push(`dark, 360 px: ${violation}`)
  const overflow = await v.overflow()
  if (overflow > 0) wrong.push(`${overflow} px wider than a phone`)
  await v.shoot(`${name}-dark-360`)
  return [...wrong, ...v.wrong.splice(0)]
}

describe('every view, in light and in dark, large and on a phone', () => {
  const names = [
    'rooms',
    'room-live',
    'room-off',
    'room-unknown',
    'sessions',
    'session',
    'live',
    'live-room',
    'assets',
    'machines',
    'machines-room',
    'system',
    'reference',
    'reference-problems',
  ]
  it.each(names)('%s shows what it has, without a violation, an error or a foreign request', async (name) => {
    const view = views().find(([one]) => one === name)
    expect(view).toBeDefined()
    const [, path = '', shows = ''] = view ?? []
    expect(await look(name, path, shows)).toEqual([])
  })

  it('the page to sign in is there for somebody who is not', async () => {
    const stranger = await visit(stage.studio.product, {
      token: null,
      theme: 'dark',
      width: 360,
      height: 740,
    })
    await stranger.open('/rooms')
    await stranger.page.locator('input[name="token"]').waitFor()
    expect(await stranger.axe()).toEqual([])
    expect(await stranger.overflow()).toBeLessThanOrEqual(0)
    await stranger.shoot('login-dark-360')
    expect(stranger.wrong).toEqual([])
    await stranger.close()
  })
})

describe('what a page says', () => {
  const soon = <T>(look: () => Promise<T>) => expect.poll(look, { timeout: 30_000 })

  it('is what its address asks for, also when the rail leads to the same page without it', async () => {
    for (const [place, path] of [
      ['Assets', '/assets'],
      ['Go live', '/live'],
    ] as const) {
      await v.open(`${path}?q=nobody-has-this`)
      const field = v.page.locator('main input[type=search]')
      expect(await field.inputValue()).toBe('nobody-has-this')
      await v.page.getByRole('navigation').getByRole('link', { name: place, exact: true }).click()
      await soon(() => field.inputValue()).toBe('')
    }
  })

  it('of what is on air is nothing at all until it is known', async () => {
    const status = /\/api\/live\/status\?room=/
    const asked = Promise.withResolvers<void>()
    await v.page.route(status, (route) =>
      asked.promise.then(() =>
        route.fulfill({ status: 503, json: { code: 'busy', title: 'Too busy now.' } }),
      ),
    )
    const known = v.page.waitForResponse(/\/destinations$/)
    const people = v.page.waitForResponse(/\/livekit\/participants$/)
    await v.page.goto(`${stage.studio.product.origin}/live/${ROOMS.onAir}`)
    await Promise.all([known.then((answer) => answer.finished()), people])
    const told = v.page.locator('main .chip, main .lane, main .studio-commands button')
    expect(await told.count()).toBe(0)
    asked.resolve()
    await v.page.getByRole('button', { name: 'Try again' }).waitFor()
    expect(await told.count()).toBe(0)
    await v.page.unroute(status)
    await v.page.getByRole('button', { name: 'Try again' }).click()
    await v.page.getByRole('button', { name: 'Stop all', exact: true }).waitFor()
  })

  it('of an asset in its sheet is what is heard of it, and that it is gone', async () => {
    const { product } = stage.studio
    const { items } = await product.get<{ items: { id: string; display_name: string }[] }>(
      '/api/s3/resources',
    )
    const { id } = items.find(({ display_name: name }) => name.includes('Hero')) ?? { id: '' }
    const [path, sheet] = [`/api/s3/resources/${id}`, v.page.locator('dialog.sheet')]
    // Nothing but the sheet shows it: the list is of other assets.
    await v.open(`/assets?type=music&asset=${id}`)
    await sheet.getByText('private', { exact: true }).waitFor()
    await product.patch(path, { visibility: 'public' })
    await sheet.getByText('public', { exact: true }).waitFor()
    await product.ask(path, { method: 'DELETE' })
    await sheet.getByText('It is not there any more.').waitFor()
    expect(await sheet.getByRole('button', { name: 'Delete' }).count()).toBe(0)
  })
})
