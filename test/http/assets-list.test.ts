import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { glb } from '../_support/assets.ts'
import { AssetKit } from './assets-kit.ts'
import { startHarness, type Harness } from './harness.ts'

let h: Harness
let kit: AssetKit
let mine: { readonly id: string; readonly token: string }
let other: { readonly id: string; readonly token: string }

type Item = Record<string, string | number | null>

beforeAll(async () => {
  h = await startHarness()
  kit = new AssetKit(h)
  mine = await h.addRoom('list.mine')
  other = await h.addRoom('list.other')
  for (let n = 0; n < 25; n += 1) {
    const visibility = n % 2 === 0 ? 'public' : 'private'
    const name = `Ünïcode Ñame ${String(n % 10).padStart(2, '0')}`
    const query = { visibility, display_name: name }
    await kit.put(`vrm/a${n}.vrm`, glb(100 + (n % 7)), { query })
    await kit.put(`rooms/${other.id}/b${n}.vrm`, glb(200), { token: other.token, query })
  }
  await kit.put('rooms/x.mp3', Buffer.from('ID3'), { query: { visibility: 'private' } })
  await kit.put(`rooms/${mine.id}/c.mp3`, Buffer.from('ID3'), { token: mine.token })
}, 400_000)
afterAll(() => h.stop())

const page = async (query: string, token?: string) => {
  const { status, json } = await h.ask(
    'GET',
    `/api/s3/resources?${query}`,
    token === undefined ? {} : { token },
  )
  expect(status, JSON.stringify(json)).toBe(200)
  return { items: json['items'] as Item[], next: json['next'] as string | null }
}

const all = async (
  query: string,
  token?: string,
  between: () => Promise<unknown> = () => Promise.resolve(),
) => {
  const items: Item[] = []
  for (let cursor = ''; ;) {
    const { items: more, next } = await page(`${query}&limit=7${cursor}`, token)
    items.push(...more)
    if (next === null) return items
    cursor = `&cursor=${next}`
    await between()
  }
}

describe('the list of assets', () => {
  it('comes in pages, each asset once, in every order', async () => {
    for (const sort of ['created_at', 'updated_at', 'display_name', 'size_bytes'] as const) {
      for (const direction of ['', '-']) {
        const items = await all(`sort=${direction}${sort}`)
        expect(items).toHaveLength(52)
        expect(new Set(items.map(({ id }) => id)).size).toBe(52)
        const values = items.map((item) => item[sort])
        const sorted = values.toSorted((a, b) => ((a ?? 0) < (b ?? 0) ? -1 : (a ?? 0) > (b ?? 0) ? 1 : 0))
        expect(values, direction + sort).toEqual(direction === '' ? sorted : sorted.toReversed())
      }
    }
  })

  it('is stable while rows are added: none twice, none left out', async () => {
    const before = new Set((await all('sort=-created_at')).map(({ id }) => id))
    let n = 0
    const items = await all('sort=-created_at', undefined, () =>
      kit.put(`vrm/between-${(n += 1)}.vrm`, glb(100)),
    )
    expect(n).toBeGreaterThan(5)
    const seen = items.map(({ id }) => id)
    expect(new Set(seen).size).toBe(seen.length)
    expect([...before].filter((id) => !seen.includes(id))).toEqual([])
    const rows = await h.db.read(`SELECT id FROM assets WHERE s3_key LIKE 'vrm/between-%'`)
    for (const { id } of rows)
      expect((await h.ask('DELETE', `/api/s3/resources/${String(id)}`)).status).toBe(204)
  })

  it('S23: an owner sees its own and what is public, the operator all', async () => {
    const seen = await all('sort=display_name', mine.token)
    expect(seen.filter(({ owner }) => owner === mine.id).map(({ s3_key }) => s3_key)).toEqual([
      `rooms/${mine.id}/c.mp3`,
    ])
    expect(
      seen.filter(({ owner }) => owner !== mine.id).every(({ visibility }) => visibility === 'public'),
    ).toBe(true)
    expect(seen).toHaveLength(1 + 13 + 13)
    expect(await all('sort=created_at', other.token)).toHaveLength(25 + 13)
    expect((await h.ask('GET', '/api/s3/resources', { token: null })).status).toBe(401)
  })

  it('is narrowed by type, visibility, status and any part of name or key', async () => {
    expect(await all('type=bgm')).toHaveLength(2)
    expect(await all('visibility=private')).toHaveLength(26)
    expect(await all('status=failed,missing')).toHaveLength(0)
    expect(await all('status=ready&type=vrm&visibility=public')).toHaveLength(26)
    expect(await all(`q=${encodeURIComponent('ñAME 03')}`)).toHaveLength(6)
    // With its folder: `a1` alone is in one of some thousand random ids of rooms too.
    expect(await all('q=vrm%2Fa1')).toHaveLength(11)
    expect(await all(`q=${encodeURIComponent('C.MP3')}`)).toHaveLength(1)
    expect(await all(`q=${encodeURIComponent('"; DROP')}`)).toHaveLength(0)
    expect(await all(`q=${encodeURIComponent('%')}`)).toHaveLength(0)
    expect(await all(`q=${encodeURIComponent('C.MP3')}`, other.token)).toHaveLength(0)
  })

  it('refuses a cursor of another order, a forged one, and words it does not know', async () => {
    const { next } = await page('limit=2&sort=created_at')
    for (const query of [
      `sort=-created_at&cursor=${next}`,
      'cursor=AAAA',
      `cursor=${Buffer.from('created_at\nx\n../../').toString('base64url')}`,
    ]) {
      expect((await h.ask('GET', `/api/s3/resources?${query}`)).json['code'], query).toBe('cursor_invalid')
    }
    for (const query of ['sort=id', 'type=exe', 'status=fine', 'visibility=all', 'limit=501', 'owner=x']) {
      expect((await h.ask('GET', `/api/s3/resources?${query}`)).json['code'], query).toBe('query_invalid')
    }
  })

  it('a name that is none is refused, and changes nothing', async () => {
    const [first] = (await page('limit=1&sort=created_at')).items
    for (const display_name of ['', '   ', 'x'.repeat(201), 'a\nb', 'a\u0000b']) {
      const answer = await h.ask('PATCH', `/api/s3/resources/${String(first?.['id'])}`, {
        body: { display_name },
      })
      expect([answer.status, answer.json['code']]).toEqual([422, 'invalid'])
    }
    expect((await page('limit=1&sort=created_at')).items[0]).toEqual(first)
  })
})
