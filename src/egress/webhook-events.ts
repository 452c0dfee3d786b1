// What a webhook of LiveKit says, as it is kept: the fields that are named here and no others, so that no
// address of a stream, no key and no metadata of a participant comes along. It verifies nothing.

import { WebhookEvent } from '@livekit/protocol'
import type { EgressView } from '../domain/egress.ts'
import { viewOfJson } from './livekit-views.ts'

type Scrub = (text: string) => string
type Json = Readonly<Record<string, unknown>>

const EVENTS: ReadonlySet<string> = new Set([
  'room_started',
  'room_finished',
  'participant_joined',
  'participant_left',
  'participant_connection_aborted',
  'track_published',
  'track_unpublished',
  'egress_started',
  'egress_updated',
  'egress_ended',
  'ingress_started',
  'ingress_ended',
])

/** Fields that are kept of each part, as LiveKit's JSON names them. */
const KEPT = {
  room: ['sid', 'name', 'creationTime', 'numParticipants', 'numPublishers', 'activeRecording'],
  participant: ['sid', 'identity', 'name', 'state', 'kind', 'joinedAt', 'disconnectReason', 'isPublisher'],
  track: ['sid', 'name', 'type', 'source', 'mimeType', 'width', 'height', 'muted'],
  egressInfo: [
    'egressId',
    'roomName',
    'sourceType',
    'status',
    'startedAt',
    'endedAt',
    'updatedAt',
    'error',
    'errorCode',
    'details',
    'retryCount',
  ],
  ingressInfo: [
    'ingressId',
    'name',
    'inputType',
    'roomName',
    'participantIdentity',
    'participantName',
    'enabled',
  ],
} as const
const STREAM = ['status', 'startedAt', 'endedAt', 'error', 'lastRetryAt', 'retries'] as const
const INGRESS_STATE = ['status', 'error', 'startedAt', 'endedAt', 'updatedAt'] as const

const TEXT_MAX = 1_000
const LIST_MAX = 20
const ID = /^[\x21-\x7e]{1,200}$/

export interface LiveKitEvent {
  /** Null: it has none, so it cannot be known again. */
  readonly id: string | null
  readonly event: string
  readonly createdAt: number | null
  readonly roomName: string
  readonly egressId: string | null
  /** An egress joined its room or left it, as a hidden participant that is called like the egress. */
  readonly presence: { readonly egressId: string; readonly isPresent: boolean } | null
  /** Of events of an egress. */
  readonly view: EgressView | null
  /** False: an event, or a status of an egress, that this program has never heard of. */
  readonly isKnown: boolean
  /** What is kept of it: small JSON without secrets. */
  readonly kept: Json
}

const property = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? Reflect.get(value, name)
    : undefined

const pick = (value: unknown, names: readonly string[], scrub: Scrub): Json => {
  const picked: Record<string, unknown> = {}
  for (const name of names) {
    const field = property(value, name)
    if (typeof field === 'string') picked[name] = scrub(field).slice(0, TEXT_MAX)
    else if (typeof field === 'number' || typeof field === 'boolean') picked[name] = field
  }
  return picked
}

const pickEach = (value: unknown, names: readonly string[], scrub: Scrub): readonly Json[] =>
  Array.isArray(value) ? value.slice(0, LIST_MAX).map((item) => pick(item, names, scrub)) : []

const keptOf = (json: unknown, scrub: Scrub): Json => {
  const kept: Record<string, unknown> = {}
  for (const [part, names] of Object.entries(KEPT)) {
    const value = property(json, part)
    if (value === undefined) continue
    kept[part] = {
      ...pick(value, names, scrub),
      ...(part === 'egressInfo' && {
        streamResults: pickEach(property(value, 'streamResults'), STREAM, scrub),
      }),
      ...(part === 'ingressInfo' && { state: pick(property(value, 'state'), INGRESS_STATE, scrub) }),
    }
  }
  return kept
}

/** The view of an egress event; null when it is none, or none that can be read. */
const viewIn = (json: unknown, scrub: Scrub): EgressView | null => {
  const egress = property(json, 'egressInfo') ?? property(json, 'egress_info')
  if (egress === undefined) return null
  try {
    return viewOfJson(egress, scrub)
  } catch {
    return null
  }
}

const presenceOf = ({ event, participant }: WebhookEvent): LiveKitEvent['presence'] => {
  const egressId = participant?.identity ?? ''
  const isPresent = event === 'participant_joined'
  if (!isPresent && event !== 'participant_left') return null
  return /^EG_\w{1,64}$/.test(egressId) ? { egressId, isPresent } : null
}

/** Null when the bytes are not an event of LiveKit. */
export const eventOf = (body: Uint8Array, scrub: Scrub): LiveKitEvent | null => {
  let json: unknown
  let event: WebhookEvent
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
    event = WebhookEvent.fromJson(json as Parameters<typeof WebhookEvent.fromJson>[0], {
      ignoreUnknownFields: true,
    })
  } catch {
    return null
  }
  const isEgress = event.event.startsWith('egress_')
  const view = isEgress ? viewIn(json, scrub) : null
  const roomName = event.egressInfo?.roomName ?? event.ingressInfo?.roomName ?? event.room?.name ?? ''
  return {
    id: ID.test(event.id) ? event.id : null,
    event: event.event.slice(0, 64),
    createdAt: event.createdAt > 0n ? Number(event.createdAt) * 1_000 : null,
    roomName,
    presence: presenceOf(event),
    egressId: view?.egressId ?? null,
    view,
    isKnown: EVENTS.has(event.event) && (!isEgress || (view !== null && view.status !== 'unknown')),
    kept: keptOf(event.toJson(), scrub),
  }
}
