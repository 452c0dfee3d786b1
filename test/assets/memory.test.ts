// A file is never whole in memory: what the product takes for one far larger than it may become, as it is started by
// `npm start`, through its own sockets.

import { readFileSync } from 'node:fs'
import { request } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { afterEach, expect, it } from 'vitest'
import manifest from '../../package.json' with { type: 'json' }
import { tempFolder } from '../_support/db.ts'
import { Product } from '../_support/product.ts'
import { startWireS3 } from '../_support/s3/fauxqs.ts'

const MIB = 1_048_576
const PIECE = 256 * 1_024
const RSS_MAX = 250
const nodeArgs = manifest.scripts.start
  .match(/--(max|import)\S*( \.\S+)?/g)
  ?.flatMap((flag) => flag.split(' '))

const closing: (() => Promise<unknown> | void)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close()
})

const started = async (env: Readonly<Record<string, string>>): Promise<Product> => {
  const folder = tempFolder()
  closing.push(folder.remove)
  const product = new Product({
    dataDir: folder.path,
    env: { TIKTOK_ORIGIN: 'http://127.0.0.1:9', ...env },
    nodeArgs: nodeArgs ?? [],
  })
  closing.push(() => product.stop())
  // The first start after a change compiles what it loads, and keeps it for the next one, which is the one to weigh.
  await product.start()
  await product.stop()
  await product.start()
  return product
}

function* vrm(mib: number): Generator<Buffer> {
  const piece = Buffer.alloc(PIECE, 7)
  const first = Buffer.from(piece)
  first.write('glTF\u0002\0\0\0')
  yield first
  for (let n = 1; n < (mib * MIB) / PIECE; n += 1) yield piece
}

const upload = async (product: Product, mib: number): Promise<number> => {
  const sending = request(`${product.origin}/api/s3/upload?key=large.vrm&type=vrm&visibility=public`, {
    method: 'PUT',
    headers: {
      authorization: `Bearer ${product.token}`,
      'content-type': 'application/octet-stream',
      'content-length': String(mib * MIB),
    },
  })
  const { promise: answered, resolve, reject } = Promise.withResolvers<number>()
  sending.on('response', (response) => {
    response.resume()
    response.on('end', () => resolve(response.statusCode ?? 0))
  })
  sending.on('error', reject)
  await pipeline(Readable.from(vrm(mib), { objectMode: false, highWaterMark: PIECE }), sending)
  return answered
}

const download = async (product: Product): Promise<number> => {
  const { body } = await product.ask('/api/s3/read-object?key=large.vrm')
  let bytes = 0
  for await (const piece of body ?? []) bytes += (piece as Uint8Array).byteLength
  return bytes
}

/** The most that a process ever had in memory, MiB, as the kernel counted it. */
const peakOf = (pid: number): number =>
  Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1_024

const weigh = async (
  product: Product,
  mib: number,
): Promise<{ readonly before: number; readonly peak: number }> => {
  const before = peakOf(product.pid)
  expect(await upload(product, mib)).toBe(200)
  expect(await download(product)).toBe(mib * MIB)
  return { before, peak: peakOf(product.pid) }
}

it('256 MiB into a folder and out again stay below what the whole product may take', async () => {
  const { before, peak } = await weigh(await started({}), 256)
  expect(before).toBeGreaterThan(50)
  expect(peak).toBeLessThan(RSS_MAX)
}, 400_000)

it('160 MiB into S3 and out again stay below what the whole product may take', async () => {
  const { stop, options } = await startWireS3()
  closing.push(stop)
  const { before, peak } = await weigh(
    await started({
      S3_BUCKET: options.bucket,
      S3_ENDPOINT: options.endpoint,
      S3_REGION: options.region,
      AWS_ACCESS_KEY_ID: options.credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: options.credentials.secretAccessKey,
    }),
    160,
  )
  expect(before).toBeGreaterThan(50)
  expect(peak).toBeLessThan(RSS_MAX)
}, 400_000)
