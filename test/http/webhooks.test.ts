// Webhooks over HTTP and with the command line, against the real service and a real receiver.

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { run } from '../cli/run.ts'
import { until } from '../_support/db.ts'
import { says, startReceiver, takes, type Receiver } from '../_support/webhook-receiver.ts'
import { OPERATOR, startHarness, type Harness } from './harness.ts'

let h: Harness
let receiver: Receiver
beforeEach(async () => {
  h = await startHarness()
  receiver = await startReceiver()
})
afterEach(async () => {
  await h.stop()
  await receiver.close()
})

const add = async (more: Readonly<Record<string, unknown>> = {}) => {
  const body = { url: receiver.url, facts: ['asset.missing'], ...more }
  const added = await h.ask('POST', '/api/webhooks', { body })
  receiver.secret = String(added.json['secret'])
  return { added, id: String(added.json['id']) }
}

describe('webhooks over HTTP', () => {
  it('show their secret once, and then neither it nor the address', async () => {
    const url = `${receiver.url}/services/T0001/abcdefghijkl7890`
    const { added, id } = await add({ url, name: 'Alarm' })
    expect(added.status).toBe(201)
    expect(added.headers.get('location')).toBe(`/api/webhooks/${id}`)
    expect(added.json).toMatchObject({ name: 'Alarm', state: 'ready', facts: ['asset.missing'], rooms: null })
    const secret = String(added.json['secret'])
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/)
    const rotated = await h.ask('POST', `/api/webhooks/${id}/rotate`)
    const seen = [
      await h.ask('GET', '/api/webhooks'),
      await h.ask('GET', `/api/webhooks/${id}`),
      await h.ask('PATCH', `/api/webhooks/${id}`, { body: { name: null } }),
      await h.ask('GET', '/api/audit'),
    ].map(({ text }) => text)
    const facts = await h.db.read('SELECT name, body FROM journal ORDER BY seq')
    const rows = await h.db.read('SELECT * FROM webhooks')
    const all = [...seen, JSON.stringify(facts), JSON.stringify(rows)].join('\n')
    for (const hidden of [secret, String(rotated.json['secret'])]) {
      expect(all).not.toContain(hidden.slice('whsec_'.length, 20))
    }
    expect(all).not.toContain('abcdefgh')
    expect(JSON.parse(seen[1] ?? '')).toMatchObject({ url: `http://127.0.0.1:${receiver.port}/…7890` })
    expect(facts.map(({ name }) => name)).toEqual(['webhook.added', 'webhook.rotated', 'webhook.changed'])
  })

  it('are the operator’s: for a room’s owner there are none', async () => {
    const { id } = await add()
    const { token } = await h.addRoom('some.room')
    for (const [method, path] of [
      ['GET', '/api/webhooks'],
      ['GET', `/api/webhooks/${id}`],
      ['POST', `/api/webhooks/${id}/test`],
      ['DELETE', `/api/webhooks/${id}`],
    ] as const) {
      expect((await h.ask(method, path, { token })).status, path).toBe(404)
      expect((await h.ask(method, path, { token: null })).status, path).toBe(401)
    }
  })

  it('are refused when they lead inside, or ask for what is no fact or no room', async () => {
    const refused = async (more: object) => {
      const { added } = await add({ ...more })
      expect(added.status).toBe(422)
      return added.json['field']
    }
    expect(await refused({ url: 'https://169.254.169.254/latest' })).toBe('/url')
    expect(await refused({ url: 'http://hooks.example.org/' })).toBe('/url')
    expect(await refused({ facts: ['asset.vanished'] })).toBe('/facts')
    expect(await refused({ facts: [] })).toBe('/facts')
    expect(await refused({ rooms: ['nobody'] })).toBe('/rooms/0')
    expect(await refused({ name: 'a\nb' })).toBe('/name')
    expect((await h.ask('GET', '/api/webhooks')).json['items']).toEqual([])
    const rows = (await h.audit()).filter(({ action }) => action === 'webhook.add')
    expect(rows.length).toBeGreaterThan(3)
    expect(new Set(rows.map(({ outcome }) => outcome))).toEqual(new Set(['refused']))
  })

  it('test: says what happened, whatever state it is in, and leaves a row', async () => {
    const { id } = await add()
    const good = await h.ask('POST', `/api/webhooks/${id}/test`)
    expect(good.json).toMatchObject({ delivered: true, status: 200, code: null, says: null })
    expect(receiver.heard[0]).toMatchObject({ isGenuine: true, id: good.json['messageId'] })
    expect(receiver.heard[0]?.payload.type).toBe('webhook.test')
    await h.ask('PATCH', `/api/webhooks/${id}`, { body: { enabled: false } })
    receiver.mood = says(302, { location: 'http://127.0.0.1/' })
    const bad = await h.ask('POST', `/api/webhooks/${id}/test`)
    expect(bad.json).toMatchObject({ delivered: false, status: 302, code: 'redirected' })
    expect(bad.json['says']).toContain('redirect')
    const tests = (await h.audit()).filter(({ action }) => action === 'webhook.test')
    expect(tests.map(({ detail }) => detail)).toEqual(['delivered', 'redirected'])
    expect((await h.ask('GET', `/api/webhooks/${id}`)).json).toMatchObject({
      delivered: 0,
      state: 'disabled',
    })
  })

  it('are no more than there may be, and gone when they are removed', async () => {
    const all = await Promise.all(Array.from({ length: 51 }, () => add()))
    expect(
      all
        .map(({ added }) => added.status)
        .sort()
        .slice(-2),
    ).toEqual([201, 409])
    const { id } = all.find(({ added }) => added.status === 201) ?? { id: '' }
    expect((await h.ask('DELETE', `/api/webhooks/${id}`)).status).toBe(204)
    expect((await h.ask('GET', `/api/webhooks/${id}`)).json['code']).toBe('webhook_unknown')
    expect((await h.ask('POST', `/api/webhooks/${id}/test`)).status).toBe(404)
    const metrics = (await h.ask('GET', '/metrics')).text
    expect(metrics).toContain('roomkeeper_webhooks{state="ready"} 49')
    expect(metrics).toContain('roomkeeper_webhook_attempts_total{outcome="delivered"} 0')
  })
})

describe('roomkeeper webhooks', () => {
  const cli = (...args: readonly string[]) =>
    run(['webhooks', ...args, '--url', h.url], { ROOMKEEPER_TOKEN: OPERATOR })

  it('adds, tests, lists, sends again and removes', async () => {
    expect((await cli('list')).out).toContain('There is none yet')
    const added = await cli('add', receiver.url, 'settings.changed', '--name', 'Alarm')
    expect(added.error).toBeNull()
    receiver.secret = /whsec_\S+/.exec(added.out)?.[0] ?? ''
    const id = /^(w\S+)/m.exec(added.out.split('\n')[1] ?? '')?.[1] ?? ''
    expect((await cli('test', id)).out).toContain('Delivered in')
    expect(receiver.heard[0]?.isGenuine).toBe(true)
    receiver.mood = says(400)
    const failed = await cli('test', id)
    expect(String(failed.error)).toContain('The receiver refused the message. It answered 400.')
    await h.ask('PATCH', '/api/settings', { body: { cooldownMs: 1 } })
    await until('put aside', () => receiver.heard.length >= 7)
    while (!(await cli('letters', id)).out.includes('refused the message'));
    receiver.mood = takes
    expect((await cli('redeliver', id)).out).toBe('Sent again: 1.')
    while (!(await cli('letters', id)).out.includes('Nothing was put aside'));
    expect((await cli('disable', id)).out).toContain('disabled operator')
    expect((await cli('enable', id, '--skip')).out).toContain('ready')
    expect((await cli('change', id)).error).toMatchObject({ exitCode: 2 })
    expect((await cli('change', id, '--facts', 'asset.*,gap.opened')).out).toContain('asset.* gap.opened')
    expect((await cli('rotate', id)).out).toMatch(/whsec_/)
    expect((await cli('remove', id)).error).toMatchObject({ exitCode: 2 })
    expect((await cli('remove', id, '--yes')).out).toBe(`Removed ${id}.`)
    expect((await cli('list', '--json')).out).toBe('{"items":[],"next":null}')
  })
})
