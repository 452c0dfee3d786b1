// What tests of uploads over HTTP share: putting a file, and the rows and files that are left of it.

import { createHash } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Row } from '../../src/db/database.ts'
import { OPERATOR, type Harness } from './harness.ts'

export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

interface Put {
  readonly token?: string | null
  readonly query?: Readonly<Record<string, string>>
}

export interface PutAnswer {
  readonly status: number
  readonly json: Record<string, unknown>
  readonly location: string | null
}

/** Asks after what the harness's server and database say. */
export class AssetKit {
  readonly #h: Harness

  constructor(h: Harness) {
    this.#h = h
  }

  async put(key: string, bytes: Uint8Array, { token = OPERATOR, query = {} }: Put = {}): Promise<PutAnswer> {
    const response = await fetch(`${this.#h.url}/api/s3/upload?${new URLSearchParams({ key, ...query })}`, {
      method: 'PUT',
      headers: token === null ? {} : { authorization: `Bearer ${token}` },
      body: new Uint8Array(bytes),
    })
    const json = (await response.json()) as Record<string, unknown>
    return { status: response.status, json, location: response.headers.get('location') }
  }

  async row(key: string): Promise<Row | undefined> {
    return (await this.#h.db.read('SELECT * FROM assets WHERE s3_key = ?', [key]))[0]
  }

  uploads(key: string): Promise<readonly Row[]> {
    return this.#h.db.read('SELECT * FROM asset_uploads WHERE s3_key = ? ORDER BY started_at', [key])
  }

  /** Files that were begun and not finished. */
  besides(): number {
    return readdirSync(join(this.#h.assets.folder, '.roomkeeper', 'tmp')).length
  }

  async audit(key: string): Promise<readonly string[]> {
    const rows = await this.#h.db.read(
      'SELECT action, outcome, code FROM audit WHERE detail = ? ORDER BY seq',
      [key],
    )
    return rows.map((row) => [row['action'], row['outcome'], row['code']].join(' '))
  }

  /** The row once it is as it should be; fails loudly when that never comes. */
  async #rowWhen(key: string, isRight: (status: unknown) => boolean): Promise<Row> {
    for (let tries = 0; tries < 6_000; tries += 1) {
      const row = await this.row(key)
      if (row !== undefined && isRight(row['status'])) return row
      await new Promise((done) => setTimeout(done, 5))
    }
    throw new Error(`the row of ${key} never came`)
  }

  begun(key: string): Promise<Row> {
    return this.#rowWhen(key, () => true)
  }

  settled(key: string): Promise<Row> {
    return this.#rowWhen(key, (status) => status !== 'uploading')
  }
}
