// The style guide that runs: directions, one vendor one file, lengths, documents that tell the truth.

import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const tracked = execFileSync('git', ['ls-files', '-co', '--exclude-standard'], {
  cwd: root,
  encoding: 'utf8',
})
  .split('\n')
  .filter((path) => path !== '' && existsSync(join(root, path)))
const read = (path: string): string => readFileSync(join(root, path), 'utf8')
const sources = tracked.filter((path) => /^(src|test|bench|web)\/.*\.(tsx?|css)$/.test(path))
const inSrc = sources.filter((path) => path.startsWith('src/'))
const inWeb = sources.filter((path) => path.startsWith('web/src/'))
const importsOf = (path: string): string[] =>
  [
    ...read(path).matchAll(
      /^\s*(?:import|export)\b[^'"]*?from\s+['"]([^'"]+)['"]|import\(['"]([^'"]+)['"]\)/gm,
    ),
  ].map((match) => match[1] ?? match[2] ?? '')
/** The first folder below src that a file is in; files right in src are the composition roots. */
const layerOf = (path: string): string => /^src\/([^/]+)\//.exec(path)?.[1] ?? 'app'

describe('directions', () => {
  const allowed: Readonly<Record<string, readonly string[]>> = {
    domain: [],
    db: ['domain'],
    machines: ['domain'],
    tiktok: ['domain', 'db'],
    archive: ['domain', 'db'],
    egress: ['domain', 'db'],
    assets: ['domain', 'db'],
    webhooks: ['domain', 'db'],
    backup: ['domain', 'db'],
    actors: ['domain', 'db', 'machines', 'tiktok', 'archive', 'egress', 'webhooks'],
    http: ['domain', 'db', 'machines', 'actors', 'archive', 'tiktok', 'egress', 'assets'],
    cli: ['domain', 'backup'],
  }
  it('each folder imports only what lies below it', () => {
    const wrong: string[] = []
    for (const path of inSrc) {
      const layer = layerOf(path)
      if (layer === 'app') continue
      for (const target of importsOf(path).filter((name) => name.startsWith('.'))) {
        const other = layerOf(normalize(join(dirname(path), target)))
        const inner = other === layer || (allowed[layer] ?? []).includes(other)
        const typeOnlyApp = other === 'app' && /config\.ts$|first-start\.ts$/.test(target)
        if (!inner && !typeOnlyApp) wrong.push(`${path} → ${target}`)
      }
    }
    expect(wrong).toEqual([])
  })

  it('one vendor, one file', () => {
    const owners: readonly (readonly [RegExp, RegExp])[] = [
      [/^tiktok-live-(connector|api-sdk)/, /^src\/tiktok\/connector\.ts$/],
      [/^tiktok-live-proto/, /^$/],
      [/^@libsql\/client/, /^src\/db\/client\.ts$/],
      [/^libsql/, /^src\/db\/local\.ts$/],
      [
        /^(livekit-server-sdk|@livekit\/protocol)$/,
        /^src\/egress\/(livekit-[a-z-]+|webhook[a-z-]*|ingress|join-tokens)\.ts$/,
      ],
      [/^standardwebhooks$/, /^src\/webhooks\/message\.ts$/],
      [/^@aws-sdk\//, /^src\/assets\/s3-[a-z-]+\.ts$/],
      [/^@fastify\/busboy/, /^src\/http\/multipart\.ts$/],
      [/^@?hono(\/|$)/, /^src\/http\//],
      [/^elkjs/, /^src\/http\/machines-layout-thread\.ts$/],
      [/^xstate/, /^src\/(machines|actors)\/|^src\/http\/machines/],
    ]
    const wrong = inSrc.flatMap((path) =>
      importsOf(path)
        .filter((name) => owners.some(([vendor, owner]) => vendor.test(name) && !owner.test(path)))
        .map((name) => `${path} → ${name}`),
    )
    expect(wrong).toEqual([])
  })

  it('only config.ts reads the environment; the entry tells threads by it where compiled code is kept', () => {
    const readers = inSrc.filter((path) => read(path).includes('process.env'))
    expect(readers.toSorted()).toEqual(['src/config.ts', 'src/main.ts'])
    expect(read('src/main.ts').replaceAll("process.env['NODE_COMPILE_CACHE']", '')).not.toContain(
      'process.env',
    )
  })

  it('nothing imports the barrel of effect, which costs half a second', () => {
    const wrong = inSrc.filter((path) => importsOf(path).includes('effect'))
    expect(wrong).toEqual([])
  })
})

describe('files', () => {
  it('no file is longer than 300 lines and half of src is under 100', () => {
    const lengths = sources.map((path) => ({ path, lines: read(path).split('\n').length - 1 }))
    expect(lengths.filter(({ lines }) => lines > 300)).toEqual([])
    const sorted = lengths
      .filter(({ path }) => path.startsWith('src/'))
      .map(({ lines }) => lines)
      .sort((a, b) => a - b)
    expect(sorted[Math.floor(sorted.length / 2)]).toBeLessThan(120)
  })

  it('each source opens with what it owns, and names are kebab-case nouns', () => {
    expect([...inSrc, ...inWeb].filter((path) => !/^(#!.*\n)?(\/\/|\/\*)/.test(read(path)))).toEqual([])
    const odd = sources.filter(
      (path) =>
        !/^[a-z0-9-]+(\.machine|\.config|\.d)?(\.test)?\.(tsx?|css)$/.test(path.split('/').at(-1) ?? '') ||
        /(^|\/)(utils?|lib|common|helpers?|services?|index)(\.tsx?|\/)/.test(path),
    )
    expect(odd).toEqual([])
  })

  it('nothing is left open: no TODO, no silenced compiler, no test left out or alone', () => {
    const marks =
      /\b(TODO|FIXME|XXX)\b|@ts-(ignore|expect-error|nocheck)|\b(it|test|describe)\.(only|todo|skip)\(|\bas any\b/
    const marked = sources.filter((path) => path !== 'test/tidy.test.ts' && marks.test(read(path)))
    expect(marked).toEqual([])
  })

  it('names no registry host and no path of a machine', () => {
    const texts = tracked.filter((path) => !/\.(png|gz|woff2?)$/.test(path) && path !== 'test/tidy.test.ts')
    const wrong = texts.filter((path) =>
      /registry\.npmjs|registry\.yarnpkg|deb\.debian|\/(work|root)\/[a-z]/.test(read(path)),
    )
    expect(wrong).toEqual([])
  })
})

describe('the project', () => {
  it('runs on the Node it pins', () => {
    const { optionalDependencies } = JSON.parse(read('package.json')) as {
      optionalDependencies: Record<string, string>
    }
    const pinned = Object.entries(optionalDependencies).filter(([name]) => name.startsWith('node-'))
    expect(pinned.length).toBeGreaterThan(0)
    for (const [, version] of pinned) expect(process.versions.node).toBe(version)
  })

  it('pins every dependency exactly and gives it a sentence in a decision record', () => {
    const manifest = JSON.parse(read('package.json')) as Record<string, Record<string, string>>
    const records = tracked
      .filter((path) => path.startsWith('docs/decisions/'))
      .map(read)
      .join('\n')
    for (const kind of ['dependencies', 'devDependencies', 'optionalDependencies']) {
      for (const [name, version] of Object.entries(manifest[kind] ?? {})) {
        expect(version, name).toMatch(/^\d+\.\d+\.\d+(-[\w.]+)?$/)
        expect(records.includes(`\`${name}\``), `${name} has no sentence in docs/decisions`).toBe(true)
      }
    }
  })

  it('has documents whose links lead somewhere', () => {
    const dead = tracked
      .filter((path) => path.endsWith('.md'))
      .flatMap((path) =>
        [...read(path).matchAll(/\]\((?!https?:|mailto:|#)([^)#\s]+)(?:#[^)]*)?\)/g)]
          .map(([, target]) => normalize(join(dirname(path), target ?? '')))
          .filter((target) => !existsSync(join(root, target)))
          .map((target) => `${path} → ${target}`),
      )
    expect(dead).toEqual([])
  })
})
