import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CONSOLE_PATHS, CONSOLE_POLICY } from '../../src/http/console.ts'
import { startHarness, type Harness } from './harness.ts'

const SCRIPT = 'document.title = "a"; '.repeat(40)
let folder: string
let h: Harness
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'roomkeeper-console-'))
  h = await startHarness({ deps: { consoleFolder: folder } })
})
afterAll(async () => {
  await h.stop()
  await rm(folder, { recursive: true, force: true })
})

const build = async (title: string, at: number): Promise<void> => {
  await mkdir(join(folder, 'console'), { recursive: true })
  await writeFile(join(folder, 'console', 'main-abc.js'), SCRIPT)
  await writeFile(join(folder, 'console', 'main-abc.js.gz'), gzipSync(SCRIPT))
  await writeFile(join(folder, 'index.html'), `<!doctype html><title>${title}</title>`)
  await utimes(join(folder, 'index.html'), at, at)
}
const get = (path: string, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(h.url + path, { headers })
const ever = async (path: string, wanted: (text: string) => boolean): Promise<string> => {
  for (;;) {
    const text = await (await get(path)).text()
    if (wanted(text)) return text
  }
}

describe('the console', () => {
  it('says how it is built as long as it is not, and is served as soon as it is', async () => {
    const before = await get('/')
    expect(before.status).toBe(200)
    expect(await before.text()).toContain('npm run build')
    expect(before.headers.get('content-security-policy')).toBe(CONSOLE_POLICY)
    await build('one', 1_000)
    expect(await ever('/', (text) => text.includes('<title>'.concat('one')))).not.toContain('npm run build')
  })

  it('answers the page at each of its own paths, with a policy that allows no other origin', async () => {
    for (const path of CONSOLE_PATHS) {
      const page = await get(`${path.replaceAll(/:[a-z]+/g, '@some.one')}?tab=1&tab=2`)
      expect([page.status, page.headers.get('content-type')], path).toEqual([200, 'text/html; charset=utf-8'])
      expect(page.headers.get('content-security-policy'), path).toBe(CONSOLE_POLICY)
      expect(page.headers.get('cache-control'), path).toBe('no-cache')
      expect(page.headers.get('x-content-type-options'), path).toBe('nosniff')
    }
    expect(CONSOLE_POLICY).not.toMatch(/unsafe|\*|http/)
    expect((await get('/nothing')).status).toBe(404)
  })

  it('serves hashed files for ever, compressed for those who take it', async () => {
    const packed = await get('/console/main-abc.js', { 'accept-encoding': 'br;q=0, gzip' })
    expect(packed.headers.get('content-encoding')).toBe('gzip')
    expect(packed.headers.get('cache-control')).toContain('immutable')
    expect(packed.headers.get('content-type')).toBe('text/javascript; charset=utf-8')
    expect(await packed.text()).toBe(SCRIPT)
    const plain = await get('/console/main-abc.js', { 'accept-encoding': 'identity' })
    expect(plain.headers.get('content-encoding')).toBe(null)
    expect(await plain.text()).toBe(SCRIPT)
    const etag = String(plain.headers.get('etag'))
    const again = await get('/console/main-abc.js', { 'if-none-match': `"other", ${etag}` })
    expect([again.status, await again.text()]).toEqual([304, ''])
    const head = await fetch(`${h.url}/console/main-abc.js`, { method: 'HEAD' })
    expect([head.status, await head.text()]).toEqual([200, ''])
  })

  it('gives out nothing but what was built', async () => {
    for (const name of ['index.html', 'main-abc.js.gz', '.sources', 'constructor', '..%2findex.html']) {
      expect((await get(`/console/${name}`)).status, name).toBeGreaterThanOrEqual(400)
    }
    expect((await fetch(`${h.url}/rooms`, { method: 'POST' })).status).toBe(405)
  })

  it('takes a newer build without a restart, and keeps the one it has while there is none', async () => {
    await build('two', 2_000)
    await ever('/rooms', (text) => text.includes('two'))
    await rm(join(folder, 'index.html'))
    expect(await (await get('/rooms')).text()).toContain('two')
  })
})
