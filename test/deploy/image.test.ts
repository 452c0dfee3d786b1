// The image, as far as it can be checked without Docker: what its file says, and what it would put together.

import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { freePort } from '../_support/free-port.ts'
import { Product } from '../_support/product.ts'
import { NODE, read, rightIn, root, START } from './kit.ts'

describe('the Dockerfile', () => {
  /** Each instruction on one line, comments left out. */
  const instructions = read('Dockerfile')
    .replaceAll(/^#.*\n/gm, '')
    .replaceAll(/\\\n\s*/g, ' ')
    .split('\n')
    .filter((line) => line !== '')
  const stages = instructions.join('\n').split(/^(?=FROM )/m)
  const last = (stages.at(-1) ?? '').split('\n')
  const lasting = (word: string): readonly string[] =>
    last.filter((line) => line.startsWith(`${word} `)).map((line) => line.slice(word.length + 1))

  it('has the Node that everything was tested on, in every stage, and no other', () => {
    const bases = instructions.flatMap((line) => /^FROM (\S+)/.exec(line)?.[1] ?? [])
    expect(bases).toHaveLength(3)
    expect(new Set(bases)).toEqual(new Set([`node:${NODE}-trixie-slim`]))
  })

  it('runs the server as npm start does, as nobody in particular, and is let go by SIGTERM', () => {
    expect(JSON.parse(lasting('CMD').at(-1) ?? '')).toEqual(START)
    expect(lasting('USER')).toEqual(['node'])
    expect(lasting('STOPSIGNAL')).toEqual(['SIGTERM'])
    expect(lasting('VOLUME')).toEqual(['/data'])
    const variables = lasting('ENV').flatMap((line) => line.split(' ').map((pair) => pair.split('=')))
    expect(variables.filter(([name = '', value = '']) => !rightIn(name, value))).toEqual([])
    const port = variables.find(([name]) => name === 'PORT')?.[1]
    expect(lasting('EXPOSE')).toEqual([port])
  })

  it('copies what is there and what the build may see', () => {
    const hidden = read('.dockerignore').split('\n')
    const copied = instructions.flatMap(
      (line) => /^COPY (?!--from)(.*) \S+$/.exec(line)?.[1]?.split(' ') ?? [],
    )
    expect(copied.length).toBeGreaterThan(8)
    expect(copied.filter((path) => !existsSync(join(root, path)))).toEqual([])
    expect(copied.filter((path) => hidden.includes(path.split('/')[0] ?? ''))).toEqual([])
    for (const secret of ['.env', 'data', '.git']) expect(hidden).toContain(secret)
  })

  describe('what it puts into the image', () => {
    let folder: string
    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), 'roomkeeper-image-'))
    })
    afterEach(() => rmSync(folder, { recursive: true, force: true }))

    it('is enough to start, to be healthy and to be let go, and is not written to', async () => {
      const app = join(folder, 'app')
      mkdirSync(app)
      for (const line of lasting('COPY').filter((one) => !one.startsWith('--from'))) {
        const paths = line.split(' ')
        const to = paths.pop() ?? ''
        for (const path of paths)
          cpSync(join(root, path), join(app, to === './' ? path : to), { recursive: true })
      }
      symlinkSync(join(root, 'node_modules'), join(app, 'node_modules'))
      // What others do meanwhile in the packages of this tree is not written by the server.
      const files = (): readonly string[] =>
        readdirSync(app, { recursive: true, encoding: 'utf8' })
          .filter((path) => !path.startsWith('node_modules/'))
          .sort()
      const before = files()
      const product = new Product({
        dataDir: join(folder, 'data'),
        env: {
          PORT: String(await freePort()),
          NODE_ENV: 'production',
          NODE_COMPILE_CACHE: join(folder, 'cache'),
        },
        root: app,
        args: START.slice(1),
      })
      try {
        await product.start()
        const [command = '', script = ''] = JSON.parse(
          /CMD (\[.*\])/.exec(lasting('HEALTHCHECK')[0] ?? '')?.[1] ?? '[]',
        ) as string[]
        expect(command).toBe('node')
        const healthy = (...more: readonly string[]) =>
          spawnSync(process.execPath, [script, ...more], {
            cwd: app,
            env: { HOST: '0.0.0.0', PORT: new URL(product.origin).port },
            encoding: 'utf8',
          })
        const ready = healthy('--ready', '60')
        expect([ready.stderr, ready.status]).toEqual(['', 0])
        await expect.poll(() => healthy().status, { timeout: 60_000 }).toBe(0)
        expect((await product.end('SIGTERM')).code).toBe(0)
        const gone = healthy('--ready', '0.3')
        expect([gone.status, gone.stderr.trim()]).toEqual([1, 'nothing answers'])
      } finally {
        await product.stop()
      }
      expect(files()).toEqual(before)
    })
  })
})
