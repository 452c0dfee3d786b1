// The built console as it lies in a folder: read whole into memory, each file with the compressed copies that lie
// beside it, and read again when it was built anew. What is answered with it is in `console.ts`.

import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Where `scripts/build-web.mjs` puts it. */
export const CONSOLE_DIST = fileURLToPath(new URL('../../web/dist', import.meta.url))

/** How often the folder is looked at for a newer build, at most, milliseconds. */
const LOOK_MS = 1_000

const TYPES: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  json: 'application/json',
  map: 'application/json',
  svg: 'image/svg+xml',
  png: 'image/png',
  webp: 'image/webp',
  jpg: 'image/jpeg',
  ico: 'image/x-icon',
  woff2: 'font/woff2',
  wasm: 'application/wasm',
  hdr: 'application/octet-stream',
}

export type Encoding = 'br' | 'gzip'

export interface ConsoleFile {
  readonly type: string
  readonly etag: string
  readonly plain: Uint8Array<ArrayBuffer>
  readonly encoded: Readonly<Partial<Record<Encoding, Uint8Array<ArrayBuffer>>>>
}

interface Build {
  readonly builtAt: number
  readonly index: ConsoleFile
  /** By name, as it is asked for below `/console/`. */
  readonly files: ReadonlyMap<string, ConsoleFile>
}

const read = (path: string): Uint8Array<ArrayBuffer> => new Uint8Array(readFileSync(path))

const fileOf = (folder: string, name: string, all: ReadonlySet<string>): ConsoleFile => {
  const path = join(folder, name)
  const plain = read(path)
  return {
    type: TYPES[name.slice(name.lastIndexOf('.') + 1)] ?? 'application/octet-stream',
    etag: `"${createHash('sha256').update(plain).digest('base64url').slice(0, 22)}"`,
    plain,
    encoded: {
      ...(all.has(`${name}.br`) && { br: read(`${path}.br`) }),
      ...(all.has(`${name}.gz`) && { gzip: read(`${path}.gz`) }),
    },
  }
}

const filesIn = (folder: string): ReadonlyMap<string, ConsoleFile> => {
  const names = new Set(readdirSync(folder))
  return new Map(
    [...names]
      .filter((name) => /^[\w-]+(?:\.[\w-]+)*\.[a-z0-9]+$/i.test(name) && !/\.(?:br|gz)$/.test(name))
      .map((name) => [name, fileOf(folder, name, names)]),
  )
}

export class ConsoleFiles {
  readonly #folder: string
  #build: Build | null = null
  #lookedAt = -Infinity

  constructor(folder: string = CONSOLE_DIST) {
    this.#folder = folder
  }

  /** The page, or null when the console was never built. */
  index(): ConsoleFile | null {
    return this.#now()?.index ?? null
  }

  file(name: string): ConsoleFile | null {
    return this.#now()?.files.get(name) ?? null
  }

  #now(): Build | null {
    const now = performance.now()
    if (now - this.#lookedAt < LOOK_MS) return this.#build
    this.#lookedAt = now
    try {
      const builtAt = statSync(join(this.#folder, 'index.html')).mtimeMs
      if (builtAt !== this.#build?.builtAt) this.#build = this.#load(builtAt)
    } catch {
      // While a newer build takes its place there is a moment without one: what is in memory goes on being served.
    }
    return this.#build
  }

  #load(builtAt: number): Build {
    return {
      builtAt,
      index: fileOf(this.#folder, 'index.html', new Set(readdirSync(this.#folder))),
      files: filesIn(join(this.#folder, 'console')),
    }
  }
}
