// The page of the system, by pointing. What it says is held against what the API, a receiver and the store say.

import { Webhook } from 'standardwebhooks'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { says, takes } from '../_support/webhook-receiver.ts'
import { AVATARS, looksRight, openSystem, shownOnce, type SystemStage } from './system-stage.ts'
import { visit, type Visit } from './visit.ts'

let stage: SystemStage
let house: SystemStage['house']
let v: Visit
beforeAll(async () => {
  stage = await openSystem()
  house = stage.house
  v = await visit(house.product)
})
afterAll(async () => {
  await v?.close()
  await stage?.close()
})

const get = <T>(path: string): Promise<T> => house.product.get<T>(path)
const comes = <T>(look: () => Promise<T>) => expect.poll(look, { timeout: 30_000 })
const button = (name: string) => v.page.getByRole('button', { name, exact: true })
const title = (name: string) => v.page.getByRole('heading', { name, exact: true })
const text = (what: string | RegExp) => v.page.getByText(what).first().waitFor()
const row = (table: string, what: string | RegExp) =>
  v.page.getByRole('table', { name: table }).getByRole('row').filter({ hasText: what }).first()
const dialog = () => v.page.getByRole('dialog').last()
const press = (name: string) => dialog().getByRole('button', { name, exact: true }).last().click()
const fill = (label: string, what: string) => v.page.getByLabel(label).last().fill(what)

it('the overview agrees with the API, and goes along when a room comes', async () => {
  await v.open('/system')
  const system = await get<{ version: string; node: string; rooms: Record<string, number> }>('/api/system')
  await v.page.locator('[data-ready=true]').getByText('Ready').waitFor()
  await text(`${system.version} · Node ${system.node}`)
  const shown = () =>
    v.page.evaluate<unknown>(`Object.fromEntries([...document.querySelectorAll('[aria-label=Rooms] .chip')]
      .map((chip) => [chip.dataset.state, Number(chip.querySelector('.chip-says').textContent)]))`)
  await comes(shown).toEqual({ off: 1, watching: 2, 'live.receiving': 1 })
  expect(system.rooms).toMatchObject({ off: 1, watching: 2, 'live.receiving': 1 })
  await house.add('late.room', { monitor: false })
  await looksRight(v)
  await comes(shown).toMatchObject({ off: 2 })
})

describe('webhooks', () => {
  const hook = async () => (await get<{ items: readonly object[] }>('/api/webhooks')).items[0]
  const heard = (type: string) => stage.receiver.heard.filter(({ payload }) => payload.type === type)
  const change = (cooldownMs: number) => house.product.patch('/api/settings', { cooldownMs })

  it('are refused in words where they may not lead, and made with a secret that is shown once', async () => {
    await v.open('/system?tab=webhooks')
    await button('Add a webhook').click()
    await fill('Address', 'http://10.0.0.1/hook')
    await press('Add')
    await text(/Expected a host in the public internet/)
    await fill('Address', stage.receiver.url)
    await fill('Facts', 'asset.vanished')
    await press('Add')
    await text(/Expected 1 to 100 names of facts/)
    await looksRight(v)
    await press('sessions')
    expect(await dialog().getByLabel('Facts').inputValue()).toBe('session.opened\nsession.archived')
    await fill('Facts', 'settings.changed')
    await press('Add')
    stage.receiver.secret = await shownOnce(v, 'Signing secret')
    expect(await hook()).toMatchObject({ name: null, facts: ['settings.changed'], state: 'ready' })
    await looksRight(v)
  })

  it('are tested: the page says what became of it; a new secret signs beside the old one', async () => {
    await button('Send a test').click()
    await text(/^Taken, 200 in \d+ ms\.$/)
    expect(heard('webhook.test')).toMatchObject([{ isGenuine: true }])
    stage.receiver.mood = says(302, { location: stage.receiver.url })
    await button('Send a test').click()
    await text('Not taken: The answer was a redirect, and redirects are not followed.')
    await button('New secret').click()
    await press('New secret')
    const secret = await shownOnce(v, 'Signing secret')
    expect(secret).not.toBe(stage.receiver.secret)
    await button('Send a test').click()
    await comes(async () => heard('webhook.test').length).toBe(3)
    const { text: body = '', headers } = heard('webhook.test')[2] ?? {}
    for (const one of [stage.receiver.secret, secret])
      new Webhook(one).verify(body, headers as Record<string, string>)
    expect(await hook()).toMatchObject({ delivered: 0, state: 'ready' })
  })

  it('put aside what is refused, and send it again when they are told to', async () => {
    stage.receiver.mood = says(400)
    await change(1_001)
    await comes(hook).toMatchObject({ deadLetters: 1 })
    await v.open('/system?tab=webhooks')
    await text('The receiver refused the message.')
    stage.receiver.mood = takes
    const [{ id } = { id: '' }, ...others] = heard('settings.changed')
    await button('Send them again').click()
    await text('1 is sent again.')
    await comes(hook).toMatchObject({ deadLetters: 0, delivered: 1 })
    expect(heard('settings.changed').slice(others.length + 1)).toMatchObject([{ isGenuine: true, id }])
    await button('Send a test').click()
    await button('Send them again').waitFor({ state: 'detached' })
  })

  it('are off and on again without a loss, also when the receiver said that it is gone', async () => {
    await button('Disable').click()
    await text('disabled: by an operator')
    await change(1_002)
    await button('Enable').click()
    await comes(hook).toMatchObject({ delivered: 2, state: 'ready' })
    stage.receiver.mood = says(410)
    await change(1_003)
    await text('disabled: the address said 410: gone')
    stage.receiver.mood = takes
    await button('Enable').click()
    await text('delivering')
    await comes(hook).toMatchObject({ delivered: 3, state: 'ready' })
  })

  it('are changed, get a name and lose it, and are removed after a question', async () => {
    for (const name of ['Alarm', '']) {
      await button('Change').click()
      await fill('Name', name)
      await fill('Facts', 'session.*, asset.missing')
      await press('Save')
      await title(name || new URL(stage.receiver.url).host).waitFor()
      expect(await hook()).toMatchObject({ name: name || null, facts: ['session.*', 'asset.missing'] })
    }
    await button('Remove').click()
    await title(`Remove the webhook ${new URL(stage.receiver.url).host}?`).waitFor()
    await press('Cancel')
    await button('Remove').click()
    await press('Remove')
    await text('No webhook yet.')
    expect(await hook()).toBeUndefined()
  })
})

describe('sweeps and imports', () => {
  const states = async () => {
    const { items } = await get<{ items: { status: string }[] }>('/api/s3/resources?limit=100')
    return items.map(({ status }) => status)
  }
  const sum = (column: string) =>
    v.page.evaluate<number>(`[...document.querySelectorAll('td[data-label="${column}"]')]
      .reduce((all, cell) => all + Number(cell.textContent), 0)`)

  it('tries a list of keys, takes it in, and lists what the API was given', async () => {
    await v.open('/system?tab=assets')
    const send = async (name: string): Promise<void> => {
      const buffer = Buffer.from(JSON.stringify([...AVATARS, 'gone.vrm']))
      await v.page.getByLabel('Import a list').setInputFiles({ name, mimeType: 'text/plain', buffer })
      await button(`Import a list: ${name}`).click()
    }
    const told = async (what: RegExp, ...outcomes: readonly string[]): Promise<void> => {
      const job = row('Imports', what)
      await job.getByRole('button', { name: 'Details' }).click()
      for (const one of outcomes) await job.getByText(one).waitFor()
    }
    await send('keys.txt')
    await text('A list is a .json, .ndjson or .csv file.')
    await send('keys.json')
    await told(/dry\s*done/, 'indexed 20', 'not_found 1')
    expect(await states()).toEqual([])
    await v.page.getByLabel('Only try it').uncheck()
    await send('keys.json')
    await comes(states).toEqual(AVATARS.map(() => 'ready'))
    await house.product.post('/api/s3/import', ['gone.vrm', AVATARS[0], '../x.vrm'])
    await told(/done\s*3/, 'unchanged 1', 'not_found 1', 'bad_key 1')
  })

  it('sweeps, does not believe that all is gone until it is told, and finds it again', async () => {
    // The server's own sweep may be under way: then it is busy, and one asks again.
    const sweep = async (ask: () => Promise<void>): Promise<void> => {
      const answer = v.page.waitForResponse((one) => one.url().endsWith('/maintenance/sweep'))
      await ask()
      if ((await answer).status() === 503) await sweep(ask)
    }
    await sweep(() => button('Look only').click())
    await row('Sweeps', /dry\s*done/).waitFor()
    await stage.takeAway()
    await sweep(() => button('Sweep now').click())
    await text('braked · mass_missing')
    expect(await states()).not.toContain('missing')
    await button('They are really missing').click()
    await sweep(() => press('They are really missing'))
    await comes(states).toEqual(AVATARS.map(() => 'missing'))
    await comes(() => sum('Missing')).toBe(20)
    await stage.bringBack()
    await sweep(() => button('Sweep now').click())
    await comes(states).toEqual(AVATARS.map(() => 'ready'))
    await comes(() => sum('Found again')).toBe(20)
    await looksRight(v)
  })
})

describe('maintenance', () => {
  const session = (id: string) => get<object>(`/api/sessions/${id}`)
  const asks = async (name: string, what: 'Look' | 'Carry out', answer: string | RegExp) => {
    const part = v.page.locator('.care').filter({ has: title(name) })
    await part.getByRole('button', { name: what }).click()
    await part.getByText(answer).waitFor()
  }
  const choose = async (room: string, what: string): Promise<void> => {
    await v.open(`/rooms/${room}`)
    await button('More').first().click()
    await v.page.getByRole('menuitem', { name: what, exact: true }).click()
  }

  it('mends a counter and seals a secret again, each after it was looked at', async () => {
    await v.open('/system?tab=maintenance')
    await asks('Repair', 'Look', 'Dry run: 1 found in 3 sessions, 0 mended.')
    expect(await session(stage.sessions.first)).toMatchObject({ counters: { chats: 99 } })
    await asks('Repair', 'Carry out', 'Done: 1 found in 3 sessions, 1 mended.')
    expect(await session(stage.sessions.first)).toMatchObject({ counters: { chats: 1 } })
    await asks('Repair', 'Look', 'Dry run: 3 sessions were checked; nothing is wrong.')
    await asks('Seal again', 'Look', 'Dry run: 1 secret, 1 sealed again, 0 cannot be read; key new.')
    await asks('Seal again', 'Carry out', 'Done: 1 secret, 1 sealed again')
    await asks('Seal again', 'Look', 'Dry run: 1 secret, 0 sealed again')
    expect(await button('Carry out').count()).toBe(0)
    await looksRight(v)
  })

  it('joins sessions and takes that back, and merges rooms without losing one', async () => {
    const { first, second, other } = stage.sessions
    await choose('twice.room', 'Merge sessions')
    await text(`${second} becomes part of ${first}`)
    expect(await session(second)).toMatchObject({ mergedInto: null })
    await press('Join fragments')
    await text('1 session joined')
    expect(await session(second)).toMatchObject({ mergedInto: first })
    await v.open('/system?tab=maintenance')
    await row('What was done', /merge.*Undo/)
      .getByRole('button', { name: 'Undo' })
      .click()
    await text('Taken back')
    expect(await session(second)).toMatchObject({ mergedInto: null })
    await choose('other.room', 'Merge into another room')
    await dialog().getByLabel('Into').selectOption('@twice.room')
    await text('1 session moves over.')
    await press('Merge')
    await text('Merged into @twice.room')
    const kept = new Set((await house.sessions('twice.room')).map(({ id }) => id))
    expect(kept).toEqual(new Set([first, second, other]))
  })

  it('prunes what it was looked at for, and nothing else', async () => {
    const facts = async () => (await get<{ items: readonly object[] }>('/api/rooms/twice.room/facts')).items
    await v.open('/system?tab=maintenance')
    await asks('Prune', 'Look', 'Say what is too old first.')
    await fill('Events of sessions older than (days)', '0')
    await asks('Prune', 'Look', /^Dry run: 3 sessions, \d+ events, 0 facts$/)
    await fill('Facts older than (days)', '0')
    await button('Carry out').waitFor({ state: 'detached' })
    await asks('Prune', 'Look', /^Dry run: 3 sessions, \d+ events, [1-9]\d* facts$/)
    const chats = async (id: string) => (await house.events(id)).filter(({ kind }) => kind === 'chat').length
    const counted = async () => Promise.all(Object.values(stage.sessions).map(chats))
    // The first session has what the second one has, since they were joined when the rooms were.
    expect([await counted(), (await facts()).length > 5]).toEqual([[2, 1, 1, 1], true])
    await asks('Prune', 'Carry out', /^Done: 3 sessions, \d+ events, [1-9]\d* facts$/)
    expect([await counted(), (await facts()).length > 5]).toEqual([[0, 0, 0, 1], false])
    expect(await session(stage.sessions.first)).toMatchObject({ counters: { chats: 1 } })
  })
})

describe('tokens', () => {
  it('end with the next one, which expires when it is told to', async () => {
    const { ownerToken = '' } = await house.add('token.room', { monitor: false })
    const me = async (token: string): Promise<unknown> =>
      (await house.product.request('/api/me', { headers: { authorization: `Bearer ${token}` } })).json()
    expect(await me(ownerToken)).toMatchObject({ scope: 'owner', expiresAt: null })
    await v.open('/system?tab=tokens&room=token.room')
    await button('New token').click()
    await dialog().getByLabel('Expires in').selectOption('7 days')
    await press('New token')
    const token = await shownOnce(v, 'Owner’s token')
    expect(await me(ownerToken)).toMatchObject({ code: 'unauthorized' })
    expect(await me(token)).toMatchObject({ scope: 'owner', expiresAt: expect.any(Number) })
    for (const state of ['valid', 'revoked']) await row('Tokens', state).waitFor()
    await looksRight(v)
  })

  it('are not needed by another browser that opens the link, once', async () => {
    await button('Open on my phone').click()
    const link = await shownOnce(v, 'Address')
    for (const status of [200, 401]) {
      const phone = await visit(house.product, { token: null, width: 360 })
      const answer = phone.page.waitForResponse((one) => one.url().endsWith('/api/login'))
      await phone.page.goto(link)
      expect((await answer).status()).toBe(status)
      expect((await phone.context.request.get(`${house.product.origin}/api/me`)).status()).toBe(status)
      await phone.close()
    }
    expect(v.wrong).toEqual([])
  })
})
