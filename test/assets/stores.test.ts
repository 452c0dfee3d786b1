import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { folderStore } from '../../src/assets/folder.ts'
import { tempFolder } from '../_support/db.ts'
import { S3StandIn } from '../_support/s3/handler.ts'
import { standInStore } from '../_support/s3/library.ts'
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
  const s3 = new S3StandIn()
  s3.knowsConditions = knowsConditions
  conformance(
    `S3 in memory that ${knowsConditions ? 'knows' : 'ignores'} conditions`,
    () =>
      Promise.resolve({
        layer: standInStore(s3, 'shows/'),
        leftovers: () => Promise.resolve(s3.bucket.uploads.size),
      }),
    { conditions: knowsConditions },
  )

  it(`A01: the bucket was never listed, nor anything deleted in bulk (${String(knowsConditions)})`, () => {
    expect(s3.log.length).toBeGreaterThan(50)
    expect(s3.log.filter(({ key }) => key === '')).toEqual([])
    expect(s3.log.every(({ key }) => key.startsWith('shows/'))).toBe(true)
    expect(existsSync('shows')).toBe(false)
  })
}
