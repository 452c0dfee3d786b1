// Bytes into and out of a store through the service of assets, beside the same bytes with nothing in between: the
// SDK alone, or a file that is written, synced and named.

import { createHash, randomUUID } from 'node:crypto'
import { open, rename } from 'node:fs/promises'
import { join } from 'node:path'
import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3'
import type * as Layer from 'effect/Layer'
import { folderStore } from '../src/assets/folder.ts'
import { s3Store } from '../src/assets/s3-store.ts'
import type { ObjectStore } from '../src/assets/store.ts'
import { startDatabase } from '../test/_support/db.ts'
import { startAssets, word } from '../test/_support/s3/uploads.ts'
import { startChild } from './child.ts'
import { tempFolder } from './app.ts'
import { median, type Figure } from './figures.ts'

const MIB = 1_048_576
const PIECE = 65_536
const PART = 5 * MIB
const ROUNDS = 5
const AHEAD = 4

/** A VRM of this size, in pieces as a socket gives them; each its own content. */
async function* body(mib: number, seed: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < mib * MIB; at += PIECE) {
    const piece = Buffer.alloc(PIECE, (seed + at / PIECE) % 256)
    if (at === 0) {
      piece.write('glTF')
      piece.writeUInt32LE(2, 4)
      piece.writeUInt32LE(seed, 12)
    }
    yield await Promise.resolve(piece)
  }
}

interface Raw {
  readonly put: (name: string, source: AsyncIterable<Uint8Array>) => Promise<void>
  readonly get: (name: string) => Promise<number>
}

const counted = async (source: AsyncIterable<Uint8Array>): Promise<number> => {
  let bytes = 0
  for await (const piece of source) bytes += piece.byteLength
  return bytes
}

const rawFolder = (folder: string, hashes: boolean): Raw => ({
  put: async (name, source) => {
    const beside = join(folder, randomUUID())
    const file = await open(beside, 'wx')
    const hash = createHash('sha256')
    let pieces: Uint8Array[] = []
    for await (const piece of source) {
      if (hashes) hash.update(piece)
      pieces.push(piece)
      if (pieces.length * PIECE < MIB) continue
      await file.write(Buffer.concat(pieces))
      pieces = []
    }
    await file.write(Buffer.concat(pieces))
    await file.sync()
    await file.close()
    await rename(beside, join(folder, name))
  },
  get: async (name) => {
    const file = await open(join(folder, name))
    return counted(file.createReadStream({ highWaterMark: 262_144 }))
  },
})

const rawS3 = (client: S3Client, hashes: boolean): Raw => ({
  put: async (name, source) => {
    const place = { Bucket: 'assets', Key: name }
    const { UploadId } = await client.send(new CreateMultipartUploadCommand(place))
    const hash = createHash('sha256')
    const parts: Promise<{ readonly PartNumber: number; readonly ETag: string | undefined }>[] = []
    const send = (bytes: Buffer, PartNumber: number) =>
      client
        .send(
          new UploadPartCommand({
            ...place,
            UploadId,
            PartNumber,
            Body: bytes,
            ContentLength: bytes.byteLength,
          }),
        )
        .then(({ ETag }) => ({ PartNumber, ETag }))
    let pieces: Uint8Array[] = []
    let size = 0
    const flush = async (): Promise<void> => {
      if (parts.length >= AHEAD) await parts[parts.length - AHEAD]
      parts.push(send(Buffer.concat(pieces), parts.length + 1))
      pieces = []
      size = 0
    }
    for await (const piece of source) {
      if (hashes) hash.update(piece)
      pieces.push(piece)
      size += piece.byteLength
      if (size >= PART) await flush()
    }
    if (size > 0) await flush()
    const Parts = await Promise.all(parts)
    await client.send(new CompleteMultipartUploadCommand({ ...place, UploadId, MultipartUpload: { Parts } }))
  },
  get: async (name) => {
    const { Body } = await client.send(new GetObjectCommand({ Bucket: 'assets', Key: name }))
    return counted(Body as unknown as AsyncIterable<Uint8Array>)
  },
})

const seconds = async (act: () => Promise<unknown>): Promise<number> => {
  const before = performance.now()
  await act()
  return (performance.now() - before) / 1_000
}

const compare = async (
  what: string,
  mib: number,
  store: Layer.Layer<ObjectStore>,
  raw: (hashes: boolean) => Raw,
): Promise<Figure> => {
  const db = await startDatabase()
  const ours = await startAssets(db, store)
  const times = { bare: [], hashed: [], ours: [], bareOut: [], oursOut: [] } as Record<
    'bare' | 'hashed' | 'ours' | 'bareOut' | 'oursOut',
    number[]
  >
  // In turns, so that what else the machine does falls on all of them.
  for (let round = 0; round < ROUNDS; round += 1) {
    const name = `bench-${round}.vrm`
    times.bare.push(await seconds(() => raw(false).put(`raw-${name}`, body(mib, round))))
    times.ours.push(
      await seconds(async () => {
        const done = word(await ours.upload(name, body(mib, round)))
        if (done !== 'created') throw new Error(`an upload came to ${done}`)
      }),
    )
    times.hashed.push(await seconds(() => raw(true).put(`hashed-${name}`, body(mib, round))))
    times.bareOut.push(await seconds(() => raw(false).get(`raw-${name}`)))
    times.oursOut.push(await seconds(() => ours.readAll(name)))
  }
  await ours.dispose()
  await db.remove()
  const speed = (all: readonly number[]): number => mib / median(all)
  const up = speed(times.ours) / speed(times.bare)
  const upHashed = speed(times.ours) / speed(times.hashed)
  const down = speed(times.oursOut) / speed(times.bareOut)
  return {
    title: `Assets of ${mib} MiB in and out of ${what}`,
    columns: ['way', 'MiB/s raw', 'MiB/s raw, hashed', 'MiB/s ours', 'ratio', 'ratio to hashed'],
    rows: [
      ['up', speed(times.bare), speed(times.hashed), speed(times.ours), up, upHashed],
      ['down', speed(times.bareOut), '', speed(times.oursOut), down, ''],
    ],
    aims: [
      { what: 'up at 0.8 of the raw store or more', value: up.toFixed(2), met: up >= 0.8 },
      { what: 'down at 0.8 of the raw store or more', value: down.toFixed(2), met: down >= 0.8 },
    ],
    notes: [
      `The median of ${ROUNDS} rounds in turns. Ours counts, hashes (SHA-256) and sniffs, and writes its rows.`,
    ],
  }
}

export async function* transferFigures(mib: number): AsyncGenerator<Figure> {
  const folder = tempFolder()
  yield await compare('a folder', mib, folderStore(join(folder.path, 'assets')), (hashes) =>
    rawFolder(folder.path, hashes),
  )
  folder.remove()
  const server = startChild('assets-server.ts', null)
  const { endpoint } = await server.hear<{ endpoint: string }>('serving')
  const region = 'us-east-1'
  const credentials = { accessKeyId: 'bench', secretAccessKey: 'bench-secret' }
  const client = new S3Client({
    region,
    endpoint,
    forcePathStyle: true,
    credentials,
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  })
  const options = { bucket: 'assets', region, endpoint, prefix: '', credentials }
  yield await compare('S3 over sockets', Math.min(mib, 128), s3Store(options), (hashes) =>
    rawS3(client, hashes),
  )
  client.destroy()
  await server.close()
}
