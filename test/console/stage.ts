// A server with something of everything to look at: rooms in many states, a broadcast with gifts and hostile chat,
// an archived one, destinations on air and in trouble, assets. Everything is the real product before stand-ins.

import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { openStudio, type Studio } from '../_support/product-studio.ts'
import { person } from '../_support/tiktok/standin.ts'

/** What a stranger writes to do harm. Each is shown as it is and does nothing. */
export const HOSTILE = [
  '<script>window.__harm = 1</script><img src=x onerror="window.__harm = 2">',
  '"><svg onload=window.__harm=3>{{constructor.constructor("window.__harm=4")()}}',
  'right to left \u202Egnp.exe\u202C and \u2066hidden\u2069',
  'zero\u200Bwidth\u200Djoined\uFEFF',
  '=HYPERLINK("http://evil.example","click")',
  `long ${'x'.repeat(10_000)}`,
  'javascript:window.__harm=5',
] as const

export const ROOMS = {
  live: 'console.live',
  archived: 'console.over',
  off: 'console.off',
  onAir: 'console.onair',
} as const

/** Builds the console when its sources changed, as `npm test` does before. */
export const buildConsole = (): void => {
  const script = fileURLToPath(new URL('../../scripts/build-web.mjs', import.meta.url))
  const { status, stderr } = spawnSync(process.execPath, [script], { encoding: 'utf8' })
  if (status !== 0) throw new Error(`the console could not be built:\n${stderr}`)
}

const play = async ({ house }: Studio): Promise<string> => {
  const creator = await house.record(ROOMS.live)
  creator.seen(1_234, 5_678)
  for (let n = 1; n <= 40; n += 1) {
    creator.say(`Message number ${n} of somebody`, person(n))
    if (n % 5 === 0) creator.like(person(n), n)
    if (n % 4 === 0) creator.join(person(n))
    if (n % 8 === 0) creator.gift(person(n), '5655', { repeat: n, final: true })
  }
  for (const [n, text] of HOSTILE.entries())
    creator.say(text, { ...person(n + 50), nickname: text.slice(0, 80) })
  creator.follow(person(3))
  creator.share(person(4))
  const { session } = await house.room(ROOMS.live)
  await house.stored(ROOMS.live, session?.id ?? '')
  return session?.id ?? ''
}

const finish = async ({ house }: Studio): Promise<string> => {
  const creator = await house.record(ROOMS.archived)
  for (let n = 1; n <= 30; n += 1) creator.say(`Then: ${n}`, person(n))
  creator.gift(person(2), '5655', { repeat: 3, final: true })
  const { session } = await house.room(ROOMS.archived)
  await house.stored(ROOMS.archived, session?.id ?? '')
  creator.end()
  const [archived] = await house.archived(ROOMS.archived)
  return archived?.id ?? ''
}

const upload = async ({ product }: Studio): Promise<void> => {
  const files = [
    ['avatars/Hero (1).vrm', Buffer.from('glTF\u0002\0\0\0 an avatar', 'latin1')],
    ['music/opening theme.mp3', Buffer.from([0x49, 0x44, 0x33, 4, 0, 0, 0, 0, 0, 0])],
  ] as const
  for (const [key, body] of files) {
    await product.request(`/api/s3/upload?key=${encodeURIComponent(key)}`, {
      method: 'PUT',
      body,
      headers: { 'content-type': 'application/octet-stream' },
    })
  }
}

export interface Stage {
  readonly studio: Studio
  /** Of the broadcast that goes on, and of the one that is over. */
  readonly session: string
  readonly archived: string
  readonly close: () => Promise<void>
}

export const openStage = async (): Promise<Stage> => {
  buildConsole()
  const studio = await openStudio({ env: { COOLDOWN_MS: '600000' } })
  try {
    const { house } = studio
    const [session, archived] = [await play(studio), await finish(studio)]
    await house.add(ROOMS.off, { monitor: false })
    await studio.add(ROOMS.onAir)
    await studio.start(ROOMS.onAir)
    await studio.live(ROOMS.onAir)
    await upload(studio)
    return { studio, session, archived, close: () => studio.close() }
  } catch (error) {
    await studio.close()
    throw error
  }
}
