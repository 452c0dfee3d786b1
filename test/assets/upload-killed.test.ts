// kill -9 at each step of an upload, in a process of its own: what the next start finds is all of it or nothing.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startDatabase, tempFolder, until, type TestDatabase } from '../_support/db.ts'
import { startWireS3, type WireS3 } from '../_support/s3/fauxqs.ts'
import { startAssets, vrm, word, pieces } from '../_support/s3/uploads.ts'
import { STEPS, storeOf, type ChildInput, type Step } from '../_support/s3/upload-child.ts'

const MIB = 1_048_576
const entry = fileURLToPath(new URL('../_support/s3/upload-child.ts', import.meta.url))

/** Runs an upload until it is at its step, and kills it there. */
const killed = async (input: ChildInput): Promise<string> => {
  const child = spawn(process.execPath, [entry, JSON.stringify(input)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = once(child, 'exit')
  let said = ''
  for await (const line of createInterface(child.stdout)) {
    said = line
    if (line === `at ${input.step}`) child.kill('SIGKILL')
  }
  const [, signal] = (await ended) as [number | null, string | null]
  expect(signal).toBe('SIGKILL')
  return said
}

const WAITING =
  "SELECT (SELECT count(*) FROM assets WHERE status = 'uploading') + (SELECT count(*) FROM asset_uploads WHERE state = 'running') AS n"

/** No row waits any more. */
const settles = async (db: TestDatabase): Promise<void> => {
  let waiting = 1
  const look = setInterval(() => void db.read(WAITING).then(([row]) => (waiting = Number(row?.['n']))), 20)
  try {
    // What the first round had no time for waits a minute for the next.
    await until('no row waits any more', () => waiting === 0, 150_000)
  } finally {
    clearInterval(look)
  }
}

interface Ground {
  readonly store: ChildInput['store']
  /** Anything half done that is still there. */
  readonly leftovers: () => Promise<number>
}

const proves = (
  name: string,
  ground: () => Ground,
  steps: readonly Step[],
  again: 'half' | 'stored',
): void => {
  for (const step of steps) {
    it(`A20: killed at "${step}", ${name}: the next start settles the row by what is there`, async () => {
      const { store, leftovers } = ground()
      const folder = tempFolder()
      const key = `${step}.vrm`
      const bytes = vrm(12 * MIB, 7)
      const input = { folder: folder.path, step, key, size: 12 * MIB, seed: 7, replace: false, store }
      expect(await killed(input)).toBe(`at ${step}`)
      const db = await startDatabase({ folder: folder.path })
      const { upload, read, dispose } = await startAssets(db, storeOf(store), 'boot-next')
      try {
        await settles(db)
        expect(await leftovers()).toBe(0)
        const [row] = await db.read('SELECT status, error_code, version FROM assets WHERE s3_key = ?', [key])
        const isThere = step === 'stored' || step === 'committed'
        expect(row).toMatchObject(
          isThere
            ? { status: 'ready', error_code: null, version: 1 }
            : { status: 'failed', error_code: 'process_crash', version: 0 },
        )
        // What was settled is not in the way of the same upload again, and is one effect in all.
        expect(word(await upload(key, pieces(bytes)))).toBe(isThere ? 'noop' : 'created')
        expect((await read(key)).equals(bytes)).toBe(true)
        expect(await leftovers()).toBe(0)
      } finally {
        await dispose()
        await db.remove()
        folder.remove()
      }
    })
  }

  it(`A20: killed while a new version arrives, ${name}: the old one is untouched or the new one is whole`, async () => {
    const { store, leftovers } = ground()
    const folder = tempFolder()
    const key = 'again.vrm'
    const before = await startDatabase({ folder: folder.path })
    const first = await startAssets(before, storeOf(store), 'boot-first')
    expect(word(await first.upload(key, pieces(vrm(6 * MIB, 1))))).toBe('created')
    await first.dispose()
    await before.close()
    await killed({ folder: folder.path, step: again, key, size: 6 * MIB, seed: 2, replace: true, store })
    const db = await startDatabase({ folder: folder.path })
    const { read, dispose } = await startAssets(db, storeOf(store), 'boot-next')
    await settles(db)
    const [row] = await db.read('SELECT status, version FROM assets WHERE s3_key = ?', [key])
    expect(row).toEqual({ status: 'ready', version: again === 'stored' ? 2 : 1 })
    expect((await read(key)).equals(vrm(6 * MIB, again === 'stored' ? 2 : 1))).toBe(true)
    expect(await leftovers()).toBe(0)
    await dispose()
    await db.remove()
    folder.remove()
  })
}

describe('an upload that is killed', () => {
  const folder = tempFolder()
  const dir = join(folder.path, 'assets')
  afterAll(folder.remove)
  const ground = () => ({
    store: { dir },
    leftovers: () => Promise.resolve(readdirSync(join(dir, '.roomkeeper', 'tmp')).length),
  })
  proves('over a folder', ground, STEPS, 'stored')
})

describe('an upload that is killed', () => {
  let wire: WireS3
  beforeAll(async () => {
    wire = await startWireS3()
  })
  afterAll(() => wire.stop())
  const ground = () => ({ store: { s3: wire.options }, leftovers: wire.openUploads })
  proves('over S3', ground, ['half', 'sealed', 'stored'], 'half')
})
