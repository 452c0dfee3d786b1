// A bucket in memory: objects, uploads in parts, and what was ever done to it. It speaks no HTTP and knows no faults.

import { createHash } from 'node:crypto'

export interface StoredBytes {
  readonly bytes: Buffer
  readonly etag: string
  readonly modifiedAt: number
  readonly contentType: string
}

interface Upload {
  readonly key: string
  readonly contentType: string
  readonly parts: Map<number, { readonly bytes: Buffer; readonly etag: string }>
}

const md5 = (bytes: Buffer): string => createHash('md5').update(bytes).digest('hex')

export class Bucket {
  readonly objects = new Map<string, StoredBytes>()
  readonly uploads = new Map<string, Upload>()
  /** How often each key got content. */
  readonly versions = new Map<string, number>()
  #next = 1
  #sorted: { readonly of: number; readonly keys: readonly string[] } | null = null

  put(key: string, bytes: Buffer, contentType = 'application/octet-stream', etag = md5(bytes)): StoredBytes {
    const stored = { bytes, etag, modifiedAt: Math.floor(Date.now() / 1000) * 1000, contentType }
    this.objects.set(key, stored)
    this.versions.set(key, (this.versions.get(key) ?? 0) + 1)
    return stored
  }

  /** All keys in order; sorted again only when their number has changed. */
  get sorted(): readonly string[] {
    if (this.#sorted?.of !== this.objects.size) {
      this.#sorted = { of: this.objects.size, keys: [...this.objects.keys()].sort() }
    }
    return this.#sorted.keys
  }

  create(key: string, contentType: string): string {
    const id = `upload-${this.#next++}`
    this.uploads.set(id, { key, contentType, parts: new Map() })
    return id
  }

  part(id: string, number: number, bytes: Buffer): string | null {
    const upload = this.uploads.get(id)
    if (upload === undefined) return null
    const etag = md5(bytes)
    upload.parts.set(number, { bytes, etag })
    return etag
  }

  complete(id: string, numbers: readonly number[]): StoredBytes | null {
    const upload = this.uploads.get(id)
    if (upload === undefined) return null
    const parts = numbers.map((number) => upload.parts.get(number))
    if (parts.length === 0 || parts.some((part) => part === undefined)) return null
    const all = parts.flatMap((part) => part ?? [])
    const digest = createHash('md5')
    for (const { etag } of all) digest.update(Buffer.from(etag, 'hex'))
    this.uploads.delete(id)
    return this.put(
      upload.key,
      Buffer.concat(all.map(({ bytes }) => bytes)),
      upload.contentType,
      `${digest.digest('hex')}-${all.length}`,
    )
  }

  abort(id: string): boolean {
    return this.uploads.delete(id)
  }

  /** Nothing was left half done: no upload in parts is open. */
  get isTidy(): boolean {
    return this.uploads.size === 0
  }
}
