// The commands about assets, against the whole HTTP layer over a real database and a folder.

import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { tempFolder } from '../_support/db.ts'
import { vrm } from '../_support/s3/uploads.ts'
import { OPERATOR, startHarness, type Harness } from '../http/harness.ts'
import { run } from './run.ts'

let h: Harness
const folder = tempFolder()
beforeAll(async () => {
  h = await startHarness()
})
afterAll(async () => {
  await h.stop()
  folder.remove()
})

const cli = (...args: readonly string[]) => run(args, { ROOMKEEPER_URL: h.url, ROOMKEEPER_TOKEN: OPERATOR })
const file = async (name: string, bytes: Uint8Array | string): Promise<string> => {
  const path = join(folder.path, name)
  await writeFile(path, bytes)
  return path
}
/** An object that nobody uploaded, in the folder of the store. */
const place = async (key: string, bytes: Uint8Array): Promise<string> => {
  const path = join(h.assets.folder, ...key.split('/'))
  await mkdir(join(path, '..'), { recursive: true })
  await writeFile(path, bytes)
  return path
}

describe('roomkeeper assets', () => {
  it('uploads a file, shows it by key, lists it and removes it for good', async () => {
    const path = await file('hero (1)+.vrm', vrm(5_000))
    const sent = await cli(
      'assets',
      'upload',
      path,
      '--key',
      'models/hero (1)+.vrm',
      '--name',
      'Hero',
      '--public',
    )
    expect(sent.error).toBeNull()
    expect(sent.out).toContain('models/hero (1)+.vrm')
    const shown = await cli('assets', 'show', 'models/hero (1)+.vrm')
    expect(shown.out).toMatch(/status\s+ready/)
    expect(shown.out).toMatch(/name\s+Hero/)
    expect((await cli('assets', 'list', '--type', 'vrm', '--search', 'hero')).out).toContain(
      'models/hero (1)+.vrm',
    )
    expect((await cli('assets', 'remove', 'models/hero (1)+.vrm')).error).toMatchObject({ exitCode: 2 })
    expect((await cli('assets', 'remove', 'models/hero (1)+.vrm', '--yes')).out).toContain('Removed')
    expect((await cli('assets', 'show', 'models/hero (1)+.vrm')).error).toMatchObject({ exitCode: 1 })
  })

  it('imports a list, says what became of each key, and can be run dry', async () => {
    await place('known/a b.vrm', vrm(100))
    await place('known/c.vrm', vrm(200))
    const list = await file(
      'inventory.csv.gz',
      gzipSync('"x","known/a+b.vrm"\n"x","known/c.vrm"\n"x","known/d.vrm"\n'),
    )
    const dry = await cli('assets', 'import', list, '--dry-run')
    expect(dry.error).toBeNull()
    expect(dry.out).toMatch(/indexed\s+2/)
    expect((await cli('assets', 'list', '--search', 'known/')).out).toContain('no such asset')
    const done = await cli('assets', 'import', list, '--columns', 'Bucket, Key', '--public')
    expect(done.out).toMatch(/not_found\s+1/)
    expect(done.out).toMatch(/known\/a b\.vrm\s+indexed/)
    const again = await cli('--json', 'assets', 'import', list)
    expect(JSON.parse(again.out)).toMatchObject({ state: 'done', outcomes: { unchanged: 2, not_found: 1 } })
    const read = await h.ask('GET', '/api/s3/read-object?key=known%2Fa%20b.vrm', { token: null })
    expect(read.status).toBe(200)
    expect((await cli('assets', 'import', await file('list.txt', 'x'))).error).toMatchObject({ exitCode: 2 })
  })

  it('sweeps and says what is missing and what is there again', async () => {
    const path = await place('swept/a.vrm', vrm(300))
    await cli('assets', 'import', await file('keys.json', '["swept/a.vrm"]'))
    const first = await cli('assets', 'sweep')
    expect(first.error).toBeNull()
    expect(first.out).toContain('Swept.')
    await rename(path, `${path}.away`)
    expect((await cli('assets', 'sweep', '--dry-run')).out).toMatch(/suspect\s+1/)
    expect((await cli('assets', 'sweep')).out).toMatch(/missing\s+1/)
    expect((await cli('assets', 'list', '--status', 'missing')).out).toContain('swept/a.vrm')
    expect((await h.ask('GET', '/metrics')).text).toContain('roomkeeper_assets_missing 1')
    await rename(`${path}.away`, path)
    expect((await cli('assets', 'sweep')).out).toMatch(/found\s+1/)
  })

  it('a store that cannot be believed makes the sweep a failure, and nothing is missing', async () => {
    await rm(join(h.assets.folder, '.roomkeeper', 'sentinel'))
    const swept = await cli('assets', 'sweep')
    expect(swept.error).toMatchObject({ exitCode: 1 })
    expect(swept.out).toContain('sentinel_missing')
    expect((await cli('assets', 'list', '--status', 'missing')).out).toContain('no such asset')
    expect((await cli('assets', 'sweep', '--place-sentinel')).out).toContain('Swept.')
  })
})

describe('sweeps and imports over HTTP', () => {
  it('S31: belong to the operator; for everybody else they do not exist', async () => {
    const { token } = await h.addRoom('some.room')
    for (const [method, path] of [
      ['POST', '/api/maintenance/sweep'],
      ['GET', '/api/maintenance/sweeps/1'],
      ['POST', '/api/s3/import'],
      ['GET', '/api/s3/imports/1'],
      ['GET', '/api/s3/imports/1/keys'],
    ] as const) {
      expect((await h.ask(method, path, { token: null })).status, path).toBe(401)
      expect((await h.ask(method, path, { token })).status, path).toBe(404)
    }
  })

  it('a list of another media type, or of no list, is refused', async () => {
    const ask = (body: string, type: string) =>
      h.ask('POST', '/api/s3/import', { body, headers: { 'content-type': type } })
    expect(await ask('x', 'text/plain')).toMatchObject({
      status: 415,
      json: { code: 'media_type_unsupported' },
    })
    expect(await ask('{', 'application/json')).toMatchObject({ status: 422, json: { code: 'invalid' } })
    expect(await h.ask('GET', '/api/s3/imports/99999')).toMatchObject({ status: 404 })
    expect(await h.ask('GET', '/api/maintenance/sweeps/0')).toMatchObject({ status: 404 })
  })

  it('the report comes in pages', async () => {
    const keys = Array.from({ length: 7 }, (_, n) => `page/${n}.vrm`)
    const headers = { 'content-type': 'application/x-ndjson' }
    const body = keys.map((key) => JSON.stringify(key)).join('\n')
    const begun = await h.ask('POST', '/api/s3/import', { body, headers })
    expect(begun.status).toBe(202)
    const path = String(begun.headers.get('location'))
    const seen: unknown[] = []
    for (let cursor = ''; ;) {
      const page = await h.ask('GET', `${path}/keys?limit=3${cursor}`)
      seen.push(...(page.json['items'] as { s3_key: string }[]).map(({ s3_key: key }) => key))
      if (page.json['next'] === null) break
      cursor = `&cursor=${String(page.json['next'])}`
    }
    expect(seen).toEqual(keys)
  })
})
