// Rooms and a recorder that do nothing but keep their word: commands are written with their audit row and
// facts through the real database, states change at once. A test can make them throw, wait or speak.

import { createHash, randomBytes } from 'node:crypto'
import * as Effect from 'effect/Effect'
import type { Caller, Rooms, RoomStatus } from '../../src/actors/rooms.ts'
import type { Recorder } from '../../src/archive/recorder.ts'
import type { AuditEntry, Database, Statement } from '../../src/db/database.ts'
import * as rows from '../../src/db/rooms.ts'
import * as tokens from '../../src/db/tokens.ts'
import { CommandRefused } from '../../src/domain/errors.ts'
import type { FactName } from '../../src/domain/facts.ts'
import type { RoomState } from '../../src/domain/room.ts'
import type { Settings } from '../../src/domain/settings.ts'

type Service<S extends { Service: object }> = { -readonly [K in keyof S['Service']]: S['Service'][K] }

export const SETTINGS: Settings = {
  autoMonitorEnabled: true,
  watchIntervalMs: 15_000,
  heartbeatIntervalMs: 10_000,
  silenceTimeoutMs: 90_000,
  resumeWindowMs: 120_000,
  drainTimeoutMs: 1_500,
  cooldownMs: 5_000,
  manualCooldownMs: 900_000,
  signRequestsPerMinute: 30,
}

const ALLOWED = ['start', 'stop', 'end-session', 'rename']

const statusOf = (id: string, handle: string): RoomStatus => ({
  id,
  handle,
  displayName: null,
  monitor: true,
  state: 'watching',
  since: Date.now(),
  session: null,
  waiting: { for: 'look', untilAt: null },
  attempt: 0,
  lastLook: null,
  lastError: null,
  lastErrorAt: null,
  lastSessionId: null,
  cooldownReason: null,
  habitualHoursUtc: [],
  allowed: ALLOWED,
})

export interface FakeRooms {
  rooms: Service<typeof Rooms>
  /** How often each command was carried out. */
  readonly effects: Record<string, number>
  /** Awaited by every command before it acts. */
  before: () => Promise<void>
}

const entry = (
  action: string,
  caller: Caller,
  roomId: string | null,
  outcome: AuditEntry['outcome'],
  code: string | null = null,
): AuditEntry => ({ at: Date.now(), ...caller, action, roomId, target: roomId, outcome, code, detail: null })

export const fakeRooms = (database: Database['Service']): FakeRooms => {
  const all = new Map<string, RoomStatus>()
  let settings = SETTINGS
  const find = (text: string) =>
    all.get(text) ?? [...all.values()].find(({ handle }) => handle === text) ?? null
  const fake: FakeRooms = { rooms: {} as Service<typeof Rooms>, effects: {}, before: () => Promise.resolve() }

  const act = (
    action: string,
    fact: FactName,
    caller: Caller,
    roomId: string | null,
    statements: readonly Statement[],
    refuse: () => CommandRefused | null = () => null,
  ) =>
    Effect.gen(function* () {
      yield* Effect.promise(() => fake.before())
      const refusal = refuse()
      if (refusal !== null) {
        yield* database.write({
          statements: [],
          audit: entry(action, caller, roomId, 'refused', refusal.code),
        })
        return yield* refusal
      }
      fake.effects[action] = (fake.effects[action] ?? 0) + 1
      yield* database.write({
        statements,
        audit: entry(action, caller, roomId, 'done'),
        facts: [{ name: fact, at: Date.now(), roomId, sessionId: null, body: { action } }],
      })
    })

  const change = (id: string, part: Partial<RoomStatus>): RoomStatus => {
    const status = { ...(find(id) ?? statusOf(id, id)), ...part, since: Date.now() }
    all.set(id, status)
    return status
  }
  const to =
    (action: string, state: RoomState, refuse: (status: RoomStatus) => CommandRefused | null = () => null) =>
    (id: string, caller: Caller) =>
      act(action, 'room.state_changed', caller, id, [], () => refuse(find(id) ?? statusOf(id, id))).pipe(
        Effect.map(() => change(id, { state })),
      )

  fake.rooms = {
    list: () => [...all.values()],
    find,
    row: () => null,
    diagnose: (id) => {
      const status = find(id)
      return status === null
        ? null
        : {
            recording: false,
            code: 'not_looked_yet',
            sentence: 'It has not been looked at yet.',
            next: 'It is looked at within 15 s.',
            advice: null,
            evidence: {
              status,
              lookedAt: null,
              nextLookAt: null,
              habitualHoursUtc: [],
              signBudget: fake.rooms.signBudget(),
              restarts: 0,
              storageFailing: false,
            },
          }
    },
    signBudget: () => ({ perMinute: 30, available: 30, waiting: 0, nextAt: null, keys: [] }),
    add: (room, caller) =>
      Effect.gen(function* () {
        const id = `r${randomBytes(9).toString('base64url')}`
        const ownerToken = `rk_ow_${randomBytes(32).toString('base64url')}`
        const hash = createHash('sha256').update(ownerToken).digest('hex')
        const at = Date.now()
        const statements = [
          ...rows.insert({ id, ...room, proxyUrlSealed: null, at }),
          tokens.insert({
            id: `t${id}`,
            hash,
            scope: 'owner',
            roomId: id,
            label: null,
            createdAt: at,
            expiresAt: null,
          }),
        ]
        yield* act('room.add', 'room.added', caller, id, statements, () =>
          find(room.handle) === null
            ? null
            : new CommandRefused({
                code: 'room_exists',
                message: 'Another room has this handle.',
                field: '/handle',
              }),
        )
        const status = { ...statusOf(id, room.handle), displayName: room.displayName, monitor: room.monitor }
        all.set(id, status)
        return { status, ownerToken }
      }),
    change: (id, part, caller) =>
      act('room.change', 'room.changed', caller, id, []).pipe(
        Effect.map(() =>
          change(id, {
            ...(part.displayName === undefined ? {} : { displayName: part.displayName }),
            ...(part.monitor === undefined ? {} : { monitor: part.monitor }),
          }),
        ),
      ),
    remove: (id, caller) =>
      act('room.remove', 'room.removed', caller, id, [
        ...rows.remove(id, Date.now()),
        tokens.revokeAll(id, Date.now()),
      ]).pipe(Effect.map(() => void all.delete(id))),
    start: (id, { force }, caller) =>
      to('room.start', 'watching', (status) =>
        status.state === 'cooldown' && !force
          ? new CommandRefused({
              code: 'cooldown',
              message: 'It rests for another 9 s.',
              retryAfterMs: 9_000,
            })
          : null,
      )(id, caller),
    stop: to('room.stop', 'cooldown'),
    endSession: to(
      'room.end_session',
      'watching',
      () => new CommandRefused({ code: 'not_recording', message: 'It is not recording.' }),
    ),
    rename: (id, handle, caller) =>
      act('room.rename', 'room.renamed', caller, id, rows.rename(id, handle, Date.now())).pipe(
        Effect.map(() => change(id, { handle })),
      ),
    release: to(
      'room.release',
      'watching',
      () => new CommandRefused({ code: 'not_quarantined', message: 'It is not quarantined.' }),
    ),
    settings: () => settings,
    changeSettings: (patch, caller) =>
      act('settings.change', 'settings.changed', caller, null, []).pipe(
        Effect.map(() => {
          settings = { ...settings, ...patch }
          return settings
        }),
      ),
    trace: () => null,
    actors: () =>
      [...all.values()].map(({ id, state, since }) => ({
        id: `room:${id}`,
        machine: 'room',
        roomId: id,
        state,
        since,
        next: ['room.stop'],
      })),
    letGo: () => Effect.succeed({ parked: 0, unfinished: 0 }),
  }
  return fake
}

export interface FakeRecorder {
  readonly recorder: Recorder['Service']
  /** What the recorder would say once these are durable. */
  readonly say: (no: number, lines: readonly string[]) => void
  readonly followed: () => number
}

const unused = (): never => {
  throw new Error('the HTTP layer asks for no such thing')
}

export const fakeRecorder = (): FakeRecorder => {
  const listeners = new Map<number, Set<(lines: readonly string[]) => void>>()
  return {
    recorder: {
      reserve: Effect.sync(unused),
      open: unused,
      adopt: unused,
      tap: unused,
      flush: () => Effect.void,
      openGap: unused,
      closeGap: unused,
      notePause: unused,
      intendEnd: unused,
      park: unused,
      archive: unused,
      noteSecondary: unused,
      counters: () => null,
      follow: (no, listener) => {
        const set = listeners.get(no) ?? new Set()
        listeners.set(no, set)
        set.add(listener)
        return () => void set.delete(listener)
      },
    },
    say: (no, lines) => {
      for (const listener of listeners.get(no) ?? []) listener(lines)
    },
    followed: () => [...listeners.values()].reduce((sum, set) => sum + set.size, 0),
  }
}
