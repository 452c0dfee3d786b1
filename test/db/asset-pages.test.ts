// Pages of assets against a scan that knows no index: the same rows in the same order, whatever is asked.

import * as Effect from 'effect/Effect'
import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ASSET_SORTS, list, type AssetFilter } from '../../src/db/asset-pages.ts'
import { searchable } from '../../src/db/asset-search.ts'
import { openConnection } from '../../src/db/client.ts'
import { Database, type Statement } from '../../src/db/database.ts'
import { migrate, MIGRATIONS } from '../../src/db/migrate.ts'
import { ASSET_STATUSES, ASSET_TYPES, VISIBILITIES, type Asset } from '../../src/domain/asset.ts'
import { startDatabase, tempFolder, type TestDatabase } from '../_support/db.ts'

/** What a page is cut out of, in the order of the rows' numbers. */
interface Row {
  readonly key: string
  readonly display_name: string
  readonly type: string
  readonly status: string
  readonly visibility: string
  readonly owner: string
  readonly created_at: number
  readonly updated_at: number
  readonly size_bytes: number
}

const OWNERS = ['operator', 'one', 'two']
const row = (n: number, one: Omit<Row, 'key' | 'display_name'>, name: string): Row => ({
  ...one,
  key: `${one.type}/${n}-${name}.glb`.normalize('NFC'),
  display_name: name,
})

const insert = (one: Row, search = searchable(one.display_name, one.key)): Statement => ({
  sql: `INSERT INTO assets (id, type, s3_key, display_name, mime_type, size_bytes, status, owner, visibility, version, search,
created_at, updated_at) VALUES (?1, ?2, ?3, ?4, 'x/y', ?5, ?6, ?7, ?8, 1, ?9, ?10, ?11)`,
  args: [
    `id ${one.key}`,
    one.type,
    one.key,
    one.display_name,
    one.size_bytes,
    one.status,
    one.owner,
    one.visibility,
    search,
    one.created_at,
    one.updated_at,
  ],
})

const pieces = fc.constantFrom(
  ...'abAB12 -_.()%"\'*^',
  'ä',
  'Ä',
  'é',
  'ß',
  'İ',
  '主',
  '播',
  'か',
  '한',
  '🎈',
  'я',
  'Ж',
)
const names = fc.string({ unit: pieces, minLength: 1, maxLength: 9 }).filter((name) => name.trim() !== '')
const few = fc.integer({ min: 0, max: 3 })
const rows = fc
  .array(
    fc.tuple(
      fc.record({
        type: fc.constantFrom('vrm', 'vrm', 'vrm', ...ASSET_TYPES),
        status: fc.constantFrom('ready', 'ready', 'ready', 'ready', ...ASSET_STATUSES),
        visibility: fc.constantFrom(...VISIBILITIES),
        owner: fc.constantFrom(...OWNERS),
        created_at: few,
        updated_at: few,
        size_bytes: few,
      }),
      names,
    ),
    { minLength: 20, maxLength: 80, size: 'max' },
  )
  .map((all) => all.map(([one, name], n) => row(n, one, name)))

const questions = fc.record(
  {
    owner: fc.constantFrom(...OWNERS, 'nobody', null),
    sort: fc.constantFrom(...ASSET_SORTS),
    descending: fc.boolean(),
    limit: fc.integer({ min: 1, max: 20 }),
    type: fc.constantFrom('vrm', 'vrm', ...ASSET_TYPES),
    visibility: fc.constantFrom(...VISIBILITIES),
    statuses: fc.subarray([...ASSET_STATUSES]),
    q: fc.string({ unit: pieces, maxLength: 3 }),
  },
  { requiredKeys: ['owner', 'sort', 'descending', 'limit'] },
)

/** A piece of a text that is there: of which row, from where, how long. */
const cuts = fc.tuple(fc.nat(), fc.nat(40), fc.integer({ min: 1, max: 12 }))

/** The documented rule, in other words: three characters anywhere, one or two at the beginning of a word. */
const isFound = ({ display_name, key }: Row, q: string): boolean => {
  const text = `${display_name}\n${key}`.normalize('NFC').toLowerCase()
  const asked = q.normalize('NFC').toLowerCase().trim()
  if ([...asked].length >= 3) return text.includes(asked)
  const starts = text.matchAll(
    /(?<![a-z0-9\u0080-\u{10ffff}])[a-z0-9\u0080-\u{10ffff}]|[\u2e80-\u{10ffff}]/gu,
  )
  return asked === '' || [...starts].some(({ index }) => text.startsWith(asked, index))
}

const order = (a: Row, b: Row, sort: AssetFilter['sort']): number =>
  sort === 'display_name'
    ? Buffer.compare(Buffer.from(a.display_name), Buffer.from(b.display_name))
    : a[sort] - b[sort]

const naive = (all: readonly Row[], filter: AssetFilter): readonly string[] => {
  const { owner, type, visibility, statuses = [], q = '', sort, descending } = filter
  const wanted = all.filter(
    (one) =>
      (owner === 'operator' || one.visibility === 'public' || one.owner === owner) &&
      (type === undefined || one.type === type) &&
      (visibility === undefined || one.visibility === visibility) &&
      (statuses.length === 0 || statuses.some((status) => status === one.status)) &&
      isFound(one, q),
  )
  return (descending ? wanted.toReversed() : wanted)
    .toSorted((a, b) => (descending ? -1 : 1) * order(a, b, sort))
    .map(({ key }) => key)
}

describe('pages of assets', () => {
  let db: TestDatabase
  beforeAll(async () => {
    db = await startDatabase()
  })
  afterAll(() => db.remove())

  const page = (filter: AssetFilter) =>
    Effect.runPromise(Effect.provideService(list(filter), Database, db.database))

  /** All pages, and how many there were. */
  const follow = async (
    filter: AssetFilter,
  ): Promise<{ readonly items: readonly Asset[]; readonly pages: number }> => {
    const items: Asset[] = []
    let asked = filter
    for (let pages = 1; ; pages += 1) {
      const { items: more, next } = await page(asked)
      expect(more.length).toBeLessThanOrEqual(filter.limit)
      items.push(...more)
      if (next === null) return { items, pages }
      asked = { ...filter, after: next }
    }
  }

  const fill = async (all: readonly Row[]): Promise<void> => {
    await db.write({ statements: [{ sql: 'DELETE FROM assets' }, ...all.map((one) => insert(one))] })
  }

  it('are what a scan finds, in its order, for every filter, owner, order and search', async () => {
    let found = 0
    await fc.assert(
      fc.asyncProperty(rows, fc.array(fc.tuple(questions, cuts), { minLength: 8 }), async (all, asked) => {
        await fill(all)
        for (const [question, [n, from, length]] of asked) {
          const { display_name, key } = all[n % all.length]!
          const cut = [...`${display_name}\n${key}`].slice(from, from + length).join('')
          const filter = n % 2 === 0 ? question : { ...question, q: cut }
          const { items } = await follow(filter)
          expect(items.map(({ key }) => key)).toEqual(naive(all, filter))
          found += items.length
        }
      }),
      { numRuns: 60 },
    )
    expect(found).toBeGreaterThan(1_000)
  }, 400_000)

  it('find nothing by a mark that only the index knows', async () => {
    await fill([
      row(
        1,
        {
          type: 'vrm',
          status: 'ready',
          visibility: 'public',
          owner: 'one',
          created_at: 1,
          updated_at: 1,
          size_bytes: 1,
        },
        'ab',
      ),
    ])
    const filter = { owner: 'operator', sort: 'created_at', descending: true, limit: 5 } as const
    for (const q of ['\u0001', '\u0001a', '\u0001ab', '\u0001\u0001a', 'b\u0001']) {
      expect((await page({ ...filter, q })).items, JSON.stringify(q)).toEqual([])
    }
    expect((await page({ ...filter, q: 'ab' })).items).toHaveLength(1)
  })

  it('of a search with many matches far from the beginning are short, and lead there', async () => {
    const many = (from: number, to: number, name: string, search: string): Statement => ({
      sql: `WITH RECURSIVE n(i) AS (SELECT ?1 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ?2)
INSERT INTO assets (id, type, s3_key, display_name, mime_type, status, owner, visibility, search, created_at, updated_at)
SELECT 'm' || i, 'vrm', 'm/' || i, ?3, 'x/y', 'ready', 'operator', 'public', ?4, i, i FROM n`,
      args: [from, to, name, search],
    })
    await fill([])
    await db.write({
      statements: [many(0, 4_500, 'wanted', 'wanted'), many(4_500, 30_000, 'other', 'other')],
    })
    const filter = {
      owner: 'operator',
      sort: 'created_at',
      descending: true,
      limit: 500,
      q: 'wanted',
    } as const
    const first = await page(filter)
    expect(first.items).toEqual([])
    expect(first.next).not.toBeNull()
    const { items, pages } = await follow(filter)
    expect(items).toHaveLength(4_500)
    expect(new Set(items.map(({ id }) => id)).size).toBe(4_500)
    expect(items.map(({ createdAt }) => createdAt)).toEqual(
      Array.from({ length: 4_500 }, (_, n) => 4_499 - n),
    )
    expect(pages).toBeLessThan(20)
    // Nothing of them is of this type, and no row has to be looked into to know it.
    expect(await page({ ...filter, type: 'hdr' })).toEqual({ items: [], next: null })
  }, 400_000)
})

describe('the migration to pages', () => {
  it('lets what was there before be found like what comes after', async () => {
    const folder = tempFolder()
    const connection = await openConnection({ url: `file:${folder.path}/roomkeeper.db`, mode: 'write' })
    try {
      await migrate(connection, MIGRATIONS.slice(0, 5))
      const all = fc
        .sample(rows, { numRuns: 40, seed: 6 })
        .flat()
        .map((one, n) => ({ ...one, key: `${n}/${one.key}` }))
      expect(all.length).toBeGreaterThan(200)
      const before = ({ display_name, key }: Row) => `${display_name}\n${key}`.normalize('NFC').toLowerCase()
      await connection.batch(all.map((one) => insert(one, before(one))))
      await migrate(connection)
      const { rows: after } = await connection.query('SELECT search FROM assets ORDER BY no')
      const parts = (search: unknown) => String(search).split('\u0001\u0001').toSorted()
      expect(after.map(({ search }) => parts(search))).toEqual(
        all.map((one) => parts(searchable(one.display_name, one.key))),
      )
    } finally {
      connection.close()
      folder.remove()
    }
  }, 400_000)
})
