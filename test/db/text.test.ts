// Text that went into the database comes out again, and never ends the process.

import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openConnection, type Connection } from '../../src/db/client.ts'
import { storable } from '../../src/db/text.ts'
import { tempFolder } from '../_support/db.ts'

describe('storable text', () => {
  const folder = tempFolder()
  let connection: Connection
  beforeAll(async () => {
    connection = await openConnection({ url: `file:${folder.path}/text.db`, mode: 'write' })
    await connection.query('CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT)')
  })
  afterAll(() => {
    connection.close()
    folder.remove()
  })
  const throughJson = async (texts: readonly string[]): Promise<readonly unknown[]> => {
    await connection.batch([
      { sql: 'DELETE FROM t' },
      { sql: 'INSERT INTO t (a) SELECT value FROM json_each(?)', args: [JSON.stringify(texts)] },
    ])
    return (await connection.query('SELECT a FROM t ORDER BY id')).rows.map((row) => row['a'])
  }

  it('T09: half an emoji and a NUL become U+FFFD instead of ending the process', async () => {
    const half = '\ud83d\ude00'.slice(0, 1)
    expect(half.isWellFormed()).toBe(false)
    expect(await throughJson([`a${half}b`, 'c\0d', 'e\ude00'])).toEqual(['a\ufffdb', 'c\ufffdd', 'e\ufffd'])
    const direct = await connection.query('SELECT ? AS a', [`a${half}b\0`])
    expect(direct.rows).toEqual([{ a: 'a\ufffdb\ufffd' }])
  })

  it('leaves alone what only looks like an escape', async () => {
    const typed = ['\\ud800', '\\\\u0000', '[\\', 'plain \\u0041', '😀', '\\😀']
    expect(await throughJson(typed)).toEqual(typed)
    expect(storable('"\\ud83d\\ude00"')).toBe('"\\ud83d\\ude00"')
  })

  it('gives back every string that has neither', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.string({ unit: 'binary', maxLength: 12 }), { maxLength: 8 }),
        async (texts) => {
          const expected = texts.map((text) => text.toWellFormed().replaceAll('\0', '\ufffd'))
          expect(await throughJson(texts)).toEqual(expected)
        },
      ),
      { numRuns: 25 },
    )
  })
})
