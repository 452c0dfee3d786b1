// Facts: what happened, in the past tense, named by its owner. The journal holds them in order,
// the status stream is the journal's tail.

/** Every name a fact can have; the documents and a test list them. */
export const FACTS = [
  'server.started',
  'server.stopping',
  'room.added',
  'room.changed',
  'room.removed',
  'room.renamed',
  'room.merged',
  'room.state_changed',
  'room.looked',
  'room.quarantined',
  'room.released',
  'room.forced',
  'connection.opened',
  'connection.lost',
  'connection.refused',
  'connection.recycled',
  'session.opened',
  'session.resumed',
  'session.paused',
  'session.unpaused',
  'session.ending',
  'session.parked',
  'session.archived',
  'session.merged',
  'session.pruned',
  'gap.opened',
  'gap.closed',
  'archive.failed',
  'sign.limited',
  'sign.key_cooled',
  'sign.bad_endpoint',
  'storage.failed',
  'storage.recovered',
  'destination.changed',
  'destination.removed',
  'outbound.state_changed',
  'outbound.started',
  'outbound.ended',
  'egress.state_changed',
  'egress.desired',
  'egress.attempted',
  'egress.adopted',
  'egress.failed',
  'egress.alarm',
  'platform.changed',
  'livekit.event',
  'livekit.reachable',
  'livekit.unreachable',
  'ingress.created',
  'ingress.removed',
  'asset.uploading',
  'asset.uploaded',
  'asset.failed',
  'asset.replaced',
  'asset.changed',
  'asset.removed',
  'asset.missing',
  'asset.found',
  'asset.sweep_done',
  'asset.mass_missing',
  'asset.imported',
  'webhook.added',
  'webhook.changed',
  'webhook.removed',
  'webhook.rotated',
  'webhook.disabled',
  'webhook.enabled',
  'settings.changed',
  'maintenance.done',
] as const
export type FactName = (typeof FACTS)[number]

/** A fact before the journal gave it its number. `body` is small JSON without secrets. */
export interface Fact {
  readonly name: FactName
  readonly at: number
  readonly roomId: string | null
  readonly sessionId: string | null
  readonly body: Readonly<Record<string, unknown>>
}

/** A fact with its place in the journal: strictly increasing over all rooms, never reused. */
export interface JournalEntry extends Fact {
  readonly seq: number
}
