// What the console weighs, as it is built: what a browser is sent for each page stays light, and what only 3D
// previews need stays apart until it is asked for.

import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { beforeAll, describe, expect, it } from 'vitest'
import { PAGES } from '../../web/src/paths.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const dist = join(root, 'web', 'dist')
/** The frame and one page, with everything that it loads sooner or later. */
const PAGE_BYTES = 120_000
/** What must be there before anything is seen. */
const FIRST_BYTES = 60_000
/** All pages together, for those who go to all of them. */
const ALL_BYTES = 220_000

interface Piece {
  readonly file: string
  readonly css?: readonly string[]
  readonly imports?: readonly string[]
  readonly dynamicImports?: readonly string[]
}

let pieces: Readonly<Record<string, Piece>> = {}
beforeAll(() => {
  // Nothing to do when the sources are those that it was built from.
  const { status } = spawnSync(process.execPath, [join(root, 'scripts', 'build-web.mjs')], {
    stdio: 'inherit',
  })
  expect(status).toBe(0)
  pieces = JSON.parse(readFileSync(join(dist, '.vite', 'manifest.json'), 'utf8')) as Record<string, Piece>
})

const zipped = (path: string): number => gzipSync(readFileSync(join(dist, path)), { level: 9 }).length
const is3d = (file: string): boolean => /\/three[.-]/.test(file)

/** The files of a piece and of all it needs; with `later` also what it loads when it is asked for, 3D excepted. */
const filesOf = (
  key: string,
  later: boolean,
  found = new Set<string>(),
  seen = new Set<string>(),
): Set<string> => {
  const piece = pieces[key]
  if (piece === undefined || seen.has(key) || is3d(piece.file)) return found
  seen.add(key)
  for (const file of [piece.file, ...(piece.css ?? [])]) found.add(file)
  // The frame loads every page when it is gone to: that is not what one page weighs.
  const asked = later && key !== 'index.html' ? (piece.dynamicImports ?? []) : []
  for (const next of [...(piece.imports ?? []), ...asked]) {
    filesOf(next, later, found, seen)
  }
  return found
}
const weigh = (files: Iterable<string>): number => [...files].reduce((sum, file) => sum + zipped(file), 0)
const weightOf = (page: string): number =>
  zipped('index.html') +
  weigh(new Set([...filesOf('index.html', false), ...filesOf(`src/pages/${page}/page.tsx`, true)]))

describe('the console', () => {
  it('sends less than 120 kB for each of its pages, the 3D preview excepted', () => {
    const weights = Object.fromEntries(
      PAGES.filter((page) => page !== 'login').map((page) => [page, weightOf(page)]),
    )
    console.log('gzipped, by page', weights)
    for (const [page, bytes] of Object.entries(weights)) {
      expect(bytes, page).toBeGreaterThan(20_000)
      expect(bytes, page).toBeLessThan(PAGE_BYTES)
    }
  })

  it('has pages that are light together as well', () => {
    const all = Object.values(pieces).flatMap(({ file, css = [] }) => (is3d(file) ? [] : [file, ...css]))
    const bytes = weigh(new Set(all))
    console.log('gzipped, all pages', bytes)
    expect(bytes).toBeLessThan(ALL_BYTES)
  })

  it('asks for little before it shows something, and for nothing of another origin', () => {
    const page = readFileSync(join(dist, 'index.html'), 'utf8')
    const asked = [...page.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, url]) => url ?? '')
    expect(asked.length).toBeGreaterThan(1)
    expect(asked.filter((url) => !/^\/console\/[\w.-]+$/.test(url))).toEqual([])
    expect(weigh(asked)).toBeLessThan(FIRST_BYTES)
    expect(asked.some(is3d)).toBe(false)
  })

  it('has neither a script nor a style in the page itself, so that its policy needs no exception', () => {
    const page = readFileSync(join(dist, 'index.html'), 'utf8')
    expect(page).not.toMatch(/<style|style=|<script(?![^>]*\bsrc=)|\son\w+=/)
  })
})
