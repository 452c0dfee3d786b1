// A process that uploads one large file and reads it again, and tells how much memory that took.

import { startDatabase } from '../db.ts'
import { startAssets, word } from './uploads.ts'
import { storeOf, type ChildInput } from './upload-child.ts'

export interface MemoryInput {
  readonly folder: string
  readonly mib: number
  readonly store: ChildInput['store']
}

export interface Weighed {
  readonly outcome: string
  readonly bytes: number
  /** Of a small file before, and at most, bytes. */
  readonly before: number
  readonly peak: number
}

const MIB = 1_048_576

async function* body(mib: number): AsyncGenerator<Uint8Array> {
  for (let n = 0; n < mib * 16; n += 1) {
    const piece = Buffer.alloc(MIB / 16, n % 251)
    if (n === 0) piece.write('glTF\u0002\0\0\0')
    yield await Promise.resolve(piece)
  }
}

const main = async ({ folder, mib, store }: MemoryInput): Promise<void> => {
  const db = await startDatabase({ folder })
  const { upload, readAll, dispose } = await startAssets(db, storeOf(store))
  await upload('small.vrm', body(16))
  await readAll('small.vrm')
  const before = process.resourceUsage().maxRSS * 1_024
  const outcome = word(await upload('large.vrm', body(mib)))
  const bytes = await readAll('large.vrm')
  const peak = process.resourceUsage().maxRSS * 1_024
  await dispose()
  await db.close()
  process.stdout.write(JSON.stringify({ outcome, bytes, before, peak } satisfies Weighed))
}

const [input] = process.argv.slice(2)
if (input !== undefined) await main(JSON.parse(input) as MemoryInput)
