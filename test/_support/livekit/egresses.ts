// The egress service: starts, lists, stops and changes egresses, and keeps those that have ended.

import {
  EgressInfo,
  EgressStatus,
  ListEgressRequest,
  ListEgressResponse,
  StopEgressRequest,
  TokenPagination,
  UpdateLayoutRequest,
  UpdateStreamRequest,
} from '@livekit/protocol'
import { randomBytes } from 'node:crypto'
import { parseAddress } from './addresses.ts'
import { Egress } from './egress.ts'
import type { Engine } from './engine.ts'
import type { Rooms } from './rooms.ts'
import type { Wanted } from './starts.ts'
import type { Times } from './times.ts'
import type { Life, Truth } from './truth.ts'
import { TwirpError } from './twirp.ts'
import { eventOf, type Target, type Webhooks } from './webhooks.ts'

/** What becomes of the next egresses that are started. `waiting`: never gets its start signal. */
export type Fate = 'aborted' | 'limit' | 'cpu' | 'failed' | 'ghost' | 'silent' | 'waiting'

export interface FateSpec {
  readonly fate: Fate
  /** After its start was answered. Default 100. */
  readonly afterMs?: number
  readonly times?: number
  readonly room?: string
}

export interface EgressesContext {
  readonly engine: Engine
  readonly times: Times
  readonly truth: Truth
  readonly rooms: () => Rooms
  readonly webhooks: () => Webhooks
  readonly count: (name: string) => void
  /** Items of a page; null lists everything at once, as LiveKit's own server does. */
  readonly pageSize: () => number | null
}

export class Egresses {
  readonly all: Egress[] = []
  #fates: (FateSpec & { left: number })[] = []
  readonly #context: EgressesContext
  readonly #targets = new Map<Egress, readonly Target[]>()
  readonly #waiting = new Set<Egress>()

  constructor(context: EgressesContext) {
    this.#context = context
  }

  fate(spec: FateSpec): void {
    this.#fates.push({ ...spec, left: spec.times ?? 1 })
  }

  find(egressId: string): Egress | undefined {
    return this.all.find(({ id }) => id === egressId)
  }

  start(wanted: Wanted): EgressInfo {
    const { rooms, truth, engine, times, webhooks } = this.#context
    const room = rooms().find(wanted.room)
    if (wanted.needsRoom && room === null) throw new TwirpError('not_found', 'requested room does not exist')
    const info = new EgressInfo({
      egressId: `EG_${randomBytes(9).toString('hex').slice(0, 12)}`,
      roomId: room?.sid ?? '',
      roomName: wanted.room,
      sourceType: wanted.sourceType,
      request: wanted.request,
    })
    const life: Life = {
      egressId: info.egressId,
      room: wanted.room,
      urls: wanted.urls,
      bornAt: Date.now(),
      statuses: [],
      publications: [],
      endedAt: null,
    }
    truth.lives.push(life)
    const egress: Egress = new Egress(
      {
        engine,
        times,
        life,
        hasSource: () =>
          !this.#waiting.has(egress) &&
          (!wanted.needsRoom || (rooms().find(wanted.room)?.publishers.length ?? 0) > 0),
        tell: (which, event) =>
          webhooks().say(eventOf(event, { egressInfo: which.stored.clone() }), this.#targets.get(which)),
        onEnd: ({ id }) => rooms().find(wanted.room)?.leave(id),
      },
      info,
      wanted.urls,
      wanted.files,
    )
    this.all.push(egress)
    this.#targets.set(
      egress,
      wanted.webhooks.map(({ url, signingKey: key }) => ({ url, key })),
    )
    this.#meet(egress, wanted.room)
    room?.join(egress.id, { egress: true })
    const answer = egress.info.clone()
    egress.begin()
    return answer
  }

  list(request: ListEgressRequest, omit: number | readonly string[] = 0): ListEgressResponse {
    const { roomName, egressId, active } = request
    if (egressId !== '' && this.find(egressId) === undefined) {
      throw new TwirpError('not_found', 'egress does not exist')
    }
    const items = this.all
      .map(({ stored }) => stored.clone())
      .filter((info) => roomName === '' || info.roomName === roomName)
      .filter((info) => egressId === '' || info.egressId === egressId)
      .filter(({ status }) => !active || status < EgressStatus.EGRESS_COMPLETE)
      .filter((info, n) => (typeof omit === 'number' ? n >= omit : !omit.includes(info.egressId)))
    const size = this.#context.pageSize()
    if (size === null) return new ListEgressResponse({ items })
    const from = Number(request.pageToken?.token ?? '0')
    const more = from + size < items.length
    return new ListEgressResponse({
      items: items.slice(from, from + size),
      ...(more ? { nextPageToken: new TokenPagination({ token: String(from + size) }) } : {}),
    })
  }

  stop({ egressId }: StopEgressRequest): EgressInfo {
    const egress = this.#known(egressId)
    if (egress.isGhost) throw new TwirpError('unavailable', 'no response from servers')
    if (egress.info.status >= EgressStatus.EGRESS_ENDING) {
      throw new TwirpError(
        'failed_precondition',
        `egress with status ${EgressStatus[egress.info.status]} cannot be stopped`,
      )
    }
    egress.stop()
    return egress.info.clone()
  }

  updateStream({ egressId, addOutputUrls, removeOutputUrls }: UpdateStreamRequest): EgressInfo {
    const egress = this.#changeable(egressId)
    const wrong = addOutputUrls.find((url) => parseAddress(url) === null)
    if (wrong !== undefined) throw new TwirpError('invalid_argument', `invalid url ${wrong}`)
    for (const url of addOutputUrls) if (!egress.urls.includes(url)) egress.add(url)
    for (const url of removeOutputUrls) {
      if (!egress.remove(url)) throw new TwirpError('not_found', `stream not found: ${url}`)
    }
    return egress.info.clone()
  }

  updateLayout({ egressId }: UpdateLayoutRequest): EgressInfo {
    return this.#changeable(egressId).info.clone()
  }

  /** The room has nobody left to show: whoever shows it ends. */
  emptied(room: string): void {
    for (const egress of this.all) {
      if (egress.info.roomName === room && !egress.isOver && !egress.isGhost) egress.stop('Source closed')
    }
  }

  close(): void {
    for (const egress of this.all) egress.close()
  }

  #known(egressId: string): Egress {
    const egress = this.find(egressId)
    if (egress === undefined) throw new TwirpError('not_found', 'egress does not exist')
    return egress
  }

  #changeable(egressId: string): Egress {
    const egress = this.#known(egressId)
    if (egress.info.status >= EgressStatus.EGRESS_ENDING) {
      const status = EgressStatus[egress.info.status]
      throw new TwirpError('failed_precondition', `egress with status ${status} cannot be updated`)
    }
    return egress
  }

  #meet(egress: Egress, room: string): void {
    const fate = this.#fates.find((one) => one.left > 0 && (one.room === undefined || one.room === room))
    if (fate === undefined) return
    fate.left -= 1
    if (fate.fate === 'aborted' || fate.fate === 'waiting') this.#waiting.add(egress)
    const meet: Readonly<Record<Fate, () => void>> = {
      aborted: () => egress.abort(),
      limit: () => egress.reachLimit(),
      cpu: () => egress.exhaustCpu(),
      failed: () => egress.fail(),
      ghost: () => egress.kill(),
      silent: () => (egress.isSilent = true),
      waiting: () => undefined,
    }
    setTimeout(() => {
      this.#context.count(`fate.${fate.fate}`)
      meet[fate.fate]()
    }, fate.afterMs ?? 100).unref()
  }
}
