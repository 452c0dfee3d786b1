// S22 for what is sent out: stream keys, LiveKit's secret, ingress keys and join tokens are looked for in everything
// that comes out of the product and everything it leaves on the disk, while everybody around it repeats them.

import { randomBytes } from 'node:crypto'
import { IngressState, IngressState_Status } from '@livekit/protocol'
import { expect, it } from 'vitest'
import type { FaultSpec } from '../_support/livekit/faults.ts'
import { eventOf } from '../_support/livekit/webhooks.ts'
import { canary, filesIn, leaks } from '../_support/product-secrets.ts'
import { openStream } from '../_support/product-stream.ts'
import { openStudio } from '../_support/product-studio.ts'

it('S22 L02 L07: no stream key comes out, in no encoding and not in part, whoever repeats it', async ({
  onTestFinished,
}) => {
  const secrets: Record<string, string> = {
    LIVEKIT_API_SECRET: canary(),
    YOUTUBE_STREAM_KEY: canary(),
    TWITCH_STREAM_KEY: canary(),
    SECRETS_KEYS: randomBytes(32).toString('base64'),
  }
  const studio = await openStudio({
    reportsAll: true,
    livekit: { apiSecret: secrets['LIVEKIT_API_SECRET'] ?? '' },
    env: {
      YOUTUBE_STREAM_KEY: secrets['YOUTUBE_STREAM_KEY'] ?? '',
      TWITCH_STREAM_KEY: secrets['TWITCH_STREAM_KEY'] ?? '',
      SECRETS_KEYS: `v1:${secrets['SECRETS_KEYS'] ?? ''}`,
      LOG_LEVEL: 'debug',
      EGRESS_STABLE_MS: '1000',
    },
  })
  onTestFinished(() => studio.close())
  const { product, livekit, house } = studio
  const places: Record<string, string> = {}
  const keep = async (name: string, answer: Response): Promise<string> => {
    const text = await answer.text()
    places[name] = `${answer.status} ${JSON.stringify([...answer.headers])}\n${text}`
    return text
  }
  const facts = await openStream(product, '/api/stream')

  // LiveKit repeats the address in what it refuses, in clear and encoded, as JSON and as text.
  const echoes: readonly ((key: string) => FaultSpec)[] = [
    (key) => ({ kind: 'twirp', code: 'invalid_argument', msg: `could not use rtmps://a/live2/${key}` }),
    (key) => ({ kind: 'status', status: 500, body: `<h1>rtmps%3A%2F%2Fa%2F${encodeURIComponent(key)}</h1>` }),
    (key) => ({ kind: 'twirp', code: key, msg: key }),
    (key) => ({ kind: 'twirp', code: 'internal', msg: Buffer.from(key).toString('base64') }),
    (key) => ({ kind: 'status', status: 401, body: `invalid token: ${key}` }),
  ]
  for (const [n, echo] of echoes.entries()) {
    const room = `echo${n}`
    await studio.add(room, () => canary())
    const fault = livekit.fault('StartEgress', { ...echo(studio.keys[`${room}/youtube`] ?? ''), room })
    await studio.start(room, ['youtube'])
    await studio.until(room, 'youtube', 'in trouble', ({ error_code: code }) => code !== null)
    expect(fault.fired()).toBeGreaterThan(0)
  }

  // The platform repeats the key in its refusal, and LiveKit passes it on in webhooks and lists.
  await studio.add('refused', () => canary())
  livekit.platform('twitch').behaviour = 'reject'
  livekit.platform('twitch').words = ({ url, key }) => `NetStream.Publish.BadName ${key} at ${url}`
  await studio.start('refused')
  await studio.reaches('refused', 'twitch', 'failed')
  const { platforms } = await studio.status('refused')
  expect(platforms['twitch']).toMatchObject({ error_code: 'destination_rejected' })
  expect(livekit.webhooks.sent.some(({ body }) => body.includes(studio.keys['refused/twitch'] ?? ''))).toBe(
    true,
  )

  // Keys that are shown once: of an ingress, which LiveKit then repeats in its webhooks, and of somebody who joins.
  const shownOnce = async (name: string, path: string, body: object): Promise<Record<string, string>> => {
    const response = await product.ask(path, { method: 'POST', body: JSON.stringify(body) })
    const text = await keep(name, response)
    Reflect.deleteProperty(places, name)
    return JSON.parse(text) as Record<string, string>
  }
  const ingress = await shownOnce('POST an ingress', '/api/rooms/echo0/ingress', { type: 'rtmp' })
  secrets["an ingress's key"] = ingress['stream_key'] ?? ''
  const info = livekit.ingresses[0]!.clone()
  info.state = new IngressState({
    status: IngressState_Status.ENDPOINT_ERROR,
    error: `cannot publish ${info.streamKey}`,
  })
  livekit.webhooks.say(eventOf('ingress_started', { ingressInfo: info }))
  const joining = { identity: 'ana', role: 'publisher' }
  const { token = '' } = await shownOnce('POST a join token', '/api/rooms/echo0/join-token', joining)
  secrets["a join token's signature"] = token.split('.')[2] ?? ''
  await livekit.webhooks.idle()

  // The server's own keys are used by a room that has none.
  const { id } = await house.add('plain', { monitor: false })
  livekit.room('plain')
  livekit.platform('twitch').behaviour = 'accept'
  await studio.start('plain')
  await studio.live('plain')
  const used = livekit.truth.lives.flatMap(({ urls }) => urls)
  for (const name of ['YOUTUBE_STREAM_KEY', 'TWITCH_STREAM_KEY']) {
    expect(used.some((url) => url.endsWith(secrets[name] ?? '-'))).toBe(true)
  }

  // Answers: every GET there is, and commands that are wrong in ways that invite an echo.
  const { paths } = await product.get<{ paths: Record<string, Record<string, unknown>> }>('/openapi.json')
  const ids: Readonly<Record<string, string>> = { room: 'refused', platform: 'twitch', actor: id }
  for (const [template, methods] of Object.entries(paths)) {
    const path = template.replaceAll(/\{(\w+)\}/g, (_, name: string) => ids[name] ?? 'unknown')
    if (!('get' in methods) || path === '/api/stream' || path.endsWith('/live')) continue
    await keep(`GET ${path}`, await product.request(path))
  }
  for (const room of ['echo0', 'refused', 'plain']) {
    await keep(`GET the status of ${room}`, await product.request(`/api/live/status?room=${room}`))
    await keep(`GET the destinations of ${room}`, await product.request(`/api/rooms/${room}/destinations`))
  }
  const put = (path: string, body: unknown) =>
    product.request(path, { method: 'PUT', body: JSON.stringify(body) })
  const key = studio.keys['echo0/twitch'] ?? ''
  await keep('PUT a key with a blank', await put('/api/rooms/echo0/destinations/twitch', { key: `${key} x` }))
  await keep(
    'PUT a key in an address',
    await put('/api/rooms/echo0/destinations/twitch', { url: `http://x/${key}` }),
  )
  await keep('PUT a key in a wrong field', await put('/api/rooms/echo0/destinations/twitch', { [key]: key }))
  await keep('PUT a key as a platform', await put(`/api/rooms/echo0/destinations/${key}`, { key }))
  await keep('PUT it right', await put('/api/rooms/echo0/destinations/twitch', { key }))

  await product.kill()
  places['the stream of facts'] = facts.bytes()
  places['what was printed'] = product.output
  Object.assign(places, filesIn(product.dataDir))
  await product.start()
  await studio.live('plain')
  await keep('/metrics of the next boot', await product.request('/metrics'))
  expect(await product.end('SIGTERM')).toMatchObject({ code: 0 })
  places['what was printed in the end'] = product.output

  Object.assign(secrets, studio.keys)
  expect(Object.values(secrets).every((secret) => secret.length >= 16)).toBe(true)
  expect(places['the stream of facts']).toContain('egress.failed')
  expect(leaks(secrets, places)).toEqual([])
}, 400_000)
