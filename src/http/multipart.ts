// A form with a file in it, read as it comes: the fields that precede the file, then the file's bytes. What the
// fields mean is the route's.

import { Busboy } from '@fastify/busboy'
import type { Readable } from 'node:stream'
import { BodyBroken } from '../assets/assets.ts'
import { Problem } from './problems.ts'

const LIMITS = {
  fieldNameSize: 100,
  fieldSize: 4_096,
  fields: 16,
  files: 1,
  parts: 17,
  headerPairs: 32,
  headerSize: 8_192,
}

export interface Form {
  readonly fields: Readonly<Record<string, string>>
  readonly fileName: string
  /** Ends when the whole form was read and was right. */
  readonly file: AsyncIterable<Uint8Array>
}

const bad = (detail: string): Problem => new Problem('invalid', { detail })

class FormReader {
  readonly #busboy: InstanceType<typeof Busboy>
  readonly #fields: Record<string, string> = Object.create(null) as Record<string, string>
  readonly #begun = Promise.withResolvers<{ readonly file: Readable; readonly fileName: string }>()
  #file: Readable | null = null
  #problem: Error | null = null
  #pumped: Promise<void> = Promise.resolve()
  #wake: () => void = () => {}

  constructor(contentType: string) {
    this.#begun.promise.catch(() => undefined)
    try {
      this.#busboy = new Busboy({ headers: { 'content-type': contentType }, limits: LIMITS })
    } catch {
      throw new Problem('media_type_unsupported')
    }
    this.#busboy
      .on('field', (name, value, isNameCut, isValueCut) => {
        if (this.#file !== null) return this.#fail(bad('Expected every field before the file.'))
        if (isNameCut || isValueCut) return this.#fail(bad('A field is too long.'))
        if (name in this.#fields) return this.#fail(bad('A field is there twice.'))
        this.#fields[name] = value
      })
      .on('file', (name, file, fileName) => {
        file.on('error', () => undefined)
        if (name !== 'file' || this.#file !== null) {
          file.resume()
          return this.#fail(bad('Expected one file, in the field `file`.'))
        }
        this.#file = file
        this.#begun.resolve({ file, fileName: fileName ?? '' })
      })
      .on('fieldsLimit', () => this.#fail(bad('There are too many fields.')))
      .on('partsLimit', () => this.#fail(bad('There are too many parts.')))
      .on('filesLimit', () => this.#fail(bad('Expected one file.')))
      .on('error', () => this.#fail(new BodyBroken('client_aborted')))
  }

  /** The first thing that is wrong is what is said; the file ends with it. */
  #fail(problem: Error): void {
    this.#problem ??= problem
    this.#begun.reject(this.#problem)
    this.#file?.destroy(this.#problem)
  }

  async #pump(body: AsyncIterable<Uint8Array>): Promise<void> {
    for await (const piece of body) {
      if (this.#problem !== null) return
      if (!this.#busboy.write(Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength))) {
        await this.#until('drain')
      }
    }
    if (this.#problem !== null) return
    const finished = this.#until('finish')
    this.#busboy.end()
    await finished
  }

  /** Resolves with the event, or when nothing more is to be read. */
  #until(event: 'drain' | 'finish'): Promise<void> {
    return new Promise((resolve) => {
      if (this.#problem !== null) return resolve()
      this.#wake = resolve
      this.#busboy.once(event, () => resolve())
    })
  }

  async *#bytes(file: Readable): AsyncGenerator<Uint8Array> {
    try {
      for await (const piece of file) yield piece as Uint8Array
      await this.#pumped
      if (this.#problem !== null) throw this.#problem
    } catch (error) {
      throw this.#problem ?? error
    } finally {
      this.close()
    }
  }

  async read(body: AsyncIterable<Uint8Array>): Promise<Form> {
    this.#pumped = this.#pump(body).catch((error: unknown) => {
      this.#fail(error instanceof Error ? error : new BodyBroken('client_aborted'))
    })
    // A form without a file ends without one having begun.
    void this.#pumped.then(() =>
      this.#begun.reject(this.#problem ?? bad('Expected a file in the field `file`.')),
    )
    const { file, fileName } = await this.#begun.promise
    return { fields: { ...this.#fields }, fileName, file: this.#bytes(file) }
  }

  /** Reads nothing more. */
  close(): void {
    this.#problem ??= new BodyBroken('client_aborted')
    this.#wake()
    this.#file?.destroy()
  }

  /** What was wrong with the form itself, when that is why its file ended. */
  get problem(): Problem | null {
    return this.#problem instanceof Problem ? this.#problem : null
  }
}

export interface ReadForm extends Form {
  /** What was wrong with the form, when that is why its file ended. */
  readonly problem: () => Problem | null
  /** Reads nothing more; called by whoever does not read the file to its end, and harmless after that. */
  readonly close: () => void
}

/** Resolves when the file begins. */
export const readForm = async (contentType: string, body: AsyncIterable<Uint8Array>): Promise<ReadForm> => {
  const reader = new FormReader(contentType)
  const form = await reader.read(body).catch((error: unknown) => {
    reader.close()
    throw error
  })
  return { ...form, problem: () => reader.problem, close: () => reader.close() }
}
