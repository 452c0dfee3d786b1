import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { folderStore } from '../../src/assets/folder.ts'
import { s3Store } from '../../src/assets/s3-store.ts'
import { tempFolder } from '../_support/db.ts'
import { S3Memory, s3MemoryOptions } from '../_support/s3-memory.ts'
import { conformance } from './conformance.ts'

conformance('a folder', () => {
  const folder = tempFolder()
  const beside = join(folder.path, 'assets', '.roomkeeper', 'tmp')
  return Promise.resolve({
    layer: folderStore(join(folder.path, 'assets')),
    leftovers: () => Promise.resolve(readdirSync(beside).length),
    close: () => Promise.resolve(folder.remove()),
  })
})

for (const knowsConditions of [true, false]) {
  const memory = new S3Memory()
  memory.knowsConditions = knowsConditions
  conformance(
    `S3 in memory that ${knowsConditions ? 'knows' : 'ignores'} conditions`,
    () =>
      Promise.resolve({
        layer: s3Store(s3MemoryOptions(memory, 'shows/')),
        leftovers: () => Promise.resolve(memory.uploads.size),
      }),
    { conditions: knowsConditions },
  )

  it(`A01: the bucket was never listed, nor anything deleted in bulk (${String(knowsConditions)})`, () => {
    expect(memory.log.length).toBeGreaterThan(50)
    expect(memory.requests.filter(({ key }) => key === '')).toEqual([])
    expect(memory.requests.every(({ key }) => key.startsWith('shows/'))).toBe(true)
    expect(existsSync('shows')).toBe(false)
  })
}
