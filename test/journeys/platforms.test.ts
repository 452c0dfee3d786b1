// What YouTube and Twitch say of themselves, beside what is sent to them: the product is a process, and all around
// it are stand-ins. It is shown and told; it starts nothing, stops nothing, and is waited for by nobody.

import { expect, it } from 'vitest'
import { startTwitch, twitchEnv } from '../_support/platforms/twitch.ts'
import { startYouTube, youtubeEnv } from '../_support/platforms/youtube.ts'
import { filesIn, leaks } from '../_support/product-secrets.ts'
import { openStream } from '../_support/product-stream.ts'
import { openStudio, PLATFORMS, type Platform } from '../_support/product-studio.ts'

interface Shown {
  readonly state: string
  readonly platform_state: string | null
  readonly platform_observed_at: number | null
  readonly platform_issues: readonly {
    readonly severity: string
    readonly code: string
    readonly text: string
  }[]
}

const open = async (closed: (close: () => Promise<void>) => void) => {
  const youtube = await startYouTube()
  const twitch = await startTwitch()
  const studio = await openStudio({
    env: { ...youtubeEnv(youtube), ...twitchEnv(twitch), LOG_LEVEL: 'debug' },
  })
  closed(async () => {
    await studio.close()
    await Promise.all([youtube.close(), twitch.close()])
  })
  await studio.add('show')
  const stream = youtube.add(studio.keys['show/youtube'] ?? '')
  const shown = async (platform: Platform): Promise<Shown> => {
    const path = '/api/live/status?room=show'
    const { platforms } = await studio.product.get<{ platforms: Record<string, Shown> }>(path)
    const found = platforms[platform]
    if (found === undefined) throw new Error(`nothing of ${platform}`)
    return found
  }
  const says = (platform: Platform, ...words: readonly (string | null)[]) =>
    studio.house.until(`${platform} saying ${words.join(' ')}`, async () => {
      const { platform_state: state, platform_issues: issues } = await shown(platform)
      return JSON.stringify([state, ...issues.map(({ code }) => code)]) === JSON.stringify(words)
    })
  return { youtube, twitch, studio, stream, shown, says }
}

it('a platform’s own word is shown beside ours, told when it changes, and gone after the stop', async ({
  onTestFinished,
}) => {
  const { youtube, twitch, studio, stream, shown, says } = await open(onTestFinished)
  const facts = await openStream(studio.product, '/api/stream')
  await studio.start('show')
  await studio.live('show')
  // LiveKit has them on air, and neither platform shows it.
  await says('youtube', 'not_live', 'no_data')
  await says('twitch', 'not_live', 'not_listed')
  stream.status = 'active'
  stream.health = 'good'
  await says('youtube', 'not_live', 'not_shown')
  stream.lifeCycle = 'live'
  twitch.live.set(twitch.credentials.userId, 'live')
  await says('youtube', 'live')
  await says('twitch', 'live')
  expect((await shown('youtube')).platform_observed_at).toBeGreaterThan(Date.now() - 60_000)

  // Nothing of it was a reason to do anything.
  expect(studio.livekit.truth.callsOf('StartEgress')).toHaveLength(2)
  expect(studio.livekit.truth.callsOf('StopEgress')).toEqual([])
  await studio.stop('show')
  await studio.stopped('show')
  for (const platform of PLATFORMS) await says(platform, null)
  const questions = [youtube, twitch].map((one) => one.questions.length)
  await studio.house.until('the facts', () => facts.bytes().split('platform.changed').length > 7)
  for (const word of ['not_shown', 'not_listed', '"state":"live"', '"state":null']) {
    expect(facts.bytes()).toContain(word)
  }
  expect([youtube, twitch].map((one) => one.questions.length)).toEqual(questions)

  const { YOUTUBE_CLIENT_SECRET = '', YOUTUBE_REFRESH_TOKEN = '' } = youtubeEnv(youtube)
  const { TWITCH_CLIENT_SECRET = '' } = twitchEnv(twitch)
  const [youtubeToken = ''] = youtube.granted
  const [twitchToken = ''] = twitch.granted
  const answers: Record<string, string> = {}
  for (const path of ['/api/live/status', '/api/machines', '/api/audit', '/metrics', '/openapi.json']) {
    answers[path] = await (await studio.product.request(path)).text()
  }
  await studio.product.stop()
  const secrets = {
    YOUTUBE_CLIENT_SECRET,
    YOUTUBE_REFRESH_TOKEN,
    TWITCH_CLIENT_SECRET,
    youtubeToken,
    twitchToken,
  }
  expect(Object.values(secrets).every(({ length }) => length >= 16)).toBe(true)
  const places = {
    ...answers,
    ...filesIn(studio.product.dataDir),
    printed: studio.product.output,
    facts: facts.bytes(),
  }
  expect(leaks({ ...secrets, ...studio.keys }, places)).toEqual([])
}, 400_000)

it('platforms whose APIs hang or refuse keep no start, no stop and no goodbye waiting', async ({
  onTestFinished,
}) => {
  const { youtube, twitch, studio, says } = await open(onTestFinished)
  youtube.spoil('/token', { kind: 'hang' })
  const reply = { status: 403, body: { status: 403, message: 'invalid client secret' } }
  twitch.spoil('/oauth2/token', { kind: 'answer', reply })
  await studio.start('show')
  await studio.live('show')
  await says('youtube', 'unknown', 'platform_timeout')
  await says('twitch', 'unknown', 'platform_credentials_refused')
  expect((await studio.status('show')).state).toBe('live')
  await studio.stop('show')
  await studio.stopped('show')
  for (const platform of PLATFORMS) await says(platform, null)
  await studio.start('show')
  await studio.live('show')
  const hung = () => youtube.fired.length
  const before = hung()
  await studio.house.until('another question that hangs', () => hung() > before)
  expect(await studio.product.end('SIGTERM')).toMatchObject({ code: 0 })
  expect(twitch.fired).toHaveLength(1)
  expect(studio.livekit.truth.callsOf('StartEgress')).toHaveLength(4)
  expect(studio.livekit.truth.callsOf('StopEgress')).toHaveLength(2)
  expect(studio.doubles).toEqual([])
}, 400_000)
