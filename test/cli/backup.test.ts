// `roomkeeper backup` and `restore` as a person meets them, without a server. Beside one they are in the journeys.

import { join } from 'node:path'
import { existsSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startDatabase, tempFolder } from '../_support/db.ts'
import { run } from './run.ts'

let folder: ReturnType<typeof tempFolder>
beforeEach(() => {
  folder = tempFolder()
})
afterEach(() => folder.remove())

describe('roomkeeper backup and restore', () => {
  it('say what was done', async () => {
    await (await startDatabase({ folder: folder.path })).close()
    const backups = join(folder.path, 'backups')
    const env = { DATA_DIR: folder.path }
    const made = await run(['backup', backups, '--rate', '0'], env)
    expect(made.error).toBeNull()
    expect(made.out).toMatch(/sessions +0, 0 of them open/)
    expect(made.out).toContain('Not in it: the keys that seal secrets')
    const path = /^backup +(\S+)$/m.exec(made.out)?.[1] ?? ''
    expect(existsSync(join(path, 'manifest.json'))).toBe(true)
    const restored = await run(['restore', path, '--yes'], env)
    expect(restored.error).toBeNull()
    expect(restored.out).toMatch(/before +\S*before-restore-/)
    expect((await run(['restore', path, '--yes', '--json'], env)).out).toContain('"missingKeys":[]')
  })

  it('say what is wrong in a sentence', async () => {
    const elsewhere = await run(['backup', folder.path], { DATABASE_URL: 'libsql://db.example.org' })
    expect(elsewhere.error).toMatchObject({ exitCode: 2 })
    expect(String(elsewhere.error)).toContain('DATABASE_URL is not a file')
    const env = { DATA_DIR: join(folder.path, 'nothing') }
    const nothing = await run(['backup', folder.path], env)
    expect(nothing.error).toMatchObject({ exitCode: 1 })
    expect(String(nothing.error)).toContain('There is no database')
    const unsure = await run(['restore', folder.path], env)
    expect(unsure.error).toMatchObject({ exitCode: 2 })
    expect(String(unsure.error)).toContain('Say --yes')
    const none = await run(['restore', folder.path, '--yes'], env)
    expect(String(none.error)).toContain('is not a backup')
  })
})
