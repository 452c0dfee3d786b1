import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { cube } from '../_support/model.ts'
import { openStudio, type Studio } from '../_support/product-studio.ts'
import { startWireS3, type WireS3 } from '../_support/s3/fauxqs.ts'
import { buildConsole } from './stage.ts'
import { visit, type Visit } from './visit.ts'

const PART_BYTES = 8 * 1_048_576
const HARM = '<img src=x onerror="window.__harm=1">'

let folder: string
let s3: WireS3
let studio: Studio
let v: Visit
beforeAll(async () => {
  buildConsole()
  folder = await mkdtemp(join(tmpdir(), 'roomkeeper-assets-'))
  s3 = await startWireS3()
  const { region, endpoint, credentials } = s3.options
  studio = await openStudio({
    env: {
      S3_BUCKET: s3.bucket,
      S3_REGION: region,
      S3_ENDPOINT: endpoint,
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    },
  })
  v = await visit(studio.product)
})
afterAll(async () => {
  await v?.close()
  await studio?.close()
  await s3?.stop()
  await rm(folder, { recursive: true, force: true })
})

const choose = (files: readonly { readonly name: string; readonly bytes: Buffer }[]): Promise<void> =>
  v.page
    .locator('input[type=file][multiple]')
    .first()
    .setInputFiles(
      files.map(({ name, bytes }) => ({ name, mimeType: 'application/octet-stream', buffer: bytes })),
    )
const upload = (state: string, name: string) =>
  v.page.locator(`.upload[data-state="${state}"]`, { hasText: name })
const card = (name: string) => v.page.locator('.asset-card', { hasText: name })
const button = (name: string) => v.page.getByRole('button', { name, exact: true })
const sheet = () => v.page.locator('dialog.sheet')
/** The question that stands before the sheet, wherever in the document either is. */
const question = () => v.page.locator('dialog:not(.sheet)')
const partsSent = (): readonly string[] =>
  v.requests.flatMap((request) => /\/parts\/(\d+)$/.exec(new URL(request.url()).pathname)?.[1] ?? [])

describe('the page of assets', () => {
  it('takes several files at once, asks for what it cannot know, and shows what failed first', async () => {
    await v.open('/assets')
    await choose([
      { name: 'Standing Greeting (1).vrm', bytes: cube() },
      { name: 'stage.glb', bytes: cube() },
      { name: 'noise.mp3', bytes: Buffer.from('no music') },
      { name: 'letter.txt', bytes: Buffer.from('hello') },
    ])
    await upload('done', 'Standing Greeting (1).vrm').waitFor()
    await upload('asks-type', 'stage.glb').getByRole('button', { name: 'Scenes' }).click()
    await upload('done', 'stage.glb').waitFor()
    await upload('failed', 'noise.mp3').waitFor()
    expect(await upload('failed', 'letter.txt').textContent()).toContain('No type takes a file like this.')
    await card('noise.mp3').getByText('The file is not what its extension says.').waitFor()
    expect(await v.page.locator('.asset-card').first().textContent()).toContain('noise.mp3')
    await button('Clear finished').first().click()
    expect(await v.axe()).toEqual([])
  })

  it('takes what is dropped anywhere on it', async () => {
    const bytes = cube().toString('base64')
    await v.page.evaluate(`(() => {
      const data = new DataTransfer()
      const bytes = Uint8Array.from(atob('${bytes}'), (char) => char.charCodeAt(0))
      data.items.add(new File([bytes], 'dropped.vrm'))
      const tell = (name) =>
        document.querySelector('h1').dispatchEvent(
          new DragEvent(name, { bubbles: true, cancelable: true, dataTransfer: data }),
        )
      tell('dragenter')
      window.__tell = tell
    })()`)
    await v.page.getByText('Drop files to upload').waitFor()
    await v.page.evaluate(`window.__tell('drop')`)
    await upload('done', 'dropped.vrm').waitFor()
    await v.page.getByText('Drop files to upload').waitFor({ state: 'detached' })
    await button('Clear finished').first().click()
  })

  it('asks what to do with other content of the same name, and keeps both or replaces', async () => {
    const key = 'vrm/Standing Greeting (1).vrm'
    const other = [{ name: 'Standing Greeting (1).vrm', bytes: cube(2_000) }]
    await choose(other)
    await upload('conflict', 'Standing').getByRole('button', { name: 'Keep both' }).click()
    await card('Standing Greeting (1) (2).vrm').waitFor()
    await button('Clear finished').first().click()
    await choose(other)
    await upload('conflict', 'Standing').getByRole('button', { name: 'Replace it' }).click()
    await upload('done', 'Standing').waitFor()
    const { items } = await studio.product.get<{ items: { s3_key: string; version: number }[] }>(
      '/api/s3/resources',
    )
    expect(items.find((asset) => asset.s3_key === key)?.version).toBe(2)
    await button('Clear finished').first().click()
  })

  it('goes on with a large file after the connection broke off, and after the page was closed', async () => {
    let broken = 0
    await v.page.route('**/parts/2', (route) => {
      broken += 1
      return broken === 1 ? route.abort() : route.continue()
    })
    // The last part never gets through on this page.
    await v.page.route('**/parts/4', (route) => route.abort())
    const file = join(folder, 'large.vrm')
    await writeFile(file, cube(3 * PART_BYTES + 1_000))
    const chooseIt = () => v.page.locator('input[type=file][multiple]').first().setInputFiles(file)
    await chooseIt()
    await upload('again', 'large.vrm').waitFor()
    await expect.poll(() => new Set(partsSent()).size, { timeout: 30_000 }).toBe(4)
    expect(broken).toBeGreaterThan(0)
    v.page.once('dialog', (asked) => void asked.accept())
    await v.open('/assets')
    // Not before the page that was left is gone: it would send the last part itself.
    await v.page.unrouteAll()
    const before = partsSent().length
    await chooseIt()
    await upload('done', 'large.vrm').waitFor({ timeout: 60_000 })
    const again = partsSent().slice(before)
    expect(again).toContain('4')
    expect(again.length).toBeLessThan(4)
    expect(await s3.openUploads()).toBe(0)
    await button('Clear finished').first().click()
  })

  it('shows a model that turns by the keyboard, with what is known of it', async () => {
    await v.open('/assets')
    await card('stage.glb').click()
    const canvas = sheet().locator('canvas[data-shown="true"]')
    await canvas.waitFor({ timeout: 30_000 })
    await sheet().getByText('Triangles').waitFor()
    const before = await canvas.screenshot()
    await canvas.focus()
    for (let press = 0; press < 3; press += 1) await v.page.keyboard.press('ArrowLeft')
    await expect.poll(async () => (await canvas.screenshot()).equals(before), { timeout: 60_000 }).toBe(false)
    expect(await v.axe()).toEqual([])
    await v.page.keyboard.press('Escape')
    await sheet().waitFor({ state: 'detached' })
  })

  it('stays in its sheet when no file is chosen after all, and says there what went wrong', async () => {
    await v.open('/assets')
    await card('stage.glb').click()
    await sheet().locator('input[type=file]').dispatchEvent('cancel')
    await v.page.evaluate(`navigator.clipboard.writeText = () => Promise.reject(new Error('not allowed'))`)
    await sheet().getByRole('button', { name: 'Copy address' }).click()
    const message = v.page.getByText('The browser did not let it be copied')
    await message.waitFor()
    expect(await v.axe()).toEqual([])
    await sheet().getByRole('button', { name: 'Dismiss' }).click()
    await message.waitFor({ state: 'detached' })
    await sheet().getByRole('button', { name: 'Copy address' }).click()
    await message.waitFor()
    await v.page.keyboard.press('Escape')
    await sheet().waitFor({ state: 'detached' })
    // What was said in it is said on by the page.
    await button('Dismiss').click()
    await message.waitFor({ state: 'detached' })
  })

  it('is renamed to what would do harm, made public after a question, and deleted after another', async () => {
    await v.open('/assets')
    await card('stage.glb').click()
    await sheet().getByLabel('Name').fill(HARM)
    await sheet().getByRole('button', { name: 'Rename' }).click()
    await sheet().getByRole('heading', { name: HARM }).waitFor()
    await sheet().getByRole('button', { name: 'Make public' }).click()
    await question().getByRole('button', { name: 'Make public' }).click()
    await sheet().getByRole('button', { name: 'Make private' }).waitFor()
    const read = await fetch(`${studio.product.origin}/api/s3/read-object?key=scene/stage.glb`)
    expect(read.status).toBe(200)
    await sheet().getByRole('button', { name: 'Delete' }).click()
    await question().getByRole('button', { name: 'Delete' }).click()
    await card(HARM).waitFor({ state: 'detached' })
    expect(await v.page.evaluate('window.__harm')).toBeUndefined()
  })

  it('finds as one types, and says so when there is nothing', async () => {
    await v.open('/assets')
    await v.page.getByPlaceholder('Find by name or key').fill('large')
    await card('Standing').first().waitFor({ state: 'detached' })
    await card('large.vrm').waitFor()
    await v.page.getByPlaceholder('Find by name or key').fill('nobody has this')
    await v.page.getByText('Nothing is called that.').waitFor()
    await button('Clear the search').click()
    await card('large.vrm').waitFor()
  })

  it('says so where there is no WebGL, and loads nothing for it', async () => {
    await v.page.addInitScript(`HTMLCanvasElement.prototype.getContext = () => null`)
    await v.open('/assets')
    const before = v.requests.length
    await card('Standing Greeting (1).vrm').first().click()
    await sheet().getByText('This browser has no WebGL').waitFor()
    expect(v.requests.slice(before).filter((request) => request.url().includes('/three'))).toEqual([])
    expect(v.wrong).toEqual([])
  })
})
