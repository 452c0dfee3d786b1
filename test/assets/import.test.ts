// Imports: what is read out of a list, what becomes of each key, and what outlives a crash.

import * as Effect from 'effect/Effect'
import { afterEach, describe, expect, it } from 'vitest'
import { sha256, startAssets } from '../_support/s3/uploads.ts'
import { Library, imported, standInStore, startImporter, type Importing } from '../_support/s3/library.ts'

let library: Library
let importing: Importing
const start = async (options: Parameters<typeof startImporter>[2] = {}): Promise<void> => {
  library = await Library.start()
  importing = await startImporter(library.db, standInStore(library.s3, options.prefix), options)
}
afterEach(async () => {
  await importing.dispose()
  await library.close()
})
const outcomes = async (no: number): Promise<Readonly<Record<string, string | null>>> => {
  const keys = await Effect.runPromise(importing.importer.keys({ no, outcome: null, after: 0, limit: 1_000 }))
  return Object.fromEntries(keys.map(({ key, outcome }) => [key, outcome]))
}
const put = (...keys: readonly string[]): void => {
  for (const key of keys) library.s3.bucket.put(key, Buffer.from(`content of ${key}`))
}

describe('an import', () => {
  it('looks at each key once, indexes what is there and says what became of the others', async () => {
    await start()
    put('a b (1)+c%20.vrm', 'music/シーン.mp3', 'both.glb', 'scenes/x.glb')
    const row = await importing.list(
      JSON.stringify([
        'a b (1)+c%20.vrm',
        { key: 'music/シーン.mp3', name: 'The song', visibility: 'public' },
        'both.glb',
        { key: 'scenes/x.glb', type: 'scene' },
        'gone.vrm',
        '../secret.vrm',
        'notes.txt',
        'a b (1)+c%20.vrm',
      ]),
    )
    expect(row).toMatchObject({ state: 'done', keys: 8 })
    expect(await outcomes(row.no)).toEqual({
      'a b (1)+c%20.vrm': 'unchanged',
      'music/シーン.mp3': 'indexed',
      'both.glb': 'type_unsupported',
      'scenes/x.glb': 'indexed',
      'gone.vrm': 'not_found',
      '../secret.vrm': 'bad_key',
      'notes.txt': 'type_unsupported',
    })
    expect(await library.row('a b (1)+c%20.vrm')).toMatchObject({
      status: 'ready',
      type: 'vrm',
      visibility: 'private',
    })
    expect(await library.row('music/シーン.mp3')).toMatchObject({
      type: 'bgm',
      display_name: 'The song',
      visibility: 'public',
      mime_type: 'audio/mpeg',
      version: 1,
    })
    expect(library.s3.count('ListObjectsV2')).toBe(0)
    expect(library.s3.log.some(({ key }) => key.includes('secret'))).toBe(false)
    expect(await library.facts('asset.imported')).toMatchObject([{ import: row.no, keys: 8, indexed: 3 }])
  })

  it('reads S3 inventories: keys are decoded, deleted ones passed over, other buckets refused', async () => {
    await start({ prefix: 'shows/' })
    put('shows/animations/Standing Greeting (1).fbx', 'shows/a+b.vrm')
    const row = await importing.list(
      [
        '"assets","shows/animations/Standing+Greeting+%281%29.fbx","true","false","12"',
        '"assets","shows/a%2Bb.vrm","true","false","12"',
        '"assets","shows/old.vrm","false","false","12"',
        '"assets","shows/dead.vrm","true","true",""',
        '"other","shows/x.vrm","true","false","12"',
        '"assets","elsewhere/y.vrm","true","false","12"',
      ].join('\r\n'),
      { format: 'csv', columns: ['bucket', 'key', 'islatest', 'isdeletemarker', 'size'] },
    )
    expect(await outcomes(row.no)).toEqual({
      'animations/Standing Greeting (1).fbx': 'indexed',
      'a+b.vrm': 'indexed',
      'x.vrm': 'other_bucket',
      'elsewhere/y.vrm': 'other_bucket',
    })
  })

  it('reads CSV with a header, one key a line, and JSON by the line', async () => {
    await start()
    put('a,"1".vrm', 'b.vrm', 'c.vrm', 'd.mp3')
    const headed = await importing.list('type,key,display_name\nvrm,"a,""1"".vrm",First\n', { format: 'csv' })
    expect(await outcomes(headed.no)).toEqual({ 'a,"1".vrm': 'indexed' })
    const plain = await importing.list('b.vrm\nb%20x.vrm\n', { format: 'csv' })
    expect(await outcomes(plain.no)).toEqual({ 'b.vrm': 'indexed', 'b%20x.vrm': 'not_found' })
    const lines = await importing.list('"c.vrm"\n{"key":"d.mp3","type":"bgm"}', { format: 'ndjson' })
    expect(await outcomes(lines.no)).toEqual({ 'c.vrm': 'indexed', 'd.mp3': 'indexed' })
  })

  it('what is indexed already is left as it is, and other content is not written over', async () => {
    await start()
    await library.add(['same.vrm', 'other.vrm'])
    library.s3.bucket.put('other.vrm', Buffer.from('another one'))
    const before = await library.rows()
    const row = await importing.list('{"keys":["same.vrm","other.vrm"]}')
    expect(await outcomes(row.no)).toEqual({ 'same.vrm': 'unchanged', 'other.vrm': 'conflict' })
    expect(await library.rows()).toEqual(before)
  })

  it('a dry run says what would be indexed and indexes nothing', async () => {
    await start()
    put('a.vrm')
    const row = await importing.list('["a.vrm"]', { dryRun: true })
    expect(await outcomes(row.no)).toEqual({ 'a.vrm': 'indexed' })
    expect(await library.rows()).toEqual([])
  })

  it('S27: a store that says nothing of a key is asked again, then the key is given up and no row is there', async () => {
    await start()
    put('a.vrm', 'b.vrm')
    const deaf = library.s3.faults.add({
      mishap: { kind: 'status', status: 501 },
      key: (key) => key === 'a.vrm',
    })
    const row = await importing.list('["a.vrm","b.vrm"]')
    expect(deaf.fired).toBe(3)
    expect(await outcomes(row.no)).toEqual({ 'a.vrm': 'store_unavailable', 'b.vrm': 'indexed' })
  })

  it('a list that cannot be read is refused, and nothing of it stays', async () => {
    await start()
    for (const [text, format] of [
      ['{"keys":', 'json'],
      ['{"nothing":1}', 'json'],
      ['[{"name":"no key"}]', 'json'],
      ['"a.vrm"\n{', 'ndjson'],
      ['"open', 'csv'],
    ] as const) {
      const refused = await importing.list(text, { format }).catch((error: unknown) => error)
      expect(refused, text).toMatchObject({ _tag: 'CommandRefused', code: 'invalid' })
    }
    const left = await library.db.read('SELECT count(*) AS n FROM asset_import_keys')
    expect(left[0]?.['n']).toBe(0)
    const rows = await library.db.read("SELECT count(*) AS n FROM asset_imports WHERE state <> 'failed'")
    expect(rows[0]?.['n']).toBe(0)
  })

  it('goes on after a crash with the keys that nobody looked at yet', async () => {
    await start()
    const keys = Array.from({ length: 250 }, (_, n) => `k/${n}.vrm`)
    put(...keys)
    const hold = library.s3.faults.add({ mishap: { kind: 'hang' }, after: 120 })
    const { importer } = importing
    async function* body(): AsyncGenerator<Uint8Array> {
      yield await Promise.resolve(Buffer.from(JSON.stringify(keys)))
    }
    const request = {
      format: 'json',
      columns: null,
      type: null,
      visibility: 'private',
      owner: 'operator',
      dryRun: false,
    } as const
    const caller = { actor: 'operator', ip: null, owner: 'operator' } as const
    const { no } = await Effect.runPromise(importer.start(request, body(), caller))
    while (hold.fired === 0) await new Promise((done) => setTimeout(done, 5))
    // The second loop stands for the next start: the first one hangs, as a killed process would.
    library.s3.faults.clear()
    const second = await startImporter(library.db, standInStore(library.s3), { boot: 'boot-2' })
    expect(await imported(second.importer, no)).toMatchObject({ state: 'done', looked: 250 })
    await second.dispose()
    const rows = await library.db.read("SELECT count(*) AS n FROM assets WHERE status = 'ready'")
    expect(rows[0]?.['n']).toBe(250)
  })
})

describe('what was indexed without being read', () => {
  it('has its hash once somebody has read all of it, and not before', async () => {
    await start()
    put('big.vrm')
    await importing.list(JSON.stringify(['big.vrm']))
    const ours = await startAssets(library.db, standInStore(library.s3))
    try {
      const known = async () => (await library.row('big.vrm'))?.['sha256']
      const asset = await Effect.runPromise(ours.assets.findByKey('big.vrm'))
      if (asset === null) throw new Error('it was not indexed')
      const whole = Buffer.from('content of big.vrm')
      for await (const _ of await Effect.runPromise(ours.assets.read(asset, { first: 0, last: 3 }))) break
      expect(await known()).toBeNull()
      for await (const _ of await Effect.runPromise(ours.assets.read(asset, null))) break
      expect(await known()).toBeNull()
      expect((await ours.read('big.vrm')).equals(whole)).toBe(true)
      expect(await known()).toBe(sha256(whole))
      expect(await library.db.read('SELECT sha256 FROM asset_versions')).toEqual([{ sha256: sha256(whole) }])
    } finally {
      await ours.dispose()
    }
  })
})
