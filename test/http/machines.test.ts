import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { OPERATOR, startHarness, type Answered, type Harness } from './harness.ts'
import { Listener } from './listener.ts'
import { stage, type Staged } from './machines-stage.ts'

let h: Harness
let mine: { readonly id: string; readonly token: string }
let other: { readonly id: string; readonly token: string }
let actors: ReadonlyMap<string, Staged>

const OPENED = {
  no: 4,
  roomId: 'r',
  roomNo: 1,
  broadcastId: '77',
  epoch: 1,
  openedAt: 2,
  lastAt: 2,
  parkedAt: null,
  ending: null,
} as const

beforeAll(async () => {
  h = await startHarness()
  mine = await h.addRoom('mine.room')
  other = await h.addRoom('other.room')
  actors = stage(h, [mine.id, other.id])
})
afterAll(async () => {
  for (const { actor } of actors.values()) actor.stop()
  await h.stop()
})

const actorOf = (id: string): Staged => {
  const found = actors.get(id)
  if (found === undefined) throw new Error('it has an actor')
  return found
}
const tryOn = (asked: string, events: unknown, token: string = OPERATOR): Promise<Answered> =>
  h.ask('POST', `/api/machines/${asked}/what-if`, { body: { events }, token })
const errorsOf = ({ json }: Answered) =>
  (json['errors'] as { field: string }[] | undefined)?.map(({ field }) => field).toSorted()

describe('the actors of a machine', () => {
  it('come page by page, are filtered by state, and are only one’s own', async () => {
    const first = await h.ask('GET', '/api/machines/room/actors?limit=1')
    const then = await h.ask('GET', `/api/machines/room/actors?limit=1&cursor=${String(first.json['next'])}`)
    const ids = [first, then].flatMap(({ json }) =>
      (json['items'] as { roomId: string }[]).map((one) => one.roomId),
    )
    expect(ids.toSorted()).toEqual([mine.id, other.id].toSorted())
    expect(then.json['next']).toBeNull()
    const none = await h.ask('GET', '/api/machines/room/actors?state=draining')
    expect(none.json['items']).toEqual([])
    const own = await h.ask('GET', '/api/machines/room/actors', { token: mine.token })
    expect((own.json['items'] as object[]).length).toBe(1)
    expect((await h.ask('GET', '/api/machines/nothing/actors')).status).toBe(404)
    expect((await h.ask('GET', '/api/machines/room/actors?cursor=AAAA')).json['code']).toBe('cursor_invalid')
  })
})

describe('the history of an actor', () => {
  it('has events, ways, actions and changes, and older states from the journal', async () => {
    const at = Date.now() - 60_000
    await h.db.write({
      statements: [],
      facts: [
        {
          name: 'room.state_changed',
          at,
          roomId: mine.id,
          sessionId: null,
          body: { from: 'off', to: 'watching' },
        },
        {
          name: 'room.state_changed',
          at: at + 1,
          roomId: other.id,
          sessionId: null,
          body: { from: 'off', to: 'cooldown' },
        },
      ],
    })
    actorOf(mine.id).actor.send({ type: 'room.stop', at: 7, detail: 'enough' })
    const { json } = await h.ask('GET', '/api/machines/mine.room/history', { token: mine.token })
    const items = json['items'] as Record<string, unknown>[]
    expect(items.map(({ event, kind, to }) => [event, kind, to])).toEqual([
      ['room.stop', 'event', 'cooldown'],
      ['start', 'start', 'watching'],
    ])
    expect(items[0]).toMatchObject({
      payload: { at: 7, detail: 'enough' },
      actions: ['stop watch', 'persistCooldown'],
      changes: [{ field: 'cooldown', before: null, after: { ms: 900_000, reason: 'manual_stop' } }],
    })
    expect(json['context']).toMatchObject({ cooldown: { reason: 'manual_stop' }, monitor: true })
    const older = await h.ask('GET', `/api/machines/mine.room/history?cursor=${String(json['next'])}`)
    expect(older.json['items']).toMatchObject([
      { event: null, kind: 'fact', from: 'off', to: 'watching', at },
    ])
    expect(older.json['next']).toBeNull()
    actorOf(mine.id).actor.send({ type: 'room.start' })
  })

  it('is streamed as it happens, resumed by number, and begins anew with the process', async () => {
    const { actor, trace } = actorOf(mine.id)
    const listen = (query: string): Listener =>
      new Listener(`${h.url}/api/machines/${mine.id}/live${query}`, {
        authorization: `Bearer ${mine.token}`,
      })
    const fresh = listen('')
    await fresh.until('it is ready', (it) => it.named('ready').length === 1)
    const before = trace.newest()
    actor.send({ type: 'room.stop', at: 9, detail: null })
    actor.send({ type: 'room.start' })
    await fresh.until('both', (it) => it.named('message').length === 2)
    const heard = fresh.named('message').map(({ data }) => JSON.parse(data) as Record<string, unknown>)
    expect(heard.map(({ seq, event, to }) => [seq, event, to])).toEqual([
      [before + 1, 'room.stop', 'cooldown'],
      [before + 2, 'room.start', 'watching'],
    ])
    const resumed = listen(`?after=${before + 1}`)
    await resumed.until('the rest', (it) => it.named('message').length === 1)
    const reset = listen('?after=1000000')
    await reset.until('it is told', (it) => it.named('reset').length === 1)
    for (const listener of [fresh, resumed, reset]) listener.close()
  })

  it('S23: of another’s actor is, byte for byte, that of one that never was', async () => {
    for (const rest of ['', '/history', '/events', '/live', '/live?after=0']) {
      const foreign = await h.ask('GET', `/api/machines/${other.id}${rest}`, { token: mine.token })
      const unknown = await h.ask('GET', `/api/machines/rNobody${rest}`, { token: mine.token })
      expect([foreign.status, foreign.text], rest).toEqual([404, unknown.text])
    }
    const foreign = await tryOn(other.id, [{ type: 'room.stop' }], mine.token)
    const unknown = await tryOn('rNobody', [{ type: 'room.stop' }], mine.token)
    expect([foreign.status, foreign.text]).toEqual([404, unknown.text])
  })
})

describe('what if', () => {
  it('leads a copy through events, and the actor, the journal and the audit hear nothing of it', async () => {
    const { actor, trace } = actorOf(mine.id)
    const [state, newest] = [actor.getSnapshot().value, trace.newest()]
    const world = async () =>
      JSON.stringify(
        await h.db.read('SELECT (SELECT count(*) FROM journal) j, (SELECT count(*) FROM audit) a'),
      )
    const before = await world()
    const answer = await tryOn('@mine.room', [
      { type: 'watch done', fields: { paused: false } },
      { type: 'link.opened', fields: { session: 9 } },
      { type: 'link.connected' },
      { type: 'room.stop', fields: { detail: 'why not' } },
      { type: 'drain done' },
      { type: 'archive done', fields: { written: false } },
      { type: 'after archiveRetry' },
      { type: 'room.start' },
    ])
    const steps = answer.json['steps'] as Record<string, unknown>[]
    expect(steps.map(({ to, isTaken }) => [to, isTaken])).toEqual([
      ['connecting', true],
      ['connecting', true],
      ['live.receiving', true],
      ['draining', true],
      ['archiving.writing', true],
      ['archiving.waiting', true],
      ['archiving.writing', true],
      ['archiving.writing', false],
    ])
    // The guard that did not hold is said too: it is not paused.
    expect(steps[2]?.['refused']).toHaveLength(1)
    expect(steps[3]?.['actions']).toEqual(['stop link', 'start drain'])
    expect([actor.getSnapshot().value, trace.newest()]).toEqual([state, newest])
    expect(await world()).toBe(before)
  })

  it('tells which events are heard, what they take, and where they would lead', async () => {
    actorOf(other.id).actor.send({ type: 'room.disable', at: 1, detail: null })
    const { json } = await h.ask('GET', `/api/machines/${other.id}/events`)
    const events = json['events'] as { event: string; isHeard: boolean; to: string | null }[]
    const heard = events.filter(({ isHeard }) => isHeard).map(({ event, to }) => [event, to])
    expect(heard).toEqual([
      ['room.start', 'watching'],
      ['room.enable', 'watching'],
      ['settings.changed', 'off'],
      ['session.counted', null],
    ])
    expect(json['commands']).toContain('start')
  })

  it('refuses what is no event of the machine, and says what would be', async () => {
    const cases: readonly (readonly [unknown, string, readonly string[] | undefined])[] = [
      [[], 'invalid', ['/events']],
      [Array.from({ length: 17 }, () => ({ type: 'room.stop' })), 'invalid', ['/events']],
      [[{ type: 'room.explode' }], 'invalid', undefined],
      [[{ type: 'egress.start' }], 'invalid', undefined],
      [[{ type: 'xstate.done.actor.0.room.watching' }], 'invalid', undefined],
      [[{ type: 'x'.repeat(65) }], 'invalid', ['/events/0/type']],
      [[{ type: 'room.stop', at: 1 }], 'invalid', ['/events/0/at']],
      [
        [{ type: 'room.start' }, { type: 'room.stop', fields: { detail: 'x'.repeat(201) } }],
        'invalid',
        ['/events/1/fields/detail'],
      ],
      [
        [{ type: 'link.lost', fields: { cause: 'nope', more: 1 } }],
        'invalid',
        ['/events/0/fields/cause', '/events/0/fields/more'],
      ],
      [[{ type: 'link.attempting', fields: { attempt: 1.5 } }], 'invalid', ['/events/0/fields/attempt']],
      [[{ type: 'room.stop', fields: { detail: 'a\u0000b' } }], 'invalid', ['/events/0/fields/detail']],
      [[{ type: 'toString' }], 'invalid', undefined],
    ]
    for (const [events, code, fields] of cases) {
      const answer = await tryOn(mine.id, events)
      expect([answer.status, answer.json['code']], JSON.stringify(events)).toEqual([422, code])
      if (fields !== undefined) expect(errorsOf(answer), JSON.stringify(events)).toEqual(fields)
    }
    const polluted = await fetch(`${h.url}/api/machines/${mine.id}/what-if`, {
      method: 'POST',
      headers: { authorization: `Bearer ${OPERATOR}`, 'content-type': 'application/json' },
      body: '{"events":[{"type":"room.stop","fields":{"__proto__":{"a":1}}}]}',
    })
    expect(polluted.status).toBe(400)
  })

  it('shows nothing of a machine’s memory that is not listed', async () => {
    const { actor } = actorOf(mine.id)
    actor.send({ type: 'link.opened', session: OPENED })
    const history = await h.ask('GET', `/api/machines/${mine.id}/history`)
    expect(history.text).not.toContain('roomNo')
    expect(history.text).not.toContain('resumeWindowMs')
  })
})
