// What every object store must do, whatever it is made of. Run for the folder, for S3 in memory, and for every
// server that can be had.

import { randomBytes } from 'node:crypto'
import * as Context from 'effect/Context'
import * as Effect from 'effect/Effect'
import * as ManagedRuntime from 'effect/ManagedRuntime'
import type * as Layer from 'effect/Layer'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ObjectStore, StoreError, type Bytes, type PutObject } from '../../src/assets/store.ts'

export type Store = (typeof ObjectStore)['Service']

/** What was put and came back: the value, or the code it failed with. */
export const outcome = <A>(effect: Effect.Effect<A, StoreError>): Promise<A | StoreError['code']> =>
  Effect.runPromise(Effect.match(effect, { onSuccess: (value) => value, onFailure: ({ code }) => code }))

export async function* inPieces(bytes: Uint8Array, size = 65_536): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.byteLength; at += size)
    yield await Promise.resolve(bytes.subarray(at, at + size))
}

export const collect = async (body: Bytes): Promise<Buffer> => {
  const pieces: Uint8Array[] = []
  for await (const piece of body) pieces.push(piece)
  return Buffer.concat(pieces)
}

export const put = (store: Store, key: string, bytes: Uint8Array, more: Partial<PutObject> = {}) =>
  store.put(
    { key, mimeType: 'model/gltf-binary', sizeBytes: bytes.byteLength, ifAbsent: false, ...more },
    inPieces(bytes),
  )

const ODD_KEYS = [
  'animations/Standing Greeting (1).fbx',
  'a+b/c%20d%2Be%.glb',
  'シーン/初音 ★.glb',
  'quote\'and"double&amp;<x>.glb',
  'rooms/r1/deep/er/and/deeper/x.glb',
  `${'long'.repeat(80)}.glb`,
  '~tilde/~.glb',
  '.hidden/.dot.glb',
] as const

export interface Kept {
  readonly layer: Layer.Layer<ObjectStore>
  /** Anything that was begun and not finished: files beside, open uploads. */
  readonly leftovers: () => Promise<number>
  readonly close?: () => Promise<void>
}

export const conformance = (
  name: string,
  start: () => Promise<Kept>,
  { conditions = true }: { readonly conditions?: boolean } = {},
): void => {
  describe(`an object store: ${name}`, () => {
    let kept: Kept
    let runtime: ManagedRuntime.ManagedRuntime<ObjectStore, never>
    let store: Store
    beforeAll(async () => {
      kept = await start()
      runtime = ManagedRuntime.make(kept.layer)
      store = Context.get(await runtime.context(), ObjectStore)
    })
    afterAll(async () => {
      await runtime.dispose()
      await kept.close?.()
    })
    const bytesAt = async (key: string) => collect((await Effect.runPromise(store.get(key))).body)

    it('gives back what was put, under any key, exactly', async () => {
      for (const key of ODD_KEYS) {
        const bytes = randomBytes(1_000)
        const stored = await Effect.runPromise(put(store, key, bytes, { ifAbsent: true }))
        expect(stored.sizeBytes).toBe(1_000)
        expect((await bytesAt(key)).equals(bytes), key).toBe(true)
        const head = await Effect.runPromise(store.head(key))
        expect(head).toMatchObject({ sizeBytes: 1_000, etag: stored.etag })
        expect(Math.abs(Date.now() - (head.modifiedAt ?? 0))).toBeLessThan(120_000)
      }
    })

    it('takes bodies of no, one and many parts', async () => {
      for (const size of [0, 1, 5 * 1_048_576, 5 * 1_048_576 + 1, 17_000_000]) {
        const bytes = randomBytes(size)
        const stored = await Effect.runPromise(put(store, `size-${size}.glb`, bytes))
        expect(stored.sizeBytes).toBe(size)
        expect((await bytesAt(`size-${size}.glb`)).equals(bytes), String(size)).toBe(true)
      }
    }, 400_000)

    it('gives a part of it, first and last byte included', async () => {
      const bytes = randomBytes(700_000)
      await Effect.runPromise(put(store, 'range.glb', bytes))
      for (const [first, last] of [
        [0, 0],
        [699_999, 699_999],
        [1, 262_144],
        [300_000, 699_999],
      ] as const) {
        const got = await Effect.runPromise(store.get('range.glb', { range: { first, last } }))
        expect(got.sizeBytes).toBe(700_000)
        expect((await collect(got.body)).equals(bytes.subarray(first, last + 1)), `${first}-${last}`).toBe(
          true,
        )
      }
      expect(await outcome(store.get('range.glb', { range: { first: 700_000, last: 700_001 } }))).toBe(
        'range_unsatisfiable',
      )
    })

    it('says what is not there', async () => {
      expect(await outcome(store.head('nothing.glb'))).toBe('not_found')
      expect(await outcome(store.get('nothing.glb'))).toBe('not_found')
      expect(await outcome(store.remove('nothing.glb'))).toBeUndefined()
    })

    it('removes, once and again', async () => {
      await Effect.runPromise(put(store, 'gone.glb', randomBytes(10)))
      await Effect.runPromise(store.remove('gone.glb'))
      await Effect.runPromise(store.remove('gone.glb'))
      expect(await outcome(store.head('gone.glb'))).toBe('not_found')
    })

    it('overwrites when asked, and another content has another etag', async () => {
      const first = await Effect.runPromise(put(store, 'twice.glb', Buffer.from('aaaa')))
      const second = await Effect.runPromise(put(store, 'twice.glb', Buffer.from('bbbb')))
      expect(second.etag).not.toBe(first.etag)
      expect((await bytesAt('twice.glb')).toString()).toBe('bbbb')
      expect(await outcome(store.get('twice.glb', { etag: first.etag }))).toBe('altered')
      const same = await Effect.runPromise(store.get('twice.glb', { etag: second.etag }))
      expect((await collect(same.body)).toString()).toBe('bbbb')
    })

    it('creates once: what is there is not touched', async () => {
      for (const size of [100, 6_000_000]) {
        const key = `once-${size}.glb`
        const bytes = randomBytes(size)
        await Effect.runPromise(put(store, key, bytes, { ifAbsent: true }))
        expect(await outcome(put(store, key, randomBytes(size), { ifAbsent: true }))).toBe('exists')
        expect((await bytesAt(key)).equals(bytes)).toBe(true)
      }
      expect(await kept.leftovers()).toBe(0)
    }, 400_000)

    it('of twenty that create one key at once one wins, and the object is its', async () => {
      const all = await Promise.all(
        Array.from({ length: 20 }, (_, n) =>
          outcome(put(store, 'race.glb', Buffer.alloc(64, n), { ifAbsent: true })),
        ),
      )
      const winners = all.flatMap((one, n) => (typeof one === 'string' ? [] : [n]))
      if (!conditions) return expect(winners.length).toBeGreaterThan(0)
      expect(winners).toHaveLength(1)
      expect((await bytesAt('race.glb')).equals(Buffer.alloc(64, winners[0]))).toBe(true)
    })

    it('a body that fails leaves nothing, at any point', async () => {
      for (const pieces of [0, 1, 3, 200]) {
        async function* failing(): AsyncGenerator<Uint8Array> {
          for (let n = 0; n < pieces; n += 1) yield await Promise.resolve(randomBytes(65_536))
          throw new Error('CANARY the client left')
        }
        const body = failing()
        const failure = await Effect.runPromise(
          Effect.flip(store.put({ key: 'half.glb', mimeType: 'x/y', sizeBytes: null, ifAbsent: true }, body)),
        )
        expect(failure.code).toBe('body_failed')
        expect(JSON.stringify(failure)).not.toContain('CANARY')
        expect(await outcome(store.head('half.glb'))).toBe('not_found')
        expect(await kept.leftovers()).toBe(0)
      }
    }, 400_000)

    it('a reader who stops, or never begins, holds nothing open', async () => {
      await Effect.runPromise(put(store, 'read.glb', randomBytes(2_000_000)))
      for (let n = 0; n < 50; n += 1) {
        const { body } = await Effect.runPromise(store.get('read.glb'))
        const reader = body[Symbol.asyncIterator]()
        if (n % 2 === 0) await reader.next()
        await reader.return?.()
      }
      expect((await bytesAt('read.glb')).byteLength).toBe(2_000_000)
    })

    it('S31: refuses what is no key before it asks anything', async () => {
      for (const key of [
        '../x.glb',
        '/abs.glb',
        'a//b.glb',
        'a/../../b.glb',
        'a\\b.glb',
        'a\0b.glb',
        '',
        '%2e%2e/x',
      ]) {
        expect(await outcome(put(store, key, Buffer.from('x'))), key).toBe('bad_key')
        expect(await outcome(store.head(key)), key).toBe('bad_key')
        expect(await outcome(store.get(key)), key).toBe('bad_key')
        expect(await outcome(store.remove(key)), key).toBe('bad_key')
      }
    })
  })
}
