// Files that are on the disk when this says so: hashed while they are copied, synced, and named last.

import { createHash } from 'node:crypto'
import { open, rename, statfs } from 'node:fs/promises'

const CHUNK_BYTES = 1024 * 1024

export const syncPath = async (path: string): Promise<void> => {
  const handle = await open(path, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** Writes a small file of ours, readable by its owner alone. */
export const put = async (path: string, text: string): Promise<void> => {
  const handle = await open(path, 'w', 0o600)
  try {
    await handle.writeFile(text)
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** Reads a file through; `each` is told of every piece, in order. */
const through = async (
  path: string,
  each: (piece: Uint8Array) => Promise<unknown> | void,
): Promise<string> => {
  const hash = createHash('sha256')
  const from = await open(path, 'r')
  const buffer = Buffer.allocUnsafe(CHUNK_BYTES)
  try {
    for (;;) {
      const { bytesRead } = await from.read(buffer, 0, CHUNK_BYTES, null)
      if (bytesRead === 0) return hash.digest('hex')
      const piece = buffer.subarray(0, bytesRead)
      hash.update(piece)
      await each(piece)
    }
  } finally {
    await from.close()
  }
}

export const sha256Of = (path: string): Promise<string> => through(path, () => undefined)

/** Copies and syncs; answers the hash of what was read. */
export const copySynced = async (from: string, to: string): Promise<string> => {
  const target = await open(to, 'w', 0o600)
  try {
    const hash = await through(from, (piece) => target.writeFile(piece))
    await target.sync()
    return hash
  } finally {
    await target.close()
  }
}

/** After this a reader finds it whole or not at all, whatever happens to the machine. */
export const publish = async (from: string, to: string, folder: string): Promise<void> => {
  await rename(from, to)
  await syncPath(folder)
}

/** Bytes that may still be written there. */
export const freeBytes = async (folder: string): Promise<number> => {
  const { bavail, bsize } = await statfs(folder)
  return bavail * bsize
}
