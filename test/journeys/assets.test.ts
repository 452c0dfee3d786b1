// Assets in the product as an operator has it: an object goes missing, is told of, comes back; and a server that is
// killed in a sweep goes on with it.

import { rename } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { tempFolder } from '../_support/db.ts'
import { Product } from '../_support/product.ts'
import { vrm } from '../_support/s3/uploads.ts'

const LIMIT_MS = 90_000
let folder: ReturnType<typeof tempFolder>
let product: Product
beforeEach(async () => {
  folder = tempFolder()
  const env = { ASSET_SWEEP_INTERVAL_MS: '1000', TIKTOK_ORIGIN: 'http://127.0.0.1:9' }
  product = new Product({ dataDir: folder.path, env })
  await product.start()
})
afterEach(async () => {
  await product.stop()
  folder.remove()
})

interface Row {
  readonly id: string
  readonly status: string
}
const upload = async (key: string): Promise<Row> => {
  const init = { method: 'PUT', body: vrm(10_000), headers: { 'content-type': 'application/octet-stream' } }
  return (
    await product.ask(`/api/s3/upload?key=${encodeURIComponent(key)}&type=vrm`, init)
  ).json() as Promise<Row>
}
const becomes = async (id: string, status: string): Promise<void> => {
  for (const startedAt = performance.now(); performance.now() - startedAt < LIMIT_MS;) {
    const row = await product.get<Row>(`/api/s3/resources/${id}`)
    if (row.status === status) return
    await new Promise((done) => setTimeout(done, 50))
  }
  throw new Error(`${id} never became ${status}\n${product.log}`)
}

it('A12, A18: an object that somebody takes away is missing after a sweep or two, and ready when it is back', async () => {
  const { id } = await upload('hero (1)+.vrm')
  await upload('other.vrm')
  const file = join(folder.path, 'assets', 'hero (1)+.vrm')
  await rename(file, `${file}.away`)
  await becomes(id, 'missing')
  expect(
    (await product.request(`/api/s3/read-object?key=${encodeURIComponent('hero (1)+.vrm')}`)).status,
  ).toBe(404)
  await product.kill()
  await rename(`${file}.away`, file)
  await product.start()
  await becomes(id, 'ready')
  expect(
    (await product.request(`/api/s3/read-object?key=${encodeURIComponent('hero (1)+.vrm')}`)).status,
  ).toBe(200)
})
