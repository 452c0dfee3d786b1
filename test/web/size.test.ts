// What the console weighs, as it is built: the whole page stays light, and what only 3D previews need stays apart.

import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { beforeAll, describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('../../', import.meta.url))
const dist = join(root, 'web', 'dist')
const WHOLE_BYTES = 120_000
/** What must be there before anything is seen. */
const FIRST_BYTES = 60_000

const zipped = (path: string): number => gzipSync(readFileSync(join(dist, path)), { level: 9 }).length

let files: string[] = []
beforeAll(() => {
  // Nothing to do when the sources are those that it was built from.
  const { status } = spawnSync(process.execPath, [join(root, 'scripts', 'build-web.mjs')], {
    stdio: 'inherit',
  })
  expect(status).toBe(0)
  files = readdirSync(dist, { recursive: true, encoding: 'utf8' }).filter(
    (path) => /\.(html|js|css|svg)$/.test(path) && !path.startsWith('console/three'),
  )
})

describe('the console', () => {
  it('weighs less than 120 kB without the 3D preview', () => {
    const total = files.reduce((sum, path) => sum + zipped(path), 0)
    expect(files.length).toBeGreaterThan(5)
    expect(total).toBeLessThan(WHOLE_BYTES)
  })

  it('asks for little before it shows something, and for nothing of another origin', () => {
    const page = readFileSync(join(dist, 'index.html'), 'utf8')
    const asked = [...page.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, url]) => url ?? '')
    expect(asked.length).toBeGreaterThan(1)
    expect(asked.filter((url) => !/^\/console\/[\w.-]+$/.test(url))).toEqual([])
    expect(asked.reduce((sum, url) => sum + zipped(url), 0)).toBeLessThan(FIRST_BYTES)
    expect(asked.some((url) => url.includes('three'))).toBe(false)
  })

  it('has neither a script nor a style in the page itself, so that its policy needs no exception', () => {
    const page = readFileSync(join(dist, 'index.html'), 'utf8')
    expect(page).not.toMatch(/<style|style=|<script(?![^>]*\bsrc=)|\son\w+=/)
  })
})
