import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { startApp } from '../src/app.ts'
import { readConfig } from '../src/config.ts'

const crash = (error: unknown): never => {
  throw error
}

const start = async () => {
  const folder = await mkdtemp(join(tmpdir(), 'app-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return startApp(
    readConfig({ DATA_DIR: folder, PORT: '0', LOG_LEVEL: 'error', PUBLIC_URL: 'https://rooms.example/here' }),
    crash,
  )
}

describe('the app', () => {
  it('P01: lets go once however many signals come, and a late one changes nothing', async () => {
    const app = await start()
    const origin = 'https://rooms.example'
    const ready = await fetch(`${app.url}/readyz`, { headers: { origin } })
    expect(ready.status).toBe(200)
    expect(ready.headers.get('access-control-allow-origin'), 'pages of PUBLIC_URL may read').toBe(origin)
    const first = app.stop()
    app.hurry()
    expect(app.stop()).toBe(first)
    expect(await first).toBe(0)
    const late: unknown[] = []
    const hear = (error: unknown): void => void late.push(error)
    process.on('unhandledRejection', hear)
    onTestFinished(() => void process.off('unhandledRejection', hear))
    app.hurry()
    // Rejections that nobody hears are told after the turn they came in.
    for (let turn = 0; turn < 10; turn += 1) await new Promise(setImmediate)
    expect(late).toEqual([])
    await expect(fetch(`${app.url}/healthz`)).rejects.toThrow('fetch failed')
  })
})
