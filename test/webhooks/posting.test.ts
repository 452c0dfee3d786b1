// One message on its way: where it may go, what may come back, and what none of it can do to us.

import { createServer as createTlsServer } from 'node:https'
import { createServer, type AddressInfo } from 'node:net'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import * as Effect from 'effect/Effect'
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { makePost, type PostOptions } from '../../src/webhooks/posting.ts'
import { reach, type Address, type Resolve } from '../../src/webhooks/reaching.ts'
import { certify } from '../_support/certificate.ts'
import { until } from '../_support/db.ts'
import { drops, floods, hangs, says, startReceiver, type Receiver } from '../_support/webhook-receiver.ts'

let receiver: Receiver
beforeEach(async () => {
  receiver = await startReceiver()
})
afterEach(() => receiver.close())

const four = (address: string): Address => ({ address, family: 4 })
const six = (address: string): Address => ({ address, family: 6 })

/** A name server of a test: answers one after the other, the last for ever. */
const names = (...answers: readonly (readonly Address[])[]) => {
  const asked: string[] = []
  const resolve: Resolve = async (host) => {
    asked.push(host)
    return answers[Math.min(asked.length, answers.length) - 1] ?? []
  }
  return { asked, resolve }
}

const post = (url: string, options: Partial<PostOptions> = {}) =>
  Effect.runPromise(
    makePost({ privateHosts: ['127.0.0.1'], timeoutMs: 1_000, userAgent: 'test', ...options })(
      new URL(url),
      { 'webhook-id': 'msg_1' },
      '{"type":"x"}',
    ),
  )

describe('where a message may go', () => {
  const open = async (url: string, found: readonly Address[], privateHosts: readonly string[] = []) =>
    (await reach(new URL(url), privateHosts, names(found).resolve)).ok

  it('goes to no address inside, however it is written', async () => {
    for (const address of [
      '127.0.0.1',
      '10.1.2.3',
      '172.16.0.1',
      '192.168.0.1',
      '169.254.169.254',
      '100.64.0.1',
      '0.0.0.0',
      '198.18.0.1',
      '224.0.0.1',
      '255.255.255.255',
      '192.0.0.8',
    ]) {
      expect(await open('https://hook.example.org/', [four(address)]), address).toBe(false)
      expect(await open(`https://${address}/`, []), address).toBe(false)
    }
    for (const address of [
      '::1',
      '::',
      'fe80::1',
      'fe80::1%eth0',
      'fc00::1',
      'fd12:3456::1',
      'ff02::1',
      '2001:db8::1',
      // IPv4 inside of IPv6: mapped, compatible, translated, 6to4, Teredo.
      '::ffff:127.0.0.1',
      '::ffff:7f00:1',
      '::127.0.0.1',
      '64:ff9b::7f00:1',
      '64:ff9b:1::a00:1',
      '2002:7f00:1::',
      '2001:0:7f00:1::',
    ]) {
      expect(await open('https://hook.example.org/', [six(address)]), address).toBe(false)
    }
    for (const written of [
      'https://[::ffff:127.0.0.1]/',
      'https://[::1]/',
      'https://0x7f000001/',
      'https://127.1/',
    ]) {
      expect(await open(written, []), written).toBe(false)
    }
  })

  it('goes to addresses outside, and to those that were said to be ours', async () => {
    expect(await open('https://hook.example.org/', [four('93.184.216.34'), six('2606:4700::1111')])).toBe(
      true,
    )
    expect(await open('https://hook.internal/', [four('10.1.2.3')], ['hook.internal'])).toBe(true)
    expect(await open('https://hook.internal:8443/', [four('10.1.2.3')], ['hook.internal:8443'])).toBe(true)
    expect(await open('https://hook.internal:8444/', [four('10.1.2.3')], ['hook.internal:8443'])).toBe(false)
  })

  it('trusts no name of which one address is inside', async () => {
    expect(await open('https://hook.example.org/', [four('93.184.216.34'), four('10.0.0.1')])).toBe(false)
    expect(await open('https://hook.example.org/', [])).toBe(false)
  })
})

describe('a message', () => {
  it('goes to the address that was checked: a name that answers otherwise the next time leads nowhere', async () => {
    const inside = await startReceiver('127.0.0.2', receiver.port)
    const rebinding = names([four('127.0.0.1')], [four('127.0.0.2')])
    const url = `http://hook.test:${receiver.port}/in`
    const privateHosts = [`hook.test:${receiver.port}`]
    const first = await post(url, { resolve: rebinding.resolve, privateHosts })
    expect(first).toEqual({ ok: true, status: 200 })
    expect(rebinding.asked).toEqual(['hook.test'])
    expect([receiver.heard.length, inside.heard.length]).toEqual([1, 0])
    expect(receiver.heard[0]?.headers.host).toBe(`hook.test:${receiver.port}`)

    // Seen from outside: public when it was added, this machine when it is sent to.
    const bound = names([four('127.0.0.2')])
    expect(
      await post(`https://hook.example.org:${receiver.port}/`, { resolve: bound.resolve }),
    ).toMatchObject({
      code: 'host_private',
    })
    expect(bound.asked).toHaveLength(1)
    expect(inside.sockets).toHaveLength(0)
    await inside.close()
  })

  it('follows no redirect', async () => {
    const inside = await startReceiver()
    receiver.mood = says(307, { location: inside.url })
    expect(await post(receiver.url)).toMatchObject({ ok: false, code: 'redirected', status: 307 })
    expect(receiver.heard).toHaveLength(1)
    expect(inside.sockets).toHaveLength(0)
    await inside.close()
  })

  it('is taken when its status says so, and hears no more than a little of what follows', async () => {
    receiver.mood = floods
    expect(await post(receiver.url)).toEqual({ ok: true, status: 200 })
    await until('hung up', () => receiver.sockets[0]?.destroyed === true)
    // What was on its way in the sockets' buffers is a few megabytes, not what a flood would be.
    expect(receiver.sockets[0]?.bytesWritten).toBeGreaterThan(64 * 1024)
    expect(receiver.sockets[0]?.bytesWritten).toBeLessThan(32 * 1024 * 1024)
  })

  it('waits for no answer longer than it may, and hangs up', async () => {
    receiver.mood = hangs
    expect(await post(receiver.url, { timeoutMs: 100 })).toMatchObject({ code: 'timeout', status: null })
    await until('hung up', () => receiver.sockets[0]?.destroyed === true)
  })

  it('waits for no name server either', async () => {
    const resolve: Resolve = () => new Promise(() => undefined)
    const privateHosts = ['hook.test']
    expect(await post('http://hook.test/', { timeoutMs: 50, resolve, privateHosts })).toMatchObject({
      code: 'timeout',
    })
  })

  it.each([
    ['a receiver that hangs up', drops, 'broken_off', null],
    ['a failure', says(500), 'failing', 500],
    ['a time out of its own', says(408), 'failing', 408],
    ['a refusal', says(400), 'refused', 400],
    ['the end of it', says(410), 'gone', 410],
  ] as const)('says what came of it: %s', async (_, mood, code, status) => {
    receiver.mood = mood
    expect(await post(receiver.url)).toMatchObject({ ok: false, code, status })
  })

  it('understands when a receiver wants to be asked again, as seconds and as a date', async () => {
    receiver.mood = says(503, { 'retry-after': '120' })
    expect(await post(receiver.url)).toMatchObject({ retryAfterMs: 120_000 })
    receiver.mood = says(429, { 'retry-after': new Date(Date.now() + 60_000).toUTCString() })
    const dated = await post(receiver.url)
    expect(dated.ok || dated.retryAfterMs).toBeGreaterThan(50_000)
    receiver.mood = says(503, { 'retry-after': 'soon' })
    expect(await post(receiver.url)).toMatchObject({ retryAfterMs: null })
  })

  it('takes what is not HTTP for a connection that broke, and nobody there for what it is', async () => {
    const babbler = createServer((socket) => {
      socket.on('error', () => undefined)
      socket.resume()
      socket.end('I do not speak this.\r\n\r\n')
    })
    await new Promise<void>((done) => babbler.listen(0, '127.0.0.1', done))
    const { port } = babbler.address() as AddressInfo
    expect(await post(`http://127.0.0.1:${port}/`)).toMatchObject({ code: 'broken_off' })
    await new Promise((done) => babbler.close(done))
    expect(await post(`http://127.0.0.1:${port}/`)).toMatchObject({ code: 'unreachable' })
    const nowhere = names([])
    expect(await post('https://hook.example.org/', { resolve: nowhere.resolve })).toMatchObject({
      code: 'name_unresolved',
    })
  })

  it('hands nothing to a server whose certificate is not one of its name that can be trusted', async () => {
    const { key, cert } = certify('hook.test')
    const heard: string[] = []
    const tls = createTlsServer({ key, cert }, (request, response) => {
      heard.push(`${request.headers.host} ${String(request.headers['webhook-id'])}`)
      response.end()
    })
    let connections = 0
    tls.on('tlsClientError', () => undefined)
    tls.on('connection', () => void (connections += 1))
    await new Promise<void>((done) => tls.listen(0, '127.0.0.1', done))
    const { port } = tls.address() as AddressInfo
    const { resolve } = names([four('127.0.0.1')])
    const to = (host: string) =>
      post(`https://${host}:${port}/`, { resolve, privateHosts: ['hook.test', 'other.test'] })
    expect(await to('hook.test')).toMatchObject({ ok: false, code: 'certificate' })
    const usual = getCACertificates()
    onTestFinished(() => setDefaultCACertificates(usual))
    setDefaultCACertificates([...usual, cert])
    expect(await to('other.test')).toMatchObject({ ok: false, code: 'certificate' })
    expect(heard).toEqual([])
    expect(await to('hook.test')).toEqual({ ok: true, status: 200 })
    expect(heard).toEqual([`hook.test:${port} msg_1`])
    expect(connections).toBe(3)
    tls.closeAllConnections()
    await new Promise((done) => tls.close(done))
  })
})
