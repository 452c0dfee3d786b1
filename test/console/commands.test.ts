import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openStudio, type Studio } from '../_support/product-studio.ts'
import { person } from '../_support/tiktok/standin.ts'
import { buildConsole } from './stage.ts'
import { visit, type Visit } from './visit.ts'

let studio: Studio
let v: Visit
beforeAll(async () => {
  buildConsole()
  studio = await openStudio({ env: { MANUAL_COOLDOWN_MS: '600000' } })
  v = await visit(studio.product)
})
afterAll(async () => {
  await v?.close()
  await studio?.close()
})

const button = (name: string | RegExp) =>
  v.page.getByRole('button', { name, exact: typeof name === 'string' })
const dialog = () => v.page.getByRole('dialog').last()
const confirm = (name: RegExp) => dialog().getByRole('button', { name }).click()

describe('what an operator does, by pointing', () => {
  it('ends a session, stops the room, and starts it over its rest', async () => {
    const { house } = studio
    const creator = await house.record('point.room')
    creator.say('hello', person(1))
    await v.open('/rooms/point.room')
    await v.page.getByText('hello').first().waitFor()
    const first = (await house.room('point.room')).session?.id
    await button('End session').first().click()
    const ended = await house.until('its archive', async () =>
      (await house.sessions('point.room')).find(({ id, archivedAt }) => id === first && archivedAt !== null),
    )
    expect(ended.endReason).toBe('manual_end_session')
    await house.reaches('point.room', 'live')
    await button('Stop').first().click()
    await house.reaches('point.room', 'cooldown')
    await button(/^start/i)
      .first()
      .click()
    await house.reaches('point.room', 'live')
    const rows = await studio.product.get<{ items: { action: string; actor: string }[] }>(
      '/api/audit?limit=20',
    )
    expect(rows.items.map(({ action }) => action)).toEqual(
      expect.arrayContaining(['room.end_session', 'room.stop', 'room.start']),
    )
  })

  it('renames a room after seeing what that would do', async () => {
    await studio.house.add('before.name', { monitor: false })
    await v.open('/rooms/before.name')
    await button('More').first().click()
    await v.page.getByRole('menuitem', { name: 'Rename', exact: true }).click()
    await dialog().getByLabel('New handle').fill('@after.name')
    await dialog().getByText('becomes @after.name').waitFor()
    expect((await studio.product.request('/api/rooms/after.name')).status).toBe(404)
    await confirm(/^rename$/i)
    await studio.house.until('the new name', async () => {
      const answer = await studio.product.request('/api/rooms/after.name')
      return answer.ok
    })
    await v.page.getByRole('heading', { level: 1, name: /after\.name/ }).waitFor()
  })

  it('adds many rooms from a paste, and stops several at once', async () => {
    const added = ['many.one', 'many.two', 'many.three']
    // There are such people: a room nobody knows moves to where trouble is shown, under the hand that ticks it.
    for (const handle of added) studio.house.tiktok.creator(handle)
    await v.open('/rooms')
    await button('Add rooms').click()
    await dialog()
      .getByRole('textbox')
      .first()
      .fill('@many.one, many.two\nhttps://www.tiktok.com/@many.three/live')
    await confirm(/^add 3 rooms$/i)
    for (const handle of added) {
      await studio.house.until(handle, async () => (await studio.product.request(`/api/rooms/${handle}`)).ok)
    }
    // The tokens of the owners are shown this once, until the dialog is closed.
    await dialog().getByText('rk_ow_').first().waitFor()
    await v.page.keyboard.press('Escape')
    await dialog().waitFor({ state: 'detached' })
    for (const handle of added) await v.page.getByRole('checkbox', { name: new RegExp(handle) }).check()
    await v.page.getByText('3 selected').waitFor()
    await v.page.getByRole('toolbar').getByRole('button', { name: 'Stop' }).click()
    for (const handle of added) await studio.house.reaches(handle, 'cooldown')
  })

  it('goes on air on both platforms, stops one of them, and then all', async () => {
    await studio.add('air.room')
    await v.open('/live/air.room')
    await button('Go live').click()
    await studio.live('air.room')
    await v.page.getByText('Accepted by the platform and stable.').first().waitFor()
    await button(/^Stop.*Twitch|^Twitch.*Stop/i)
      .first()
      .click()
    await studio.reaches('air.room', 'twitch', 'stopped')
    expect((await studio.platform('air.room', 'youtube')).state).toBe('live')
    await button('Stop all').click()
    await studio.stopped('air.room')
  })

  it('uploads a file with the picker and finds it in the list', async () => {
    await v.open('/assets')
    const chooser = v.page.waitForEvent('filechooser')
    await button('Upload').first().click()
    const content = Buffer.from('glTF\u0002\0\0\0 uploaded by a browser', 'latin1')
    await (
      await chooser
    ).setFiles({ name: 'New Avatar (2).vrm', mimeType: 'model/gltf-binary', buffer: content })
    await studio.house.until('the asset', async () => {
      const { items } = await studio.product.get<{ items: { s3_key: string; status: string }[] }>(
        '/api/s3/resources',
      )
      return items.some(({ s3_key: key, status }) => key.endsWith('New Avatar (2).vrm') && status === 'ready')
    })
    await v.page.getByText('New Avatar (2)').first().waitFor()
  })

  it('takes a session with it as a file', async () => {
    const [session] = await studio.house.sessions('point.room')
    await v.open(`/sessions/${session?.id}`)
    await button('Export').first().click()
    const download = v.page.waitForEvent('download')
    await v.page
      .getByRole('menuitem', { name: /ndjson/i })
      .first()
      .click()
    expect((await download).suggestedFilename()).toMatch(/ndjson/)
  })

  it('did all of it without an error, a foreign request or a violation of the policy', () => {
    expect(v.wrong).toEqual([])
  })
})
