// Bytes through gzip or zstd, as fast as they are taken: one member, one frame, so that every reader reads all.

import { pipeline, Readable } from 'node:stream'
import { constants, createGzip, createZstdCompress } from 'node:zlib'

const CHUNK_BYTES = 256 * 1024

const compressors = {
  gz: () => createGzip({ level: 6, chunkSize: CHUNK_BYTES }),
  zst: () =>
    createZstdCompress({
      chunkSize: CHUNK_BYTES,
      params: { [constants.ZSTD_c_compressionLevel]: 3, [constants.ZSTD_c_checksumFlag]: 1 },
    }),
}

export type Compression = keyof typeof compressors

export const compressed = async function* (
  bytes: AsyncIterable<Uint8Array>,
  compression: Compression,
): AsyncGenerator<Uint8Array, void, undefined> {
  const source = Readable.from(bytes, { objectMode: true, highWaterMark: 1 })
  // What either end fails with arrives at whoever reads the other: nothing is left to do here.
  const sink = pipeline(source, compressors[compression](), () => undefined)
  for await (const chunk of sink as AsyncIterable<Uint8Array>) yield chunk
}
