// The units of systemd: compared with the product, and asked of systemd itself where there is one.

import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { read, rightIn, root, START } from './kit.ts'

describe('the units', () => {
  const units = ['roomkeeper.service', 'roomkeeper-backup.service', 'roomkeeper-backup.timer']
  const INSTALLED = '/opt/roomkeeper/'
  const valuesOf = (unit: string, key: string): readonly string[] =>
    [...read(`deploy/${unit}`).matchAll(new RegExp(`^${key}=(.*)$`, 'gm'))].map(([, value = '']) => value)

  it('run what is there, as npm start does, with variables that the server knows', () => {
    for (const unit of units) {
      for (const [path] of read(`deploy/${unit}`).matchAll(/\/opt\/roomkeeper\/[\w./-]+/g)) {
        expect(existsSync(join(root, path.slice(INSTALLED.length))), `${unit}: ${path}`).toBe(true)
      }
      for (const pair of valuesOf(unit, 'Environment').flatMap((line) => line.split(' '))) {
        const [name = '', value = ''] = pair.split('=')
        expect(rightIn(name, value), `${unit}: ${pair}`).toBe(true)
      }
    }
    const [start = ''] = valuesOf('roomkeeper.service', 'ExecStart')
    const plain = start.split(' ').map((part) => part.replace(INSTALLED, ''))
    expect([plain[0], ...plain.slice(1)]).toEqual([
      'node_modules/.bin/node',
      ...START.slice(1).map((part) => part.replace('./', '')),
    ])
  })

  it('let go as the server wants to be let go, and start again only when that can help', () => {
    expect(valuesOf('roomkeeper.service', 'KillSignal')).toEqual(['SIGTERM'])
    expect(Number(valuesOf('roomkeeper.service', 'TimeoutStopSec')[0])).toBeGreaterThanOrEqual(15)
    // The exit codes of docs/operations.md that no further start changes.
    const documented = [...read('docs/operations.md').matchAll(/^\| (\d+) \|/gm)].map(([, code]) => code)
    const prevented = (valuesOf('roomkeeper.service', 'RestartPreventExitStatus')[0] ?? '').split(' ')
    expect(prevented).toEqual(['65', '69', '73', '78'])
    expect(documented).toEqual(expect.arrayContaining(prevented))
  })

  it('are units to systemd', () => {
    const [major] =
      /\d+/.exec(spawnSync('systemd-analyze', ['--version'], { encoding: 'utf8' }).stdout ?? '') ?? []
    const folder = mkdtempSync(join(tmpdir(), 'roomkeeper-units-'))
    try {
      for (const unit of units)
        writeFileSync(join(folder, unit), read(`deploy/${unit}`).replaceAll(INSTALLED, root))
      // Where there is no systemd to ask, the sections and the form of each line are what is left to look at.
      for (const unit of units) {
        const lines = read(`deploy/${unit}`)
          .split('\n')
          .filter((line) => line !== '' && !line.startsWith('#'))
        expect(
          lines.filter((line) => !/^(?:\[(?:Unit|Service|Timer|Install)\]|[A-Z]\w+=.*)$/.test(line)),
          unit,
        ).toEqual([])
      }
      if (major === undefined) return
      execFileSync('systemd-analyze', ['verify', ...units.map((unit) => join(folder, unit))], {
        stdio: 'pipe',
      })
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })
})
