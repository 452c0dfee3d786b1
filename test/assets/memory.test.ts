// A file is never whole in memory: what an upload and a download take does not grow with the file.

import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, it } from 'vitest'
import { tempFolder } from '../_support/db.ts'
import { ran } from '../_support/product.ts'
import { startWireS3 } from '../_support/s3/fauxqs.ts'
import type { MemoryInput, Weighed } from '../_support/s3/memory-child.ts'

const MIB = 1_048_576
const entry = fileURLToPath(new URL('../_support/s3/memory-child.ts', import.meta.url))
const folder = tempFolder()
afterAll(folder.remove)

const weigh = async (input: MemoryInput): Promise<Weighed> => {
  const { code, out, err } = await ran(process.execPath, [entry, JSON.stringify(input)])
  expect(err).toBe('')
  expect(code).toBe(0)
  return JSON.parse(out) as Weighed
}

it('256 MiB into a folder and out again take less than 64 MiB more than 16 MiB do', async () => {
  const store = { dir: join(folder.path, 'assets') }
  const weighed = await weigh({ folder: folder.path, mib: 256, store })
  expect(weighed).toMatchObject({ outcome: 'created', bytes: 256 * MIB })
  expect(weighed.peak - weighed.before).toBeLessThan(64 * MIB)
  expect(weighed.peak).toBeLessThan(250 * MIB)
})

it('160 MiB into S3 and out again take less than 120 MiB more than 16 MiB do', async () => {
  const wire = await startWireS3()
  const other = tempFolder()
  try {
    const weighed = await weigh({ folder: other.path, mib: 160, store: { s3: wire.options } })
    expect(weighed).toMatchObject({ outcome: 'created', bytes: 160 * MIB })
    // Four parts under way, one that fills, and what the SDK and the collector keep of them for a while.
    expect(weighed.peak - weighed.before).toBeLessThan(120 * MIB)
  } finally {
    await wire.stop()
    other.remove()
  }
})
