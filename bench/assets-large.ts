// A file far larger than memory, through the whole product: up and down again, and how much memory that took.

import { request } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { startProduct, tempFolder } from './app.ts'
import type { Figure } from './figures.ts'

const TOKEN = 'bench-operator-token-0123456789'
const MIB = 1_048_576
const PIECE = 256 * 1_024
const RSS_MAX = 250 * MIB

function* file(mib: number): Generator<Buffer> {
  const piece = Buffer.alloc(PIECE, 7)
  const first = Buffer.from(piece)
  first.write('glTF')
  first.writeUInt32LE(2, 4)
  yield first
  for (let n = 1; n < (mib * MIB) / PIECE; n += 1) yield piece
}

const upload = async (url: string, mib: number): Promise<void> => {
  const sending = request(`${url}/api/s3/upload?key=large.vrm&type=vrm&visibility=public`, {
    method: 'PUT',
    headers: {
      authorization: `Bearer ${TOKEN}`,
      'content-type': 'application/octet-stream',
      'content-length': String(mib * MIB),
    },
  })
  const answered = new Promise<number>((done, fail) => {
    sending.on('response', (response) => {
      response.resume()
      response.on('end', () => done(response.statusCode ?? 0))
    })
    sending.on('error', fail)
  })
  await pipeline(Readable.from(file(mib), { objectMode: false, highWaterMark: PIECE }), sending)
  const status = await answered
  if (status !== 200) throw new Error(`the upload was answered ${status}`)
}

const download = async (url: string): Promise<number> => {
  const response = await fetch(`${url}/api/s3/read-object?key=large.vrm`)
  if (response.body === null) return 0
  let bytes = 0
  for await (const piece of response.body) bytes += (piece as Uint8Array).byteLength
  return bytes
}

export const largeFigure = async (mib: number): Promise<Figure> => {
  const folder = tempFolder()
  const product = await startProduct('http://127.0.0.1:9', folder.path)
  try {
    let peak = 0
    const look = async (): Promise<number> => {
      const rss = await product.metric('roomkeeper_memory_rss_bytes')
      peak = Math.max(peak, rss)
      return rss
    }
    const before = await look()
    const timer = setInterval(() => void look().catch(() => undefined), 50)
    const timed = async <A>(act: () => Promise<A>) => {
      const startedAt = performance.now()
      const value = await act()
      return { value, seconds: (performance.now() - startedAt) / 1_000 }
    }
    const up = await timed(() => upload(product.url, mib))
    const down = await timed(() => download(product.url))
    clearInterval(timer)
    await look()
    if (down.value !== mib * MIB) throw new Error(`${down.value} bytes came back`)
    return {
      title: `A file of ${mib.toLocaleString('en')} MiB through the product, in a folder`,
      columns: ['what', 'seconds', 'MiB/s'],
      rows: [
        ['up', up.seconds, mib / up.seconds],
        ['down', down.seconds, mib / down.seconds],
      ],
      aims: [
        {
          what: 'resident memory under 250 MiB all the while',
          value: `${Math.round(peak / MIB)} MiB (${Math.round(before / MIB)} before)`,
          met: peak < RSS_MAX,
        },
      ],
    }
  } finally {
    await product.leave()
    folder.remove()
  }
}
