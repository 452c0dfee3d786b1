// The page that sends a room out, command by command: the LiveKit room, the ways in, each destination by itself, and
// what it says when a platform refuses or LiveKit does not confirm.

import { TokenVerifier } from 'livekit-server-sdk'
import type { Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openStudio, type LiveView, type Studio } from '../_support/product-studio.ts'
import { buildConsole } from './stage.ts'
import { visit, type Visit } from './visit.ts'

const ROOM = 'lane.room'
const HAUNTED = 'haunted.room'
const OTHER = 'other stage'
const OLD_KEY = 'live_CANARYoldkey_1a1a'
const NEW_KEY = 'live_CANARYnewkey_9z9z'
/** A role, for how many hours, and whether it may send. */
const ROLES = [['publisher', '1', true] as const, ['viewer', '6', false] as const]

let studio: Studio
let v: Visit
beforeAll(async () => {
  buildConsole()
  studio = await openStudio()
  const { house, livekit } = studio
  await studio.add(ROOM, (platform) => (platform === 'twitch' ? OLD_KEY : 'live_CANARYother_2b2b'))
  livekit.room(ROOM).join('guest of this', { publishes: true })
  livekit.room(OTHER).join('guest of the other', { publishes: true })
  await house.add('bare.room', { monitor: false })
  v = await visit(studio.product)
  await v.context.grantPermissions(['clipboard-read', 'clipboard-write'])
})
afterAll(async () => {
  await v?.close()
  await studio?.close()
})

const lane = (name: string) => v.page.getByRole('region', { name, exact: true })
const link = (name: RegExp) => v.page.getByRole('link', { name })
const source = () => v.page.getByRole('region', { name: 'Source', exact: true })
const dialog = () => v.page.getByRole('dialog').last()
const press = (name: string) => v.page.getByRole('button', { name, exact: true }).click()
const answer = (name: string) => dialog().getByRole('button', { name, exact: true }).click()
const sees = (text: string | RegExp, at: Page | Locator = v.page) => at.getByText(text).first().waitFor()
const gone = () => dialog().waitFor({ state: 'detached' })
/** Opens the form of a destination from its menu. */
const change = async (name: string): Promise<void> => {
  await press(`Set up: ${name}`)
  await v.page.getByRole('menuitem', { name: 'Change', exact: true }).click()
}
const destination = async (platform: string) => {
  const path = `/api/rooms/${ROOM}/destinations`
  const { items } = await studio.product.get<{ items: { platform: string; key_last4: string }[] }>(path)
  return items.find((one) => one.platform === platform)
}
/** Sends the form, and its answer says which field is wrong. */
const refused = async (): Promise<void> => {
  await answer('Save')
  await dialog().locator('.field-error').first().waitFor()
}
/** Where a secret may not be: in the page, its fields, what the browser keeps, and addresses. */
const places = async (): Promise<string> => {
  const kept = await v.page.evaluate<string>(`JSON.stringify([localStorage, sessionStorage, location.href,
    [...document.querySelectorAll('input, textarea')].map(({ value }) => value)])`)
  return [await v.page.content(), kept, ...v.requests.map((request) => request.url())].join(' ')
}

describe('the choice of a room', () => {
  it('finds one as one types, says so when there is none or no key, and leads to it', async () => {
    await v.open('/live')
    await link(/@bare\.room/).waitFor()
    await v.page.getByLabel('Find a room').fill('nobody has this')
    await sees('No room is called that.')
    await v.page.getByLabel('Find a room').fill('@lane')
    await link(/@lane\.room/).click()
    await v.page.getByRole('heading', { level: 1, name: /@lane\.room/ }).waitFor()
    await link(/^Other room/).click()
    await link(/@bare\.room/).waitFor()
    await v.open('/live/nobody.here')
    await sees('There is no such room for you.')
    await v.open('/live/bare.room')
    expect(await v.page.getByRole('button', { name: 'Go live', exact: true }).isDisabled()).toBe(true)
    expect(await v.page.getByTitle('Set a stream key first.').count()).toBe(1)
  })
})

describe('where the picture comes from', () => {
  it('is another LiveKit room once one is named, with the people and the ways in of that one', async () => {
    await v.open(`/live/${ROOM}`)
    await sees('guest of this', source())
    // A page that is not seen does not look by itself now and then: it goes by what it hears.
    await v.page.evaluate(`Object.defineProperty(document, 'hidden', { value: true, configurable: true })`)
    await press('Change: LiveKit room')
    const name = source().getByLabel('LiveKit room')
    expect(await name.inputValue()).toBe(ROOM)
    await name.fill('')
    await press('Save')
    await sees(/Expected/, source())
    await press('Cancel')
    await source().locator('button:focus').press('Enter')
    await source().locator('input:focus').fill(OTHER)
    expect(await source().locator('.field-error').count()).toBe(0)
    await press('Save')
    await sees(OTHER, source())
    expect(await studio.product.get(`/api/rooms/${ROOM}/livekit`)).toMatchObject({ name: OTHER })
    await sees('guest of the other', source())
    expect(await source().getByText('guest of this').count()).toBe(0)
    await v.page.evaluate('delete document.hidden')
    await press('Change: LiveKit room')
    await source().getByLabel('LiveKit room').fill('never')
    await press('Cancel')
    await sees(OTHER, source())
    expect(await studio.product.get(`/api/rooms/${ROOM}/livekit`)).toMatchObject({ name: OTHER })
  })

  it('has a way in by WHIP, one for an identity, which goes after a question', async () => {
    const make = async (): Promise<void> => {
      await press('New ingress')
      await dialog().getByLabel('Protocol').selectOption('whip')
      await dialog().getByLabel('Identity').fill('camera')
      await dialog().getByLabel('Shown name').fill('Camera <b>one</b>')
      await answer('Make')
    }
    await make()
    const token = await dialog().getByLabel('Token').inputValue()
    expect(token).toBe(studio.livekit.ingresses[0]?.streamKey)
    expect(await dialog().getByLabel('Server').inputValue()).toMatch(/^http:.*\/w/)
    await dialog().getByRole('button', { name: 'Close' }).last().click()
    await sees('Camera <b>one</b>', source())
    expect(await places()).not.toContain(token)
    await make()
    await sees('There is an ingress for this identity; remove it first.', dialog())
    await answer('Cancel')
    await gone()
    for (const said of ['Cancel', 'Remove']) {
      expect(studio.livekit.ingresses).toHaveLength(1)
      await press('Remove the ingress of camera?')
      await sees('Its key stops working at once.', dialog())
      await answer(said)
      await gone()
    }
    await sees('No ingress yet.', source())
    expect(studio.livekit.ingresses).toEqual([])
  })

  it.each(ROLES)('has a token for a %s, shown once, that can do no more', async (role, hours, sends) => {
    await press('Join token')
    await dialog().getByLabel('Identity').fill(`<i>${role}</i>`)
    await dialog().getByLabel('Role').selectOption(role)
    await dialog().getByLabel('Good for').selectOption(hours)
    expect(await v.axe()).toEqual([])
    await answer('Make')
    const token = await dialog().getByLabel('Token').inputValue()
    await sees('Shown only now. Copy it before you close this.', dialog())
    await dialog().getByRole('button', { name: 'Copy' }).last().click()
    await sees('Copied', dialog())
    expect(await v.page.evaluate('navigator.clipboard.readText()')).toBe(token)
    expect(await dialog().getByLabel('Server').inputValue()).toMatch(/^wss?:\/\//)
    const { livekit } = studio
    const claims = await new TokenVerifier(livekit.apiKey, livekit.apiSecret()).verify(token)
    expect(claims.sub).toBe(`<i>${role}</i>`)
    // The SDK looks at the clock for each of them.
    const ttl = Number(claims.exp) - Number(claims.nbf)
    expect([0, 1]).toContain(Number(hours) * 3_600 - ttl)
    const sending = { canPublish: sends, canPublishData: sends, canUpdateOwnMetadata: false }
    expect(claims.video).toEqual({ roomJoin: true, room: OTHER, canSubscribe: true, ...sending })
    await v.page.keyboard.press('Escape')
    await gone()
    expect(await places()).not.toContain(token.slice(-30))
  })
})

describe('a destination', () => {
  beforeAll(async () => {
    // An egress whose node died: nobody ever confirms that it stopped, and the doubt takes some seconds to come.
    await studio.add(HAUNTED)
    await studio.start(HAUNTED, ['youtube'])
    const { egress_id: ghost } = await studio.reaches(HAUNTED, 'youtube', 'live')
    studio.livekit.egress(ghost ?? '').kill()
    await studio.stop(HAUNTED)
  })

  it('gets another key: its end is shown, the old one is gone, and neither is in the page', async () => {
    await sees('set, ends in 1a1a', lane('Twitch'))
    await lane('Twitch').getByRole('button', { name: 'Replace key' }).click()
    const field = dialog().getByLabel('Stream key')
    expect([await field.inputValue(), await field.getAttribute('type')]).toEqual(['', 'password'])
    await field.fill('a/b c')
    await refused()
    expect((await destination('twitch'))?.key_last4).toBe('1a1a')
    await field.fill(NEW_KEY)
    await answer('Save')
    await sees('set, ends in 9z9z', lane('Twitch'))
    expect(await lane('Twitch').getByText('1a1a').count()).toBe(0)
    expect((await destination('twitch'))?.key_last4).toBe('9z9z')
    expect(await places()).not.toMatch(new RegExp(`${OLD_KEY}|${NEW_KEY}`))
  })

  it('is sent what is chosen, as it is chosen, and keeps its key', async () => {
    await change('YouTube')
    await dialog().getByLabel('Layout').selectOption('grid')
    await dialog().getByLabel('Quality').selectOption('720p30')
    await answer('Save')
    await sees('the room, grid', lane('YouTube'))
    await sees('720p30', lane('YouTube'))
    await change('YouTube')
    await dialog().getByLabel('Source').selectOption('participant')
    await refused()
    await dialog().getByLabel('Identity').fill('anna')
    await dialog().getByLabel('Their screen instead of their camera').check()
    await answer('Save')
    await sees('screen of anna', lane('YouTube'))
    expect(await destination('youtube')).toMatchObject({
      key_last4: '2b2b',
      source: { type: 'participant', identity: 'anna', screen_share: true },
      encoding: { preset: '720p30' },
    })
    await change('YouTube')
    await dialog().getByLabel('Source').selectOption('web')
    await dialog().getByLabel('Address of the page').fill('http://127.0.0.1/secret')
    await refused()
    await dialog().getByLabel('Source').selectOption('room')
    await answer('Save')
    await sees(/^the room, /, lane('YouTube'))
  })

  it('is started and stopped alone, then with the rest', async () => {
    await press('Start: YouTube')
    await studio.reaches(ROOM, 'youtube', 'live')
    await sees('Accepted by the platform and stable.', lane('YouTube'))
    expect((await studio.status(ROOM)).platforms['twitch']).toBeUndefined()
    await press('Start the rest')
    await studio.reaches(ROOM, 'twitch', 'live')
    expect(studio.livekit.platform('twitch').onAir.map(({ key }) => key)).toEqual([NEW_KEY])
    await press('Stop: YouTube')
    await studio.reaches(ROOM, 'youtube', 'stopped')
    expect((await studio.platform(ROOM, 'twitch')).state).toBe('live')
    await press('Stop all')
    await studio.stopped(ROOM)
  })

  it('whose platform refuses the key says what to do, and goes on with the right one', async () => {
    const twitch = studio.livekit.platform('twitch')
    twitch.ofKey.set(NEW_KEY, 'reject')
    twitch.words = ({ url, key }) => `NetStream.Publish.BadName ${key} at ${url}`
    await press('Start: Twitch')
    await studio.reaches(ROOM, 'twitch', 'failed')
    await sees(/most likely the stream key is wrong\./, lane('Twitch'))
    await sees(/Given up after [1-9] attempts\./, lane('Twitch'))
    await sees('Copy the stream key from the platform again, then retry.', lane('Twitch'))
    await sees('Twitch of @lane.room was given up')
    expect(await places()).not.toContain(NEW_KEY)
    await lane('Twitch').getByRole('button', { name: 'Replace key' }).click()
    await dialog().getByLabel('Stream key').fill(OLD_KEY)
    await answer('Save')
    await sees('set, ends in 1a1a', lane('Twitch'))
    await press('Try now: Twitch')
    await studio.reaches(ROOM, 'twitch', 'live')
    expect(twitch.onAir.map(({ key }) => key)).toEqual([OLD_KEY])
    await sees('live.retry')
    await press('Stop all')
    await studio.reaches(ROOM, 'twitch', 'stopped')
  })
})

describe('an egress that nobody confirms to have stopped', () => {
  it('is left alone until a person insists, who is told what that means', async () => {
    const { livekit, product } = studio
    await studio.until(HAUNTED, 'youtube', 'doubted', ({ error_code: code }) => code === 'stop_unconfirmed')
    // The server offers it after a minute of doubt; here the page is told so at once.
    const status = /\/api\/live\/status\?room=/
    await v.page.route(status, async (route) => {
      const response = await route.fetch()
      const live = (await response.json()) as LiveView
      const youtube = { ...live.platforms['youtube'], allowed: ['start?force', 'stop'] }
      await route.fulfill({ response, json: { ...live, platforms: { ...live.platforms, youtube } } })
    })
    const born = () => livekit.truth.lives.flatMap(({ room, egressId }) => (room === HAUNTED ? egressId : []))
    await v.open(`/live/${HAUNTED}`)
    await sees('LiveKit does not confirm that the egress has stopped.', lane('YouTube'))
    await sees(/^Look whether the platform still receives/, lane('YouTube'))
    expect(await v.page.getByRole('button', { name: 'Start: YouTube', exact: true }).count()).toBe(0)
    await press('Start anyway: YouTube')
    await sees(/YouTube may see two publishers on one key/, dialog())
    expect(await v.axe()).toEqual([])
    await answer('Cancel')
    await gone()
    expect(born()).toHaveLength(1)
    await press('Start anyway: YouTube')
    await v.page.unroute(status)
    await answer('Start anyway')
    const { egress_id: next } = await studio.reaches(HAUNTED, 'youtube', 'live')
    expect(born().slice(1)).toEqual([next])
    await sees('Accepted by the platform and stable.', lane('YouTube'))
    const { items } = await product.get<{ items: { detail: string | null }[] }>(
      '/api/audit?action=live.start',
    )
    expect(items.filter(({ detail }) => detail === 'forced')).toHaveLength(1)
    expect([v.wrong, studio.doubles]).toEqual([[], []])
  })
})
