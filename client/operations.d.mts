// Written from the OpenAPI document by `npm run generate`; checked by test/http/contract.test.ts.

export type Problem = { readonly type: string; readonly title: string; readonly status: number; readonly code: "json_invalid" | "body_incomplete" | "query_invalid" | "path_invalid" | "cursor_invalid" | "idempotency_key_invalid" | "last_event_id_invalid" | "stream_pipelined" | "unauthorized" | "origin_refused" | "not_found" | "room_unknown" | "session_unknown" | "event_unknown" | "method_not_allowed" | "room_exists" | "already_active" | "archiving" | "cooldown" | "quarantined" | "not_quarantined" | "not_recording" | "not_live" | "destination_unknown" | "destination_incomplete" | "destination_in_use" | "ingress_unknown" | "stop_unconfirmed" | "livekit_unconfigured" | "livekit_unavailable" | "webhook_rejected" | "webhook_unknown" | "asset_unknown" | "asset_missing" | "key_conflict" | "quota_exceeded" | "upload_in_progress" | "size_mismatch" | "upload_interrupted" | "asset_too_large" | "type_unsupported" | "range_unsatisfiable" | "bad_key" | "content_mismatch" | "checksum_mismatch" | "upload_failed" | "store_unavailable" | "request_timeout" | "conflict" | "idempotency_in_progress" | "idempotency_sealed" | "body_too_large" | "media_type_unsupported" | "invalid" | "idempotency_key_reused" | "rate_limited" | "headers_too_large" | "internal" | "busy" | "storage_unavailable" | "streams_full" | "leaving"; readonly detail?: string; readonly field?: string; readonly errors?: ReadonlyArray<{ readonly field?: string; readonly expected?: string }>; readonly retryAfterMs?: number; readonly correlationId?: string }

export type Room = { readonly id: string; readonly handle: string; readonly displayName: string | null; readonly monitor: boolean; readonly state: "off" | "watching" | "connecting" | "live.receiving" | "live.paused" | "live.reconnecting" | "draining" | "archiving.writing" | "archiving.waiting" | "cooldown" | "quarantined"; readonly since: number; readonly session: { readonly id: string; readonly broadcastId: string; readonly openedAt: number; readonly counters: { readonly frames: number; readonly bytes: number; readonly received: number; readonly events: number; readonly duplicates: number; readonly poison: number; readonly chats: number; readonly gifts: number; readonly giftValue: number; readonly likes: number; readonly joins: number; readonly follows: number; readonly shares: number; readonly viewersPeak: number; readonly viewersLast: number; readonly lastSeq: number }; readonly eventsPerSecond: number | "Infinity" | "-Infinity" | "NaN"; readonly queuedFrames: number } | null; readonly waiting: { readonly for: string; readonly untilAt: number | null } | null; readonly attempt: number; readonly lastLook: { readonly at: number; readonly answer: "live" | "offline" | "unknown"; readonly broadcastId: string | null; readonly paused: boolean; readonly sources: ReadonlyArray<{ readonly source: string; readonly answer: string; readonly status: number | null; readonly error: string | null }>; readonly snapshot: unknown } | null; readonly lastError: string | null; readonly lastErrorAt: number | null; readonly lastSessionId: string | null; readonly cooldownReason: string | null; readonly habitualHoursUtc: ReadonlyArray<number>; readonly allowed: ReadonlyArray<string> }

export type Destination = { readonly platform: string; readonly url: string; readonly key_set: boolean; readonly key_state: "set" | "missing" | "unreadable"; readonly key_last4: string | null; readonly source: { readonly type: "room"; readonly layout: string } | { readonly type: "participant"; readonly identity: string; readonly screen_share: boolean } | { readonly type: "web"; readonly url: string }; readonly encoding: { readonly preset: "720p30" | "720p60" | "1080p30" | "1080p60" | null; readonly width: number; readonly height: number; readonly framerate: number; readonly video_kbps: number; readonly audio_kbps: number; readonly keyframe_seconds: number }; readonly origin: "room" | "environment"; readonly updated_at: number | null }

export type Live = { readonly session_id: string | null; readonly room: string; readonly handle: string; readonly livekit_room: string; readonly state: "idle" | "starting" | "live" | "degraded" | "stopping"; readonly since: number; readonly platforms: Readonly<Record<string, { readonly status: "starting" | "live" | "error" | "stopped"; readonly state: "idle" | "starting" | "connecting" | "live" | "reconnecting" | "backoff" | "failed" | "stopping" | "stopped"; readonly since: number; readonly attempt: number; readonly attempts_max: number; readonly next_attempt_at: number | null; readonly error_code: "livekit_unconfigured" | "livekit_unreachable" | "livekit_auth" | "room_not_found" | "quota_exceeded" | "blocked_quota" | "destination_rejected" | "destination_unreachable" | "destination_lost" | "destination_invalid" | "destination_in_use" | "key_missing" | "start_unknown" | "start_aborted" | "limit_reached" | "cpu_exhausted" | "source_closed" | "egress_failed" | "egress_gone" | "ended_elsewhere" | "stalled" | "stop_unconfirmed" | "internal" | null; readonly error: string | null; readonly advice: string | null; readonly egress_id: string | null; readonly live_since: number | null; readonly observed_at: number | null; readonly observed_by: "webhook" | "poll" | "answer" | null; readonly platform_state: "live" | "not_live" | "unknown" | null; readonly platform_observed_at: number | null; readonly platform_issues: ReadonlyArray<{ readonly severity: "info" | "warning" | "error"; readonly code: string; readonly text: string }>; readonly allowed: ReadonlyArray<string> }>> }

export type Asset = { readonly id: string; readonly type: "vrm" | "animation" | "bgm" | "hdr" | "scene"; readonly s3_key: string; readonly display_name: string; readonly mime_type: string; readonly size_bytes: number | null; readonly sha256: string | null; readonly etag: string | null; readonly status: "uploading" | "ready" | "suspect" | "missing" | "failed"; readonly error_code: string | null; readonly owner: string; readonly visibility: "public" | "private"; readonly version: number; readonly stored_at: number | null; readonly checked_at: number | null; readonly created_at: number; readonly updated_at: number }

export type Upload = { readonly id: string; readonly asset_id: string | null; readonly s3_key: string; readonly state: "running" | "done" | "failed"; readonly received_bytes: number; readonly size_bytes: number | null; readonly error_code: string | null; readonly started_at: number; readonly ended_at: number | null }

export type Webhook = { readonly id: string; readonly name: string | null; readonly url: string; readonly facts: ReadonlyArray<string>; readonly rooms: ReadonlyArray<string> | null; readonly state: "ready" | "retrying" | "disabled"; readonly disabledReason: "operator" | "gone" | "failing" | "letters_full" | "secret_unreadable" | null; readonly disabledAt: number | null; readonly cursor: number; readonly behind: number; readonly attempts: number; readonly nextAt: number | null; readonly failingSince: number | null; readonly lastAttemptAt: number | null; readonly lastStatus: number | null; readonly lastError: { readonly code: "host_private" | "name_unresolved" | "unreachable" | "certificate" | "broken_off" | "timeout" | "redirected" | "gone" | "refused" | "limited" | "failing" | "unexpected" | "secret_unreadable"; readonly says: string } | null; readonly lastDeliveredAt: number | null; readonly delivered: number; readonly deadLetters: number; readonly secretAt: number; readonly oldSecretUntil: number | null; readonly createdAt: number; readonly updatedAt: number }

export type Rates = { readonly at: number; readonly stepMs: number; readonly rooms: ReadonlyArray<{ readonly id: string; readonly sessionId: string | null; readonly now: { readonly eventsPerSecond: number | "Infinity" | "-Infinity" | "NaN"; readonly viewers: number }; readonly giftValue: number; readonly eventsPerSecond: ReadonlyArray<number | "Infinity" | "-Infinity" | "NaN">; readonly viewers: ReadonlyArray<number> }> }

export type System = { readonly version: string; readonly node: string; readonly startedAt: number; readonly ready: boolean; readonly reasons: ReadonlyArray<string>; readonly rooms: Readonly<Record<string, number>>; readonly eventsPerSecond: number | "Infinity" | "-Infinity" | "NaN"; readonly signBudget: { readonly perMinute: number | "Infinity" | "-Infinity" | "NaN"; readonly available: number | "Infinity" | "-Infinity" | "NaN"; readonly waiting: number; readonly nextAt: number | "Infinity" | "-Infinity" | "NaN" | null; readonly keys: ReadonlyArray<{ readonly key: string; readonly used: number; readonly coolingUntil: number | "Infinity" | "-Infinity" | "NaN" | null; readonly lastError: string | null }> }; readonly writer: { readonly queuedBytes: number | "Infinity" | "-Infinity" | "NaN"; readonly queuedFrames: number | "Infinity" | "-Infinity" | "NaN"; readonly oldestMs: number | "Infinity" | "-Infinity" | "NaN"; readonly lastError: { readonly at: number | "Infinity" | "-Infinity" | "NaN"; readonly kind: string } | null; readonly failing: boolean; readonly ackP50Ms: number | "Infinity" | "-Infinity" | "NaN"; readonly ackP99Ms: number | "Infinity" | "-Infinity" | "NaN"; readonly commits: number | "Infinity" | "-Infinity" | "NaN"; readonly rows: number | "Infinity" | "-Infinity" | "NaN"; readonly rowsMax: number | "Infinity" | "-Infinity" | "NaN"; readonly walAlarm: boolean; readonly dbStallMs: number | "Infinity" | "-Infinity" | "NaN" }; readonly loopDelayMs: { readonly p50: number | "Infinity" | "-Infinity" | "NaN"; readonly p99: number | "Infinity" | "-Infinity" | "NaN"; readonly max: number | "Infinity" | "-Infinity" | "NaN" }; readonly memory: { readonly rss: number | "Infinity" | "-Infinity" | "NaN"; readonly heapUsed: number | "Infinity" | "-Infinity" | "NaN" }; readonly streams: { readonly open: number; readonly max: number; readonly waitingBytes: number | "Infinity" | "-Infinity" | "NaN" }; readonly storage: { readonly databaseBytes: number | null; readonly walBytes: number | "Infinity" | "-Infinity" | "NaN"; readonly diskFreeBytes: number | null; readonly diskBytes: number | null; readonly assets: { readonly kind: "folder" | "s3"; readonly uploadMaxBytes: number | "Infinity" | "-Infinity" | "NaN" } | null }; readonly livekit: { readonly configured: boolean }; readonly signApi: string | null; readonly settings: { readonly now: { readonly autoMonitorEnabled: boolean; readonly watchIntervalMs: number; readonly heartbeatIntervalMs: number; readonly silenceTimeoutMs: number; readonly resumeWindowMs: number; readonly drainTimeoutMs: number; readonly cooldownMs: number; readonly manualCooldownMs: number; readonly signRequestsPerMinute: number }; readonly defaults: { readonly autoMonitorEnabled: boolean; readonly watchIntervalMs: number; readonly heartbeatIntervalMs: number; readonly silenceTimeoutMs: number; readonly resumeWindowMs: number; readonly drainTimeoutMs: number; readonly cooldownMs: number; readonly manualCooldownMs: number; readonly signRequestsPerMinute: number } | null } }

export type Me = { readonly actor: string; readonly scope: "operator" | "owner"; readonly roomId: string | null; readonly expiresAt: number | null }

export type Operations = {
  '/api/rooms': {
    /** Rooms, by handle */
    $get:
      | { input: { query?: { limit?: string; cursor?: string; state?: string; q?: string } }; output: { readonly items: ReadonlyArray<Room>; readonly next: string | null }; outputFormat: 'json'; status: 200 }
      | { input: { query?: { limit?: string; cursor?: string; state?: string; q?: string } }; output: Problem; outputFormat: 'json'; status: 400 | 401 | 500 | 503 }
    /** Add one room, or a paste of many */
    $post:
      | { input: { header?: { "Idempotency-Key"?: string }; json: { readonly handle?: string; readonly handles?: ReadonlyArray<string> | string; readonly displayName?: string | null; readonly monitor?: boolean; readonly proxyUrl?: string | null } }; output: { readonly added: ReadonlyArray<{ readonly id: string; readonly handle: string; readonly displayName: string | null; readonly monitor: boolean; readonly state: "off" | "watching" | "connecting" | "live.receiving" | "live.paused" | "live.reconnecting" | "draining" | "archiving.writing" | "archiving.waiting" | "cooldown" | "quarantined"; readonly since: number; readonly session: { readonly id: string; readonly broadcastId: string; readonly openedAt: number; readonly counters: { readonly frames: number; readonly bytes: number; readonly received: number; readonly events: number; readonly duplicates: number; readonly poison: number; readonly chats: number; readonly gifts: number; readonly giftValue: number; readonly likes: number; readonly joins: number; readonly follows: number; readonly shares: number; readonly viewersPeak: number; readonly viewersLast: number; readonly lastSeq: number }; readonly eventsPerSecond: number | "Infinity" | "-Infinity" | "NaN"; readonly queuedFrames: number } | null; readonly waiting: { readonly for: string; readonly untilAt: number | null } | null; readonly attempt: number; readonly lastLook: { readonly at: number; readonly answer: "live" | "offline" | "unknown"; readonly broadcastId: string | null; readonly paused: boolean; readonly sources: ReadonlyArray<{ readonly source: string; readonly answer: string; readonly status: number | null; readonly error: string | null }>; readonly snapshot: unknown } | null; readonly lastError: string | null; readonly lastErrorAt: number | null; readonly lastSessionId: string | null; readonly cooldownReason: string | null; readonly habitualHoursUtc: ReadonlyArray<number>; readonly allowed: ReadonlyArray<string>; readonly ownerToken: string }>; readonly refused: ReadonlyArray<{ readonly handle: string; readonly code: string; readonly detail: string | null }> }; outputFormat: 'json'; status: 200 }
      | { input: { header?: { "Idempotency-Key"?: string }; json: { readonly handle?: string; readonly handles?: ReadonlyArray<string> | string; readonly displayName?: string | null; readonly monitor?: boolean; readonly proxyUrl?: string | null } }; output: { readonly id: string; readonly handle: string; readonly displayName: string | null; readonly monitor: boolean; readonly state: "off" | "watching" | "connecting" | "live.receiving" | "live.paused" | "live.reconnecting" | "draining" | "archiving.writing" | "archiving.waiting" | "cooldown" | "quarantined"; readonly since: number; readonly session: { readonly id: string; readonly broadcastId: string; readonly openedAt: number; readonly counters: { readonly frames: number; readonly bytes: number; readonly received: number; readonly events: number; readonly duplicates: number; readonly poison: number; readonly chats: number; readonly gifts: number; readonly giftValue: number; readonly likes: number; readonly joins: number; readonly follows: number; readonly shares: number; readonly viewersPeak: number; readonly viewersLast: number; readonly lastSeq: number }; readonly eventsPerSecond: number | "Infinity" | "-Infinity" | "NaN"; readonly queuedFrames: number } | null; readonly waiting: { readonly for: string; readonly untilAt: number | null } | null; readonly attempt: number; readonly lastLook: { readonly at: number; readonly answer: "live" | "offline" | "unknown"; readonly broadcastId: string | null; readonly paused: boolean; readonly sources: ReadonlyArray<{ readonly source: string; readonly answer: string; readonly status: number | null; readonly error: string | null }>; readonly snapshot: unknown } | null; readonly lastError: string | null; readonly lastErrorAt: number | null; readonly lastSessionId: string | null; readonly cooldownReason: string | null; readonly habitualHoursUtc: ReadonlyArray<number>; readonly allowed: ReadonlyArray<string>; readonly ownerToken: string }; outputFormat: 'json'; status: 201 }
      | { input: { header?: { "Idempotency-Key"?: string }; json: { readonly handle?: string; readonly handles?: ReadonlyArray<string> | string; readonly displayName?: string | null; readonly monitor?: boolean; readonly proxyUrl?: string | null } }; output: Problem; outputFormat: 'json'; status: 400 | 401 | 403 | 404 | 409 | 413 | 415 | 422 | 429 | 500 | 503 }
  }
  '/api/rooms/:room': {
    /** One room as it is now */
    $get:
      | { input: { param: { room: string } }; output: Room; outputFormat: 'json'; status: 200 }
      | { input: { param: { room: string } }; output: Problem; outputFormat: 'json'; status: 400 | 401 | 404 | 500 | 503 }
    /** Its name, proxy or watching */
    $patch:
      | { input: { param: { room: string }; json: { readonly displayName?: string | null; readonly monitor?: boolean; readonly proxyUrl?: string | null } }; output: Room; outputFormat: 'json'; status: 200 }
      | { input: { param: { room: string }; json: { readonly displayName?: string | null; readonly monitor?: boolean; readonly proxyUrl?: string | null } }; output: Problem; outputFormat: 'json'; status: 400 | 401 | 403 | 404 | 413 | 415 | 422 | 429 | 500 | 503 }
    /** Forgets the room and its stream keys; its sessions stay */
    $delete:
      | { input: { param: { room: string } }; output: null; outputFormat: 'body'; status: 204 }
      | { input: { param: { room: string } }; output: Problem; outputFormat: 'json'; status: 400 | 401 | 403 | 404 | 409 | 429 | 500 | 503 }
  }
  '/api/rooms/:room/diagnosis': {
    /** Why is it not recorded? */
    $get:
      | { input: { param: { room: string } }; output: { readonly recording: boolean; readonly code: string; readonly sentence: string; readonly next: string; readonly advice: string | null; readonly evidence: unknown }; outputFormat: 'json'; status: 200 }
      | { input: { param: { room: string } }; output: Problem; outputFormat: 'json'; status: 400 | 401 | 404 | 500 | 503 }
  }
  '/api/rooms/:room/start': {
    /** Watch and record now */
    $post:
      | { input: { param: { room: string }; header?: { "Idempotency-Key"?: string }; json: { readonly force?: boolean; readonly wait?: boolean } }; output: Room; outputFormat: 'json'; status: 200 }
      | { input: { param: { room: string }; header?: { "Idempotency-Key"?: string }; json: { readonly force?: boolean; readonly wait?: boolean } }; output: Problem; outputFormat: 'json'; status: 400 | 401 | 403 | 404 | 409 | 413 | 415 | 422 | 429 | 500 | 503 }
  }
  '/api/rooms/:room/rename': {
    /** Its handle changed; its sessions stay */
    $post:
      | { input: { param: { room: string }; header?: { "Idempotency-Key"?: string }; json: { readonly handle: string } }; output: Room; outputFormat: 'json'; status: 200 }
      | { input: { param: { room: string }; header?: { "Idempotency-Key"?: string }; json: { readonly handle: string } }; output: Problem; outputFormat: 'json'; status: 400 | 401 | 403 | 404 | 409 | 413 | 415 | 422 | 429 | 500 | 503 }
  }
  '/api/rooms/:room/stop': {
    /** End what is recorded, and rest */
    $post:
      | { input: { param: { room: string }; header?: { "Idempotency-Key"?: string }; json: unknown }; output: Room; outputFormat: 'json'; status: 200 }
      | { input: { param: { room: string }; header?: { "Idempotency-Key"?: string }; json: unknown }; output: Problem; outputFormat: 'json'; status: 400 | 401 | 403 | 404 | 409 | 413 | 415 | 422 | 429 | 500 | 503 }
  }
  '/api/rooms/:room/end-session': {
    /** End the session now and go on watching */
    $post:
      | { input: { param: { room: string }; header?: { "Idempotency-Key"?: string }; json: unknown }; output: Room; outputFormat: 'json'; status: 200 }
      | { input: { param: { room: string }; header?: { "Idempotency-Key"?: string }; json: unknown }; output: Problem; outputFormat: 'json'; status: 400 | 401 | 403 | 404 | 409 | 413 | 415 | 422 | 429 | 500 | 503 }
  }
  '/api/rooms/:room/release': {
    /** Let a quarantined room out */
    $post:
      | { input: { param: { room: string }; header?: { "Idempotency-Key"?: string }; json: unknown }; output: Room; outputFormat: 'json'; status: 200 }
      | { input: { param: { room: string }; header?: { "Idempotency-Key"?: string }; json: unknown }; output: Problem; outputFormat: 'json'; status: 400 | 401 | 403 | 404 | 409 | 413 | 415 | 422 | 429 | 500 | 503 }
  }
  '/api/rooms/:room/facts': {
    /** What happened to it, newest first */
    $get:
      | { input: { param: { room: string }; query?: { limit?: string; cursor?: string } }; output: { readonly items: ReadonlyArray<{ readonly seq: number; readonly at: number; readonly name: "server.started" | "server.stopping" | "room.added" | "room.changed" | "room.removed" | "room.renamed" | "room.merged" | "room.state_changed" | "room.looked" | "room.quarantined" | "room.released" | "room.forced" | "connection.opened" | "connection.lost" | "connection.refused" | "connection.recycled" | "session.opened" | "session.resumed" | "session.paused" | "session.unpaused" | "session.ending" | "session.parked" | "session.archived" | "session.merged" | "session.pruned" | "gap.opened" | "gap.closed" | "archive.failed" | "sign.limited" | "sign.key_cooled" | "sign.bad_endpoint" | "storage.failed" | "storage.recovered" | "destination.changed" | "destination.removed" | "outbound.state_changed" | "outbound.started" | "outbound.ended" | "egress.state_changed" | "egress.desired" | "egress.attempted" | "egress.adopted" | "egress.failed" | "egress.alarm" | "platform.changed" | "livekit.event" | "livekit.reachable" | "livekit.unreachable" | "ingress.created" | "ingress.removed" | "asset.uploading" | "asset.uploaded" | "asset.failed" | "asset.replaced" | "asset.changed" | "asset.removed" | "asset.missing" | "asset.found" | "asset.sweep_done" | "asset.mass_missing" | "asset.imported" | "webhook.added" | "webhook.changed" | "webhook.removed" | "webhook.rotated" | "webhook.disabled" | "webhook.enabled" | "settings.changed" | "maintenance.done"; readonly roomId: string | null; readonly sessionId: string | null; readonly body: Readonly<Record<string, unknown>> }>; readonly next: string | null }; outputFormat: 'json'; status: 200 }
      | { input: { param: { room: string }; query?: { limit?: string; cursor?: string } }; output: Problem; outputFormat: 'json'; status: 400 | 401 | 404 | 500 | 503 }
  }
  '/api/rooms/:room/tokens': {
    /** The tokens of the room's owner, revoked ones too, and the browsers they signed in */
    $get:
      | { input: { param: { room: string }; query?: { limit?: string; cursor?: string } }; output: { readonly items: ReadonlyArray<{ readonly id: string; readonly scope: "operator" | "owner"; readonly label: string | null; readonly createdAt: number; readonly expiresAt: number | null; readonly revokedAt: number | null }>; readonly next: string | null }; outputFormat: 'json'; status: 200 }
      | { input: { param: { room: string }; query?: { limit?: string; cursor?: string } }; output: Problem; outputFormat: 'json'; status: 400 | 401 | 404 | 500 | 503 }
  }
  '/api/rooms/:room/tokens/rotate': {
    /** A new owner's token; every earlier one ends, and so do its streams */
    $post:
      | { input: { param: { room: string }; header?: { "Idempotency-Key"?: string }; json: { readonly label?: string; readonly expiresInMs?: number } }; output: { readonly id: string; readonly ownerToken: string; readonly expiresAt: number | null }; outputFormat: 'json'; status: 201 }
      | { input: { param: { room: string }; header?: { "Idempotency-Key"?: string }; json: { readonly label?: string; readonly expiresInMs?: number } }; output: Problem; outputFormat: 'json'; status: 400 | 401 | 403 | 404 | 409 | 413 | 415 | 422 | 429 | 500 | 503 }
  }
  '/api/rooms/:room/tokens/:token': {
    /** End one token, and its streams */
    $delete:
      | { input: { param: { room: string; token: string } }; output: null; outputFormat: 'body'; status: 204 }
      | { input: { param: { room: string; token: string } }; output: Problem; outputFormat: 'json'; status: 400 | 401 | 403 | 404 | 429 | 500 | 503 }
  }
  '/api/rooms/:room/destinations': {
    /** Where the room can be sent */
    $get:
      | { input: { param: { room: string } }; output: { readonly items: ReadonlyArray<Destination> }; outputFormat: 'json'; status: 200 }
      | { input: { param: { room: string } }; output: Problem; outputFormat: 'json'; status: 400 | 401 | 404 | 500 | 503 }
  }
  '/api/rooms/:room/destinations/:platform': {
    /** One destination, without its key */
    $get:
      | { input: { param: { room: string; platform: string } }; output: Destination; outputFormat: 'json'; status: 200 }
      | { input: { param: { room: string; platform: string } }; output: Problem; outputFormat: 'json'; status: 400 | 401 | 404 | 500 | 503 }
    /** Sets a destination: address, stream key, source, encoding */
    $put:
      | { input: { param: { room: string; platform: string }; json: { readonly url?: string; readonly key?: string; readonly source?: { readonly type: "room"; readonly layout?: string } | { readonly type: "participant"; readonly identity: string; readonly screen_share?: boolean } | { readonly type: "web"; readonly url: string }; readonly encoding?: { readonly preset?: "720p30" | "720p60" | "1080p30" | "1080p60"; readonly width?: number; readonly height?: number; readonly framerate?: number; readonly video_kbps?: number; readonly audio_kbps?: number; readonly keyframe_seconds?: number } } }; output: Destination; outputFormat: 'json'; status: 200 }
      | { input: { param: { room: string; platform: string }; json: { readonly url?: string; readonly key?: string; readonly source?: { readonly type: "room"; readonly layout?: string } | { readonly type: "participant"; readonly identity: string; readonly screen_share?: boolean } | { readonly type: "web"; readonly url: string }; readonly encoding?: { readonly preset?: "720p30" | "720p60" | "1080p30" | "1080p60"; readonly width?: number; readonly height?: number; readonly framerate?: number; readonly video_kbps?: number; readonly audio_kbps?: number; readonly keyframe_seconds?: number } } }; output: Problem; outputFormat: 'json'; status: 400 | 401 | 403 | 404 | 409 | 413 | 415 | 422 | 429 | 500 | 503 }
    /** Forgets a destination and its key */
    $delete:
      | { input: { param: { room: string; platform: string } }; output: null; outputFormat: 'body'; status: 204 }
      | { input: { param: { room: string; platform: string } }; output: Problem; outputFormat: 'json'; status: 400 | 401 | 403 | 404 | 409 | 429 | 500 | 503 }
  }
  '/api/rooms/:room/livekit': {
    /** The LiveKit room it is sent from */
    $get:
      | { input: { param: { room: string } }; output: { readonly room: string; readonly name: string }; outputFormat: 'json'; status: 200 }
      | { input: { param: { room: string } }; output: Problem; outputFormat: 'json'; status: 400 | 401 | 404 | 500 | 503 }
    /** Names the LiveKit room it is sent from */
    $put:
      | { input: { param: { room: string }; json: { readonly name: string } }; output: { readonly room: string; readonly name: string }; outputFormat: 'json'; status: 200 }
      | { input: { param: { room: string }; json: { readonly name: string } }; output: Problem; outputFormat: 'json'; status: 400 | 401 | 403 | 404 | 413 | 415 | 422 | 429 | 500 | 503 }
  }
  '/api/live/start': {
    /** Puts destinations of a room on air */
    $post:
      | { input: { header?: { "Idempotency-Key"?: string }; json: { readonly room: string; readonly platforms: string | ReadonlyArray<string>; readonly force?: boolean } }; output: Live; outputFormat: 'json'; status: 202 }
      | { input: { header?: { "Idempotency-Key"?: string }; json: { readonly room: string; readonly platforms: string | ReadonlyArray<string>; readonly force?: boolean } }; output: Problem; outputFormat: 'json'; status: 400 | 401 | 403 | 404 | 409 | 413 | 415 | 422 | 429 | 500 | 503 }
  }
  '/api/live/stop': {
    /** Takes destinations of a room off air, or all of them */
    $post:
      | { input: { header?: { "Idempotency-Key"?: string }; json: { readonly room: string; readonly platforms?: string | ReadonlyArray<string> } }; output: Live; outputFormat: 'json'; status: 202 }
      | { input: { header?: { "Idempotency-Key"?: string }; json: { readonly room: string; readonly platforms?: string | ReadonlyArray<string> } }; output: Problem; outputFormat: 'json'; status: 400 | 401 | 403 | 404 | 409 | 413 | 415 | 422 | 429 | 500 | 503 }
  }
  '/api/rooms/:room/destinations/:platform/retry': {
    /** Tries now instead of later, or again after a failure */
    $post:
      | { input: { param: { room: string; platform: string }; header?: { "Idempotency-Key"?: string }; json: unknown }; output: Live; outputFormat: 'json'; status: 202 }
      | { input: { param: { room: string; platform: string }; header?: { "Idempotency-Key"?: string }; json: unknown }; output: Problem; outputFormat: 'json'; status: 400 | 401 | 403 | 404 | 409 | 413 | 415 | 422 | 429 | 500 | 503 }
  }
  '/api/live/status': {
    /** What is on air, from memory: one room, or all that send out */
    $get:
      | { input: { query?: { room?: string } }; output: Live | { readonly items: ReadonlyArray<Live> }; outputFormat: 'json'; status: 200 }
      | { input: { query?: { room?: string } }; output: Problem; outputFormat: 'json'; status: 400 | 401 | 404 | 500 | 503 }
  }
  '/api/sessions': {
    /** Sessions, newest first */
    $get:
      | { input: { query?: { limit?: string; cursor?: string; room?: string; broadcastId?: string; reason?: string; open?: "true" | "false"; merged?: "true" | "false"; from?: string; to?: string } }; output: { readonly items: ReadonlyArray<{ readonly id: string; readonly roomId: string; readonly handle: string; readonly broadcastId: string; readonly openedAt: number; readonly lastAt: number; readonly parkedAt: number | null; readonly archivedAt: number | null; readonly endReason: "stream_end" | "stream_suspended" | "heartbeat_offline" | "room_offline" | "disconnected" | "manual_stop" | "manual_end_session" | "broadcast_changed" | "monitor_disabled" | "connect_failed" | "actor_failed" | "shutdown" | "process_crash" | null; readonly endedAt: number | null; readonly durationMs: number | null; readonly counters: { readonly frames: number; readonly bytes: number; readonly received: number; readonly events: number; readonly duplicates: number; readonly poison: number; readonly chats: number; readonly gifts: number; readonly giftValue: number; readonly likes: number; readonly joins: number; readonly follows: number; readonly shares: number; readonly viewersPeak: number; readonly viewersLast: number; readonly lastSeq: number }; readonly mergedInto: string | null; readonly mergeKind: "fragment" | "duplicate" | null; readonly prunedAt: number | null; readonly withFragments: { readonly fragments: ReadonlyArray<string>; readonly openedAt: number; readonly endedAt: number; readonly durationMs: number; readonly counters: { readonly frames: number; readonly bytes: number; readonly received: number; readonly events: number; readonly duplicates: number; readonly poison: number; readonly chats: number; readonly gifts: number; readonly giftValue: number; readonly likes: number; readonly joins: number; readonly follows: number; readonly shares: number; readonly viewersPeak: number; readonly viewersLast: number; readonly lastSeq: number } } | null }>; readonly next: string | null }; outputFormat: 'json'; status: 200 }
      | { input: { query?: { limit?: string; cursor?: string; room?: string; broadcastId?: string; reason?: string; open?: "true" | "false"; merged?: "true" | "false"; from?: string; to?: string } }; output: Problem; outputFormat: 'json'; status: 400 | 401 | 404 | 500 | 503 }
  }
  '/api/sessions/:session': {
    /** One session in full: its report, gaps, pauses and archive attempts */
    $get:
      | { input: { param: { session: string } }; output: { readonly id: string; readonly roomId: string; readonly handle: string; readonly broadcastId: string; readonly openedAt: number; readonly lastAt: number; readonly parkedAt: number | null; readonly archivedAt: number | null; readonly endReason: "stream_end" | "stream_suspended" | "heartbeat_offline" | "room_offline" | "disconnected" | "manual_stop" | "manual_end_session" | "broadcast_changed" | "monitor_disabled" | "connect_failed" | "actor_failed" | "shutdown" | "process_crash" | null; readonly endedAt: number | null; readonly durationMs: number | null; readonly counters: { readonly frames: number; readonly bytes: number; readonly received: number; readonly events: number; readonly duplicates: number; readonly poison: number; readonly chats: number; readonly gifts: number; readonly giftValue: number; readonly likes: number; readonly joins: number; readonly follows: number; readonly shares: number; readonly viewersPeak: number; readonly viewersLast: number; readonly lastSeq: number }; readonly mergedInto: string | null; readonly mergeKind: "fragment" | "duplicate" | null; readonly prunedAt: number | null; readonly withFragments: { readonly fragments: ReadonlyArray<string>; readonly openedAt: number; readonly endedAt: number; readonly durationMs: number; readonly counters: { readonly frames: number; readonly bytes: number; readonly received: number; readonly events: number; readonly duplicates: number; readonly poison: number; readonly chats: number; readonly gifts: number; readonly giftValue: number; readonly likes: number; readonly joins: number; readonly follows: number; readonly shares: number; readonly viewersPeak: number; readonly viewersLast: number; readonly lastSeq: number } } | null; readonly ending: { readonly reason: "stream_end" | "stream_suspended" | "heartbeat_offline" | "room_offline" | "disconnected" | "manual_stop" | "manual_end_session" | "broadcast_changed" | "monitor_disabled" | "connect_failed" | "actor_failed" | "shutdown" | "process_crash"; readonly at: number; readonly detail: string | null } | null; readonly secondary: unknown; readonly report: unknown; readonly snapshot: unknown; readonly gaps: ReadonlyArray<{ readonly sessionId: string; readonly fromAt: number; readonly toAt: number | null; readonly cause: string; readonly detail: string | null }>; readonly pauses: ReadonlyArray<{ readonly sessionId: string; readonly fromAt: number; readonly toAt: number | null }>; readonly attempts: ReadonlyArray<{ readonly sessionId: string; readonly trigger: "stream_end" | "stream_suspended" | "heartbeat_offline" | "room_offline" | "disconnected" | "manual_stop" | "manual_end_session" | "broadcast_changed" | "monitor_disabled" | "connect_failed" | "actor_failed" | "shutdown" | "process_crash"; readonly detail: string | null; readonly startedAt: number; readonly finishedAt: number; readonly durationMs: number; readonly rows: number; readonly outcome: "done" | "noop" | "failed"; readonly errorClass: string | null }> }; outputFormat: 'json'; status: 200 }
      | { input: { param: { session: string } }; output: Problem; outputFormat: 'json'; status: 400 | 401 | 404 | 500 | 503 }
  }
  '/api/sessions/:session/stats': {
    /** Totals, minutes, leaderboards and gifts */
    $get:
      | { input: { param: { session: string }; query?: { top?: string; from?: string; to?: string } }; output: { readonly sessionId: string; readonly archived: boolean; readonly pruned: boolean; readonly totals: { readonly frames: number; readonly bytes: number; readonly received: number; readonly events: number; readonly duplicates: number; readonly poison: number; readonly chats: number; readonly gifts: number; readonly giftValue: number; readonly likes: number; readonly joins: number; readonly follows: number; readonly shares: number; readonly viewersPeak: number; readonly viewersLast: number; readonly viewersSampleAverage: number | "Infinity" | "-Infinity" | "NaN" | null; readonly openedAt: number; readonly endedAt: number | null; readonly durationMs: number; readonly gaps: { readonly count: number; readonly ms: number }; readonly pauses: { readonly count: number; readonly ms: number }; readonly fragments: number }; readonly viewers: { readonly peak: number; readonly average: number | "Infinity" | "-Infinity" | "NaN" | null; readonly observedMs: number }; readonly perMinute: ReadonlyArray<{ readonly at: number; readonly chats: number; readonly giftValue: number; readonly likes: number; readonly joins: number; readonly viewersAvg: number | "Infinity" | "-Infinity" | "NaN" | null; readonly viewersMax: number | null }>; readonly perMinuteTruncated: boolean; readonly leaderboards: { readonly gifters: ReadonlyArray<{ readonly userId: string; readonly handle: string | null; readonly nickname: string | null; readonly amount: number }>; readonly chatters: ReadonlyArray<{ readonly userId: string; readonly handle: string | null; readonly nickname: string | null; readonly amount: number }>; readonly likers: ReadonlyArray<{ readonly userId: string; readonly handle: string | null; readonly nickname: string | null; readonly amount: number }>; readonly exact: boolean }; readonly gifts: { readonly rows: ReadonlyArray<{ readonly giftId: string; readonly name: string | null; readonly frames: number; readonly streaks: number; readonly count: number; readonly value: number }>; readonly truncated: boolean } }; outputFormat: 'json'; status: 200 }
      | { input: { param: { session: string }; query?: { top?: string; from?: string; to?: string } }; output: Problem; outputFormat: 'json'; status: 400 | 401 | 404 | 500 | 503 }
  }
  '/api/sessions/:session/timeline': {
    /** What happened, in order: facts, gaps, pauses, archive attempts */
    $get:
      | { input: { param: { session: string } }; output: { readonly sessionId: string; readonly entries: ReadonlyArray<{ readonly at: number; readonly until: number | null; readonly type: "fact" | "gap" | "pause" | "attempt"; readonly name: string; readonly sessionId: string; readonly detail: string | null; readonly body: Readonly<Record<string, unknown>> | null }>; readonly truncated: boolean }; outputFormat: 'json'; status: 200 }
      | { input: { param: { session: string } }; output: Problem; outputFormat: 'json'; status: 400 | 401 | 404 | 500 | 503 }
  }
  '/api/sessions/:session/events': {
    /** Its events, in the order in which they were received */
    $get:
      | { input: { param: { session: string }; query?: { limit?: string; cursor?: string; kind?: string; user?: string; q?: string; after?: string; before?: string; from?: string; to?: string; order?: "asc" | "desc" } }; output: { readonly items: ReadonlyArray<{ readonly id: string; readonly sessionId: string; readonly at: number; readonly sourceAt: number | null; readonly kind: "chat" | "gift" | "like" | "join" | "viewers" | "follow" | "share" | "social" | "question" | "battle" | "envelope" | "poll" | "pin" | "emote" | "subscribe" | "rank" | "goal" | "caption" | "shopping" | "delete" | "control" | "intro" | "room" | "other"; readonly method: string; readonly msgId: string | null; readonly userId: string | null; readonly handle: string | null; readonly nickname: string | null; readonly text: string | null; readonly amount: number | null; readonly total: number | null; readonly value: number | null; readonly giftId: string | null; readonly groupId: string | null; readonly final: boolean; readonly history: boolean; readonly late: boolean; readonly data: unknown }>; readonly next: string | null }; outputFormat: 'json'; status: 200 }
      | { input: { param: { session: string }; query?: { limit?: string; cursor?: string; kind?: string; user?: string; q?: string; after?: string; before?: string; from?: string; to?: string; order?: "asc" | "desc" } }; output: Problem; outputFormat: 'json'; status: 400 | 401 | 404 | 500 | 503 }
  }
  '/api/sessions/:session/events/:event/payload': {
    /** The bytes of one message as TikTok sent them */
    $get:
      | { input: { param: { session: string; event: string } }; output: string; outputFormat: 'text'; status: 200 }
      | { input: { param: { session: string; event: string } }; output: Problem; outputFormat: 'json'; status: 400 | 401 | 404 | 500 | 503 }
  }
  '/api/sessions/:session/export': {
    /** The session as a file: its events, its chat as subtitles, or a report */
    $get:
      | { input: { param: { session: string }; query?: { format?: "ndjson" | "ndjson.gz" | "ndjson.zst" | "csv" | "csv.gz" | "csv.zst" | "parquet" | "ass" | "srt" | "vtt" | "html"; kind?: string } }; output: string; outputFormat: 'text'; status: 200 }
      | { input: { param: { session: string }; query?: { format?: "ndjson" | "ndjson.gz" | "ndjson.zst" | "csv" | "csv.gz" | "csv.zst" | "parquet" | "ass" | "srt" | "vtt" | "html"; kind?: string } }; output: Problem; outputFormat: 'json'; status: 400 | 401 | 404 | 500 | 503 }
  }
  '/api/sessions/:session/exports': {
    /** What it can be exported as, and how large that will be */
    $get:
      | { input: { param: { session: string } }; output: { readonly sessionId: string; readonly formats: ReadonlyArray<{ readonly format: "ndjson" | "ndjson.gz" | "ndjson.zst" | "csv" | "csv.gz" | "csv.zst" | "parquet" | "ass" | "srt" | "vtt" | "html"; readonly content: "events" | "chat" | "session"; readonly about: string; readonly contentType: string; readonly fileName: string; readonly rows: number; readonly estimatedBytes: number }> }; outputFormat: 'json'; status: 200 }
      | { input: { param: { session: string } }; output: Problem; outputFormat: 'json'; status: 400 | 401 | 404 | 500 | 503 }
  }
  '/api/s3/resources': {
    /** Assets, from the table alone */
    $get:
      | { input: { query?: { limit?: string; cursor?: string; type?: "vrm" | "animation" | "bgm" | "hdr" | "scene"; visibility?: "public" | "private"; status?: string; q?: string; sort?: "created_at" | "-created_at" | "updated_at" | "-updated_at" | "display_name" | "-display_name" | "size_bytes" | "-size_bytes" } }; output: { readonly items: ReadonlyArray<Asset>; readonly next: string | null }; outputFormat: 'json'; status: 200 }
      | { input: { query?: { limit?: string; cursor?: string; type?: "vrm" | "animation" | "bgm" | "hdr" | "scene"; visibility?: "public" | "private"; status?: string; q?: string; sort?: "created_at" | "-created_at" | "updated_at" | "-updated_at" | "display_name" | "-display_name" | "size_bytes" | "-size_bytes" } }; output: Problem; outputFormat: 'json'; status: 400 | 401 | 500 | 503 }
  }
  '/api/s3/resources/:asset': {
    /** One asset as it is now */
    $get:
      | { input: { param: { asset: string } }; output: Asset; outputFormat: 'json'; status: 200 }
      | { input: { param: { asset: string } }; output: Problem; outputFormat: 'json'; status: 400 | 401 | 404 | 500 | 503 }
    /** Its name, and who may read it */
    $patch:
      | { input: { param: { asset: string }; json: { readonly display_name?: string; readonly visibility?: "public" | "private" } }; output: Asset; outputFormat: 'json'; status: 200 }
      | { input: { param: { asset: string }; json: { readonly display_name?: string; readonly visibility?: "public" | "private" } }; output: Problem; outputFormat: 'json'; status: 400 | 401 | 403 | 404 | 413 | 415 | 422 | 429 | 500 | 503 }
    /** Removes the asset and its object */
    $delete:
      | { input: { param: { asset: string } }; output: null; outputFormat: 'body'; status: 204 }
      | { input: { param: { asset: string } }; output: Problem; outputFormat: 'json'; status: 400 | 401 | 403 | 404 | 409 | 429 | 500 | 503 }
  }
  '/api/s3/uploads/:upload': {
    /** How an upload goes, or how it ended */
    $get:
      | { input: { param: { upload: string } }; output: Upload; outputFormat: 'json'; status: 200 }
      | { input: { param: { upload: string } }; output: Problem; outputFormat: 'json'; status: 400 | 401 | 404 | 500 | 503 }
    /** Gives an upload in parts up */
    $delete:
      | { input: { param: { upload: string } }; output: null; outputFormat: 'body'; status: 204 }
      | { input: { param: { upload: string } }; output: Problem; outputFormat: 'json'; status: 400 | 401 | 403 | 404 | 429 | 500 | 503 }
  }
  '/api/s3/upload': {
    /** Uploads a file as it is */
    $put:
      | { input: { query: { key: string; type?: "vrm" | "animation" | "bgm" | "hdr" | "scene"; display_name?: string; visibility?: "public" | "private"; sha256?: string; size_bytes?: string; replace?: "true" | "false" } }; output: Asset; outputFormat: 'json'; status: 200 }
      | { input: { query: { key: string; type?: "vrm" | "animation" | "bgm" | "hdr" | "scene"; display_name?: string; visibility?: "public" | "private"; sha256?: string; size_bytes?: string; replace?: "true" | "false" } }; output: Problem; outputFormat: 'json'; status: 400 | 401 | 403 | 404 | 409 | 413 | 415 | 422 | 429 | 500 | 502 | 503 }
    /** Uploads the file of a form */
    $post:
      | { input: { query?: { key?: string; type?: "vrm" | "animation" | "bgm" | "hdr" | "scene"; display_name?: string; visibility?: "public" | "private"; sha256?: string; size_bytes?: string; replace?: "true" | "false" } }; output: Asset; outputFormat: 'json'; status: 200 }
      | { input: { query?: { key?: string; type?: "vrm" | "animation" | "bgm" | "hdr" | "scene"; display_name?: string; visibility?: "public" | "private"; sha256?: string; size_bytes?: string; replace?: "true" | "false" } }; output: Problem; outputFormat: 'json'; status: 400 | 401 | 403 | 404 | 409 | 413 | 415 | 422 | 429 | 500 | 502 | 503 }
  }
  '/api/s3/uploads': {
    /** Begins an upload in parts, which go to the bucket directly */
    $post:
      | { input: { header?: { "Idempotency-Key"?: string }; json: { readonly key: string; readonly size_bytes: number; readonly type?: "vrm" | "animation" | "bgm" | "hdr" | "scene"; readonly display_name?: string; readonly visibility?: "public" | "private"; readonly replace?: boolean; readonly sha256?: string } }; output: { readonly id: string; readonly asset_id: string; readonly part_bytes: number; readonly parts: number }; outputFormat: 'json'; status: 201 }
      | { input: { header?: { "Idempotency-Key"?: string }; json: { readonly key: string; readonly size_bytes: number; readonly type?: "vrm" | "animation" | "bgm" | "hdr" | "scene"; readonly display_name?: string; readonly visibility?: "public" | "private"; readonly replace?: boolean; readonly sha256?: string } }; output: Problem; outputFormat: 'json'; status: 400 | 401 | 403 | 404 | 409 | 413 | 415 | 422 | 429 | 500 | 502 | 503 }
  }
  '/api/s3/uploads/:upload/parts': {
    /** Addresses to which parts can be put, for a quarter of an hour */
    $post:
      | { input: { param: { upload: string }; json: { readonly numbers: ReadonlyArray<number> } }; output: { readonly items: ReadonlyArray<{ readonly number: number; readonly url: string; readonly expires_at: number }> }; outputFormat: 'json'; status: 200 }
      | { input: { param: { upload: string }; json: { readonly numbers: ReadonlyArray<number> } }; output: Problem; outputFormat: 'json'; status: 400 | 401 | 403 | 404 | 409 | 413 | 415 | 422 | 500 | 502 | 503 }
  }
  '/api/s3/uploads/:upload/parts/:number': {
    /** Takes a part in and puts it into the bucket */
    $put:
      | { input: { param: { upload: string; number: string } }; output: { readonly number: number; readonly etag: string }; outputFormat: 'json'; status: 200 }
      | { input: { param: { upload: string; number: string } }; output: Problem; outputFormat: 'json'; status: 400 | 401 | 403 | 404 | 409 | 413 | 429 | 500 | 502 | 503 }
  }
  '/api/s3/uploads/:upload/complete': {
    /** Joins the parts; the asset is ready once its bytes were read back */
    $post:
      | { input: { param: { upload: string }; header?: { "Idempotency-Key"?: string }; json: { readonly parts: ReadonlyArray<{ readonly number: number; readonly etag: string }> } }; output: Asset; outputFormat: 'json'; status: 200 }
      | { input: { param: { upload: string }; header?: { "Idempotency-Key"?: string }; json: { readonly parts: ReadonlyArray<{ readonly number: number; readonly etag: string }> } }; output: Problem; outputFormat: 'json'; status: 400 | 401 | 403 | 404 | 409 | 413 | 415 | 422 | 429 | 500 | 502 | 503 }
  }
  '/api/s3/read-object': {
    /** The bytes of an asset, or a part of them */
    $get:
      | { input: { query: { key: string } }; output: string; outputFormat: 'text'; status: 200 | 206 }
      | { input: { query: { key: string } }; output: null; outputFormat: 'body'; status: 304 }
      | { input: { query: { key: string } }; output: Problem; outputFormat: 'json'; status: 400 | 401 | 404 | 416 | 500 | 503 }
  }
  '/api/s3/import': {
    /** Index keys that are known from elsewhere */
    $post:
      | { input: { query?: { type?: "vrm" | "animation" | "bgm" | "hdr" | "scene"; visibility?: "public" | "private"; owner?: string; columns?: string; dry_run?: "true" | "false" }; json: string }; output: { readonly id: number; readonly state: "receiving" | "running" | "done" | "failed"; readonly dry_run: boolean; readonly received_bytes: number; readonly keys: number; readonly looked: number; readonly outcomes: Readonly<Record<string, number>>; readonly error_code: string | null; readonly started_at: number; readonly ended_at: number | null }; outputFormat: 'json'; status: 202 }
      | { input: { query?: { type?: "vrm" | "animation" | "bgm" | "hdr" | "scene"; visibility?: "public" | "private"; owner?: string; columns?: string; dry_run?: "true" | "false" }; json: string }; output: Problem; outputFormat: 'json'; status: 400 | 401 | 403 | 404 | 415 | 422 | 429 | 500 | 503 }
  }
  '/api/s3/imports': {
    /** Imports, newest first */
    $get:
      | { input: { query?: { limit?: string; cursor?: string } }; output: { readonly items: ReadonlyArray<{ readonly id: number; readonly state: "receiving" | "running" | "done" | "failed"; readonly dry_run: boolean; readonly received_bytes: number; readonly keys: number; readonly looked: number; readonly outcomes: Readonly<Record<string, number>>; readonly error_code: string | null; readonly started_at: number; readonly ended_at: number | null }>; readonly next: string | null }; outputFormat: 'json'; status: 200 }
      | { input: { query?: { limit?: string; cursor?: string } }; output: Problem; outputFormat: 'json'; status: 400 | 401 | 404 | 500 | 503 }
  }
  '/api/s3/imports/:import': {
    /** How an import goes, or how it ended */
    $get:
      | { input: { param: { import: string } }; output: { readonly id: number; readonly state: "receiving" | "running" | "done" | "failed"; readonly dry_run: boolean; readonly received_bytes: number; readonly keys: number; readonly looked: number; readonly outcomes: Readonly<Record<string, number>>; readonly error_code: string | null; readonly started_at: number; readonly ended_at: number | null }; outputFormat: 'json'; status: 200 }
      | { input: { param: { import: string } }; output: Problem; outputFormat: 'json'; status: 400 | 401 | 404 | 500 | 503 }
  }
  '/api/s3/imports/:import/keys': {
    /** What became of each key, in the order of the list */
    $get:
      | { input: { param: { import: string }; query?: { limit?: string; cursor?: string; outcome?: "indexed" | "unchanged" | "conflict" | "not_found" | "forbidden" | "bad_key" | "type_unsupported" | "too_large" | "other_bucket" | "store_unavailable" } }; output: { readonly items: ReadonlyArray<{ readonly n: number; readonly s3_key: string; readonly outcome: "indexed" | "unchanged" | "conflict" | "not_found" | "forbidden" | "bad_key" | "type_unsupported" | "too_large" | "other_bucket" | "store_unavailable" | null }>; readonly next: string | null }; outputFormat: 'json'; status: 200 }
      | { input: { param: { import: string }; query?: { limit?: string; cursor?: string; outcome?: "indexed" | "unchanged" | "conflict" | "not_found" | "forbidden" | "bad_key" | "type_unsupported" | "too_large" | "other_bucket" | "store_unavailable" } }; output: Problem; outputFormat: 'json'; status: 400 | 401 | 404 | 500 | 503 }
  }
  '/api/maintenance/sweep': {
    /** Look whether every asset still has its object */
    $post:
      | { input: { header?: { "Idempotency-Key"?: string }; json: { readonly dryRun?: boolean; readonly confirmMissing?: boolean; readonly placeSentinel?: boolean } }; output: { readonly id: number; readonly state: "running" | "done" | "partial" | "braked" | "aborted"; readonly dryRun: boolean; readonly code: string | null; readonly startedAt: number; readonly endedAt: number | null; readonly requests: number; readonly looked: number; readonly missing: number; readonly suspect: number; readonly found: number; readonly altered: number; readonly failed: number }; outputFormat: 'json'; status: 202 }
      | { input: { header?: { "Idempotency-Key"?: string }; json: { readonly dryRun?: boolean; readonly confirmMissing?: boolean; readonly placeSentinel?: boolean } }; output: Problem; outputFormat: 'json'; status: 400 | 401 | 403 | 404 | 409 | 413 | 415 | 422 | 429 | 500 | 503 }
  }
  '/api/maintenance/sweeps': {
    /** Sweeps, newest first */
    $get:
      | { input: { query?: { limit?: string; cursor?: string } }; output: { readonly items: ReadonlyArray<{ readonly id: number; readonly state: "running" | "done" | "partial" | "braked" | "aborted"; readonly dryRun: boolean; readonly code: string | null; readonly startedAt: number; readonly endedAt: number | null; readonly requests: number; readonly looked: number; readonly missing: number; readonly suspect: number; readonly found: number; readonly altered: number; readonly failed: number }>; readonly next: string | null }; outputFormat: 'json'; status: 200 }
      | { input: { query?: { limit?: string; cursor?: string } }; output: Problem; outputFormat: 'json'; status: 400 | 401 | 404 | 500 | 503 }
  }
  '/api/maintenance/sweeps/:sweep': {
    /** How a sweep goes, or how it ended */
    $get:
      | { input: { param: { sweep: string } }; output: { readonly id: number; readonly state: "running" | "done" | "partial" | "braked" | "aborted"; readonly dryRun: boolean; readonly code: string | null; readonly startedAt: number; readonly endedAt: number | null; readonly requests: number; readonly looked: number; readonly missing: number; readonly suspect: number; readonly found: number; readonly altered: number; readonly failed: number }; outputFormat: 'json'; status: 200 }
      | { input: { param: { sweep: string } }; output: Problem; outputFormat: 'json'; status: 400 | 401 | 404 | 500 | 503 }
  }
  '/api/webhooks': {
    /** Who is sent facts, and how it goes */
    $get:
      | { input: {}; output: { readonly items: ReadonlyArray<Webhook>; readonly next: null }; outputFormat: 'json'; status: 200 }
      | { input: {}; output: Problem; outputFormat: 'json'; status: 400 | 401 | 404 | 500 | 503 }
    /** Send facts to an address from now on */
    $post:
      | { input: { header?: { "Idempotency-Key"?: string }; json: { readonly url: string; readonly facts: ReadonlyArray<string>; readonly rooms?: ReadonlyArray<string> | null; readonly name?: string | null } }; output: { readonly id: string; readonly name: string | null; readonly url: string; readonly facts: ReadonlyArray<string>; readonly rooms: ReadonlyArray<string> | null; readonly state: "ready" | "retrying" | "disabled"; readonly disabledReason: "operator" | "gone" | "failing" | "letters_full" | "secret_unreadable" | null; readonly disabledAt: number | null; readonly cursor: number; readonly behind: number; readonly attempts: number; readonly nextAt: number | null; readonly failingSince: number | null; readonly lastAttemptAt: number | null; readonly lastStatus: number | null; readonly lastError: { readonly code: "host_private" | "name_unresolved" | "unreachable" | "certificate" | "broken_off" | "timeout" | "redirected" | "gone" | "refused" | "limited" | "failing" | "unexpected" | "secret_unreadable"; readonly says: string } | null; readonly lastDeliveredAt: number | null; readonly delivered: number; readonly deadLetters: number; readonly secretAt: number; readonly oldSecretUntil: number | null; readonly createdAt: number; readonly updatedAt: number; readonly secret: string }; outputFormat: 'json'; status: 201 }
      | { input: { header?: { "Idempotency-Key"?: string }; json: { readonly url: string; readonly facts: ReadonlyArray<string>; readonly rooms?: ReadonlyArray<string> | null; readonly name?: string | null } }; output: Problem; outputFormat: 'json'; status: 400 | 401 | 403 | 404 | 409 | 413 | 415 | 422 | 429 | 500 | 503 }
  }
  '/api/webhooks/:webhook': {
    /** One webhook as it is now */
    $get:
      | { input: { param: { webhook: string } }; output: Webhook; outputFormat: 'json'; status: 200 }
      | { input: { param: { webhook: string } }; output: Problem; outputFormat: 'json'; status: 400 | 401 | 404 | 500 | 503 }
    /** Its name, address, facts or rooms; off, and on again */
    $patch:
      | { input: { param: { webhook: string }; json: { readonly url?: string; readonly facts?: ReadonlyArray<string>; readonly rooms?: ReadonlyArray<string> | null; readonly name?: string | null; readonly enabled?: boolean; readonly skip?: boolean } }; output: Webhook; outputFormat: 'json'; status: 200 }
      | { input: { param: { webhook: string }; json: { readonly url?: string; readonly facts?: ReadonlyArray<string>; readonly rooms?: ReadonlyArray<string> | null; readonly name?: string | null; readonly enabled?: boolean; readonly skip?: boolean } }; output: Problem; outputFormat: 'json'; status: 400 | 401 | 403 | 404 | 413 | 415 | 422 | 429 | 500 | 503 }
    /** Send nothing there any more, and forget its secret */
    $delete:
      | { input: { param: { webhook: string } }; output: null; outputFormat: 'body'; status: 204 }
      | { input: { param: { webhook: string } }; output: Problem; outputFormat: 'json'; status: 400 | 401 | 403 | 404 | 429 | 500 | 503 }
  }
  '/api/webhooks/:webhook/rotate': {
    /** A new secret; for a day the old one signs beside it */
    $post:
      | { input: { param: { webhook: string }; header?: { "Idempotency-Key"?: string } }; output: { readonly id: string; readonly name: string | null; readonly url: string; readonly facts: ReadonlyArray<string>; readonly rooms: ReadonlyArray<string> | null; readonly state: "ready" | "retrying" | "disabled"; readonly disabledReason: "operator" | "gone" | "failing" | "letters_full" | "secret_unreadable" | null; readonly disabledAt: number | null; readonly cursor: number; readonly behind: number; readonly attempts: number; readonly nextAt: number | null; readonly failingSince: number | null; readonly lastAttemptAt: number | null; readonly lastStatus: number | null; readonly lastError: { readonly code: "host_private" | "name_unresolved" | "unreachable" | "certificate" | "broken_off" | "timeout" | "redirected" | "gone" | "refused" | "limited" | "failing" | "unexpected" | "secret_unreadable"; readonly says: string } | null; readonly lastDeliveredAt: number | null; readonly delivered: number; readonly deadLetters: number; readonly secretAt: number; readonly oldSecretUntil: number | null; readonly createdAt: number; readonly updatedAt: number; readonly secret: string }; outputFormat: 'json'; status: 200 }
      | { input: { param: { webhook: string }; header?: { "Idempotency-Key"?: string } }; output: Problem; outputFormat: 'json'; status: 400 | 401 | 403 | 404 | 409 | 422 | 429 | 500 | 503 }
  }
  '/api/webhooks/:webhook/test': {
    /** Send one message now, and say what became of it */
    $post:
      | { input: { param: { webhook: string }; header?: { "Idempotency-Key"?: string } }; output: { readonly delivered: boolean; readonly messageId: string; readonly status: number | null; readonly code: "host_private" | "name_unresolved" | "unreachable" | "certificate" | "broken_off" | "timeout" | "redirected" | "gone" | "refused" | "limited" | "failing" | "unexpected" | "secret_unreadable" | null; readonly says: string | null; readonly tookMs: number }; outputFormat: 'json'; status: 200 }
      | { input: { param: { webhook: string }; header?: { "Idempotency-Key"?: string } }; output: Problem; outputFormat: 'json'; status: 400 | 401 | 403 | 404 | 409 | 422 | 429 | 500 | 503 }
  }
  '/api/webhooks/:webhook/letters': {
    /** Messages that were put aside, oldest first */
    $get:
      | { input: { param: { webhook: string }; query?: { limit?: string; cursor?: string } }; output: { readonly items: ReadonlyArray<{ readonly seq: number; readonly at: number | null; readonly name: string | null; readonly state: "dead" | "again" | "forgotten"; readonly attempts: number; readonly status: number | null; readonly error: { readonly code: "host_private" | "name_unresolved" | "unreachable" | "certificate" | "broken_off" | "timeout" | "redirected" | "gone" | "refused" | "limited" | "failing" | "unexpected" | "secret_unreadable"; readonly says: string } | null; readonly updatedAt: number }>; readonly next: string | null }; outputFormat: 'json'; status: 200 }
      | { input: { param: { webhook: string }; query?: { limit?: string; cursor?: string } }; output: Problem; outputFormat: 'json'; status: 400 | 401 | 404 | 500 | 503 }
  }
  '/api/webhooks/:webhook/redeliver': {
    /** Send what was put aside once more */
    $post:
      | { input: { param: { webhook: string }; header?: { "Idempotency-Key"?: string }; json: { readonly seqs?: ReadonlyArray<number> } }; output: { readonly redelivering: number }; outputFormat: 'json'; status: 202 }
      | { input: { param: { webhook: string }; header?: { "Idempotency-Key"?: string }; json: { readonly seqs?: ReadonlyArray<number> } }; output: Problem; outputFormat: 'json'; status: 400 | 401 | 403 | 404 | 409 | 413 | 415 | 422 | 429 | 500 | 503 }
  }
  '/api/settings': {
    /** The settings */
    $get:
      | { input: {}; output: { readonly autoMonitorEnabled: boolean; readonly watchIntervalMs: number; readonly heartbeatIntervalMs: number; readonly silenceTimeoutMs: number; readonly resumeWindowMs: number; readonly drainTimeoutMs: number; readonly cooldownMs: number; readonly manualCooldownMs: number; readonly signRequestsPerMinute: number }; outputFormat: 'json'; status: 200 }
      | { input: {}; output: Problem; outputFormat: 'json'; status: 400 | 401 | 404 | 500 | 503 }
    /** Change some of them; the rest stay */
    $patch:
      | { input: { json: { readonly autoMonitorEnabled?: boolean; readonly watchIntervalMs?: number; readonly heartbeatIntervalMs?: number; readonly silenceTimeoutMs?: number; readonly resumeWindowMs?: number; readonly drainTimeoutMs?: number; readonly cooldownMs?: number; readonly manualCooldownMs?: number; readonly signRequestsPerMinute?: number } }; output: { readonly autoMonitorEnabled: boolean; readonly watchIntervalMs: number; readonly heartbeatIntervalMs: number; readonly silenceTimeoutMs: number; readonly resumeWindowMs: number; readonly drainTimeoutMs: number; readonly cooldownMs: number; readonly manualCooldownMs: number; readonly signRequestsPerMinute: number }; outputFormat: 'json'; status: 200 }
      | { input: { json: { readonly autoMonitorEnabled?: boolean; readonly watchIntervalMs?: number; readonly heartbeatIntervalMs?: number; readonly silenceTimeoutMs?: number; readonly resumeWindowMs?: number; readonly drainTimeoutMs?: number; readonly cooldownMs?: number; readonly manualCooldownMs?: number; readonly signRequestsPerMinute?: number } }; output: Problem; outputFormat: 'json'; status: 400 | 401 | 403 | 404 | 413 | 415 | 422 | 429 | 500 | 503 }
  }
  '/api/maintenance/repair': {
    /** Mend orphans, counters and reasons of archived sessions */
    $post:
      | { input: { header?: { "Idempotency-Key"?: string }; json: { readonly dryRun?: boolean; readonly sessions?: ReadonlyArray<string> } }; output: { readonly dryRun: boolean; readonly checked: number; readonly found: number; readonly fixed: number; readonly kinds: Readonly<Record<string, number>>; readonly findings: ReadonlyArray<{ readonly kind: "orphan_events" | "orphan_frames" | "counters" | "ending_incomplete" | "report_missing" | "attempt_missing" | "gap_open" | "pause_open" | "streak_open" | "merge_broken" | "pruned_rows_left" | "open_without_room"; readonly sessionId: string; readonly fixed: boolean; readonly detail: string }>; readonly truncated: boolean }; outputFormat: 'json'; status: 200 }
      | { input: { header?: { "Idempotency-Key"?: string }; json: { readonly dryRun?: boolean; readonly sessions?: ReadonlyArray<string> } }; output: Problem; outputFormat: 'json'; status: 400 | 401 | 403 | 404 | 409 | 413 | 415 | 422 | 429 | 500 | 503 }
  }
  '/api/maintenance/merge': {
    /** Join fragments of one broadcast, or two rooms that are one */
    $post:
      | { input: { header?: { "Idempotency-Key"?: string }; json: { readonly what: "sessions"; readonly into: string; readonly from: ReadonlyArray<string>; readonly dryRun?: boolean } | { readonly what: "broadcasts"; readonly room?: string; readonly dryRun?: boolean } | { readonly what: "rooms"; readonly into: string; readonly from: string; readonly dryRun?: boolean } | { readonly what: "undo"; readonly logId: number; readonly dryRun?: boolean } }; output: { readonly dryRun: boolean; readonly logId: number | null; readonly merged: number; readonly sessions: ReadonlyArray<{ readonly sessionId: string; readonly into: string; readonly kind: "fragment" | "duplicate" }>; readonly rooms: { readonly from: string; readonly into: string; readonly sessionsMoved: number; readonly assetsMoved: number; readonly handles: number } | null; readonly undone: number; readonly truncated: boolean }; outputFormat: 'json'; status: 200 }
      | { input: { header?: { "Idempotency-Key"?: string }; json: { readonly what: "sessions"; readonly into: string; readonly from: ReadonlyArray<string>; readonly dryRun?: boolean } | { readonly what: "broadcasts"; readonly room?: string; readonly dryRun?: boolean } | { readonly what: "rooms"; readonly into: string; readonly from: string; readonly dryRun?: boolean } | { readonly what: "undo"; readonly logId: number; readonly dryRun?: boolean } }; output: Problem; outputFormat: 'json'; status: 400 | 401 | 403 | 404 | 409 | 413 | 415 | 422 | 429 | 500 | 503 }
  }
  '/api/maintenance/prune': {
    /** Remove what is empty or too old */
    $post:
      | { input: { header?: { "Idempotency-Key"?: string }; json: { readonly dryRun?: boolean; readonly room?: string; readonly emptyOlderThanMs?: number; readonly olderThanMs?: number; readonly keepPerRoom?: number; readonly journalOlderThanMs?: number; readonly keepFacts?: number; readonly idempotencyOlderThanMs?: number } }; output: { readonly dryRun: boolean; readonly emptySessions: number; readonly prunedSessions: number; readonly events: number; readonly frames: number; readonly gifts: number; readonly poison: number; readonly journal: number; readonly idempotency: number; readonly sessionIds: ReadonlyArray<string>; readonly truncated: boolean; readonly more: boolean }; outputFormat: 'json'; status: 200 }
      | { input: { header?: { "Idempotency-Key"?: string }; json: { readonly dryRun?: boolean; readonly room?: string; readonly emptyOlderThanMs?: number; readonly olderThanMs?: number; readonly keepPerRoom?: number; readonly journalOlderThanMs?: number; readonly keepFacts?: number; readonly idempotencyOlderThanMs?: number } }; output: Problem; outputFormat: 'json'; status: 400 | 401 | 403 | 404 | 409 | 413 | 415 | 422 | 429 | 500 | 503 }
  }
  '/api/maintenance/rotate': {
    /** Seal every secret at rest again with the first key of SECRETS_KEYS */
    $post:
      | { input: { header?: { "Idempotency-Key"?: string }; json: { readonly dryRun?: boolean } }; output: { readonly dryRun: boolean; readonly key: string; readonly checked: number; readonly resealed: number; readonly unreadable: number; readonly kinds: Readonly<Record<string, number>> }; outputFormat: 'json'; status: 200 }
      | { input: { header?: { "Idempotency-Key"?: string }; json: { readonly dryRun?: boolean } }; output: Problem; outputFormat: 'json'; status: 400 | 401 | 403 | 404 | 409 | 413 | 415 | 422 | 429 | 500 | 503 }
  }
  '/api/maintenance/log': {
    /** What was done, newest first */
    $get:
      | { input: { query?: { limit?: string; cursor?: string; kind?: string } }; output: { readonly items: ReadonlyArray<{ readonly id: number; readonly at: number; readonly kind: "repair" | "merge" | "prune" | "boot"; readonly dryRun: boolean; readonly actor: string; readonly result: unknown }>; readonly next: string | null }; outputFormat: 'json'; status: 200 }
      | { input: { query?: { limit?: string; cursor?: string; kind?: string } }; output: Problem; outputFormat: 'json'; status: 400 | 401 | 404 | 500 | 503 }
  }
  '/api/machines': {
    /** Every machine: its states, its transitions, and how many actors are where */
    $get:
      | { input: {}; output: { readonly items: ReadonlyArray<{ readonly id: string; readonly initial: string | null; readonly states: ReadonlyArray<{ readonly id: string; readonly parent: string | null; readonly type: "atomic" | "compound" | "parallel" | "final" | "history"; readonly initial: string | null; readonly invokes: ReadonlyArray<string>; readonly entry: ReadonlyArray<string>; readonly exit: ReadonlyArray<string> }>; readonly transitions: ReadonlyArray<{ readonly from: string; readonly to: string | null; readonly event: string; readonly kind: "event" | "after" | "always" | "done" | "error"; readonly guard: string | null; readonly actions: ReadonlyArray<string> }>; readonly counts: Readonly<Record<string, number>> }> }; outputFormat: 'json'; status: 200 }
      | { input: {}; output: Problem; outputFormat: 'json'; status: 400 | 401 | 500 | 503 }
  }
  '/api/machines/:machine/actors': {
    /** The actors of one machine, by their rooms’ handles */
    $get:
      | { input: { param: { machine: string }; query?: { limit?: string; cursor?: string; state?: string } }; output: { readonly items: ReadonlyArray<{ readonly id: string; readonly roomId: string; readonly handle: string | null; readonly platform: string | null; readonly state: string; readonly since: number }>; readonly next: string | null }; outputFormat: 'json'; status: 200 }
      | { input: { param: { machine: string }; query?: { limit?: string; cursor?: string; state?: string } }; output: Problem; outputFormat: 'json'; status: 400 | 401 | 404 | 500 | 503 }
  }
  '/api/machines/:actor': {
    /** One actor, by its id or by its room’s id or handle: where it is and what it would take */
    $get:
      | { input: { param: { actor: string } }; output: { readonly id: string; readonly machine: string; readonly roomId: string; readonly state: string; readonly since: number; readonly next: ReadonlyArray<string>; readonly path: ReadonlyArray<string> }; outputFormat: 'json'; status: 200 }
      | { input: { param: { actor: string } }; output: Problem; outputFormat: 'json'; status: 400 | 401 | 404 | 500 | 503 }
  }
  '/api/machines/:machine/picture': {
    /** A machine laid out: its states, its ways and their labels with their places */
    $get:
      | { input: { param: { machine: string }; query?: { direction?: "right" | "down"; extent?: "running" | "whole" } }; output: { readonly machine: string; readonly direction: "right" | "down"; readonly extent: "running" | "whole"; readonly width: number | "Infinity" | "-Infinity" | "NaN"; readonly height: number | "Infinity" | "-Infinity" | "NaN"; readonly states: ReadonlyArray<{ readonly id: string; readonly name: string; readonly parent: string | null; readonly isCompound: boolean; readonly isTransient: boolean; readonly runs: ReadonlyArray<string>; readonly x: number | "Infinity" | "-Infinity" | "NaN"; readonly y: number | "Infinity" | "-Infinity" | "NaN"; readonly width: number | "Infinity" | "-Infinity" | "NaN"; readonly height: number | "Infinity" | "-Infinity" | "NaN" }>; readonly edges: ReadonlyArray<{ readonly id: string; readonly from: string; readonly to: string; readonly transitions: ReadonlyArray<number>; readonly points: ReadonlyArray<ReadonlyArray<unknown>>; readonly path: string; readonly label: { readonly x: number | "Infinity" | "-Infinity" | "NaN"; readonly y: number | "Infinity" | "-Infinity" | "NaN"; readonly width: number | "Infinity" | "-Infinity" | "NaN"; readonly height: number | "Infinity" | "-Infinity" | "NaN"; readonly lines: ReadonlyArray<{ readonly text: string; readonly transitions: ReadonlyArray<number> }> } }>; readonly marks: ReadonlyArray<{ readonly id: string; readonly x: number | "Infinity" | "-Infinity" | "NaN"; readonly y: number | "Infinity" | "-Infinity" | "NaN"; readonly radius: number | "Infinity" | "-Infinity" | "NaN"; readonly path: string }> }; outputFormat: 'json'; status: 200 }
      | { input: { param: { machine: string }; query?: { direction?: "right" | "down"; extent?: "running" | "whole" } }; output: Problem; outputFormat: 'json'; status: 400 | 401 | 404 | 500 | 503 }
  }
  '/api/machines/:machine/picture.svg': {
    /** A machine as a picture of its own */
    $get:
      | { input: { param: { machine: string }; query?: { direction?: "right" | "down"; extent?: "running" | "whole" } }; output: string; outputFormat: 'text'; status: 200 }
      | { input: { param: { machine: string }; query?: { direction?: "right" | "down"; extent?: "running" | "whole" } }; output: Problem; outputFormat: 'json'; status: 400 | 401 | 404 | 500 | 503 }
  }
  '/api/machines/:actor/history': {
    /** What an actor did: events, ways, actions and what changed; older states from the journal */
    $get:
      | { input: { param: { actor: string }; query?: { limit?: string; cursor?: string } }; output: { readonly actor: string; readonly machine: string; readonly state: string; readonly context: Readonly<Record<string, unknown>> | null; readonly newest: number; readonly items: ReadonlyArray<{ readonly seq: number | null; readonly at: number; readonly lastAt: number; readonly count: number; readonly event: string | null; readonly kind: "event" | "after" | "always" | "done" | "error" | "start" | "failed" | "fact"; readonly from: string | null; readonly to: string; readonly transitions: ReadonlyArray<number>; readonly actions: ReadonlyArray<string>; readonly changes: ReadonlyArray<{ readonly field: string; readonly before: unknown; readonly after: unknown }>; readonly payload: Readonly<Record<string, unknown>> | null }>; readonly next: string | null }; outputFormat: 'json'; status: 200 }
      | { input: { param: { actor: string }; query?: { limit?: string; cursor?: string } }; output: Problem; outputFormat: 'json'; status: 400 | 401 | 404 | 500 | 503 }
  }
  '/api/machines/:actor/live': {
    /** What an actor does, as it does it, resumable */
    $get:
      | { input: { param: { actor: string }; query?: { after?: string; ticket?: string } }; output: string; outputFormat: 'text'; status: 200 }
      | { input: { param: { actor: string }; query?: { after?: string; ticket?: string } }; output: Problem; outputFormat: 'json'; status: 400 | 401 | 404 | 500 | 503 }
  }
  '/api/machines/:actor/events': {
    /** Every event of an actor’s machine: what it takes, whether it is heard now, where it would lead */
    $get:
      | { input: { param: { actor: string } }; output: { readonly actor: string; readonly state: string; readonly commands: ReadonlyArray<string>; readonly events: ReadonlyArray<{ readonly event: string; readonly kind: "command" | "report" | "time"; readonly fields: ReadonlyArray<{ readonly name: string; readonly kind: "integer" | "text" | "flag" | "choice"; readonly choices: ReadonlyArray<string>; readonly value: string | number | boolean }>; readonly isHeard: boolean; readonly to: string | null }> }; outputFormat: 'json'; status: 200 }
      | { input: { param: { actor: string } }; output: Problem; outputFormat: 'json'; status: 400 | 401 | 404 | 500 | 503 }
  }
  '/api/machines/:actor/what-if': {
    /** Tries events on a copy of an actor; nothing is carried out */
    $post:
      | { input: { param: { actor: string }; json: { readonly events: ReadonlyArray<{ readonly type: string; readonly fields?: Readonly<Record<string, unknown>> }> } }; output: { readonly actor: string; readonly state: string; readonly steps: ReadonlyArray<{ readonly event: string; readonly from: string; readonly to: string; readonly isTaken: boolean; readonly transitions: ReadonlyArray<number>; readonly refused: ReadonlyArray<number>; readonly actions: ReadonlyArray<string>; readonly changes: ReadonlyArray<{ readonly field: string; readonly before: unknown; readonly after: unknown }> }> }; outputFormat: 'json'; status: 200 }
      | { input: { param: { actor: string }; json: { readonly events: ReadonlyArray<{ readonly type: string; readonly fields?: Readonly<Record<string, unknown>> }> } }; output: Problem; outputFormat: 'json'; status: 400 | 401 | 403 | 404 | 413 | 415 | 422 | 500 | 503 }
  }
  '/api/audit': {
    /** Who did what, newest first */
    $get:
      | { input: { query?: { limit?: string; cursor?: string; room?: string; actor?: string; action?: string; outcome?: string; from?: string; to?: string } }; output: { readonly items: ReadonlyArray<{ readonly seq: number; readonly at: number; readonly actor: string; readonly ip: string | null; readonly action: string; readonly roomId: string | null; readonly target: string | null; readonly outcome: "done" | "noop" | "refused" | "denied" | "failed"; readonly code: string | null; readonly detail: string | null; readonly hash: string }>; readonly next: string | null }; outputFormat: 'json'; status: 200 }
      | { input: { query?: { limit?: string; cursor?: string; room?: string; actor?: string; action?: string; outcome?: string; from?: string; to?: string } }; output: Problem; outputFormat: 'json'; status: 400 | 401 | 404 | 500 | 503 }
  }
  '/api/audit/verify': {
    /** Walk the whole chain of hashes */
    $get:
      | { input: {}; output: { readonly rows: number; readonly brokenAt: number | null; readonly lastHash: string }; outputFormat: 'json'; status: 200 }
      | { input: {}; output: Problem; outputFormat: 'json'; status: 400 | 401 | 404 | 500 | 503 }
  }
  '/api/stream': {
    /** Every fact as it happens, resumable */
    $get:
      | { input: { query?: { after?: string; room?: string; ticket?: string } }; output: string; outputFormat: 'text'; status: 200 }
      | { input: { query?: { after?: string; room?: string; ticket?: string } }; output: Problem; outputFormat: 'json'; status: 400 | 401 | 404 | 500 | 503 }
  }
  '/api/stream/ticket': {
    /** A ticket that opens one stream, for a browser that cannot send a header there */
    $post:
      | { input: {}; output: { readonly ticket: string; readonly expiresAt: number }; outputFormat: 'json'; status: 201 }
      | { input: {}; output: Problem; outputFormat: 'json'; status: 400 | 401 | 403 | 500 | 503 }
  }
  '/api/rates': {
    /** How busy rooms are, now and over ten minutes */
    $get:
      | { input: { query?: { points?: string } }; output: Rates; outputFormat: 'json'; status: 200 }
      | { input: { query?: { points?: string } }; output: Problem; outputFormat: 'json'; status: 400 | 401 | 500 | 503 }
  }
  '/api/system': {
    /** The server at a glance: what runs, how it does, what it was told */
    $get:
      | { input: {}; output: System; outputFormat: 'json'; status: 200 }
      | { input: {}; output: Problem; outputFormat: 'json'; status: 400 | 401 | 404 | 500 | 503 }
  }
  '/api/login': {
    /** Sign a browser in: the token once, an HttpOnly cookie after */
    $post:
      | { input: { json: { readonly token?: string; readonly code?: string } }; output: Me; outputFormat: 'json'; status: 200 }
      | { input: { json: { readonly token?: string; readonly code?: string } }; output: Problem; outputFormat: 'json'; status: 400 | 401 | 403 | 413 | 415 | 422 | 429 | 500 | 503 }
  }
  '/api/logout': {
    /** End this sign-in, and its streams */
    $post:
      | { input: {}; output: null; outputFormat: 'body'; status: 204 }
      | { input: {}; output: Problem; outputFormat: 'json'; status: 400 | 401 | 403 | 500 | 503 }
  }
  '/api/me': {
    /** Who you are, as your token or your cookie says */
    $get:
      | { input: {}; output: Me; outputFormat: 'json'; status: 200 }
      | { input: {}; output: Problem; outputFormat: 'json'; status: 400 | 401 | 500 | 503 }
  }
  '/api/login/link': {
    /** A link that signs a browser in as you, once */
    $post:
      | { input: {}; output: { readonly path: string; readonly expiresAt: number }; outputFormat: 'json'; status: 201 }
      | { input: {}; output: Problem; outputFormat: 'json'; status: 400 | 401 | 403 | 500 | 503 }
  }
  '/api/rooms/:room/ingress': {
    /** The ingresses of its LiveKit room, without keys */
    $get:
      | { input: { param: { room: string } }; output: { readonly items: ReadonlyArray<{ readonly ingress_id: string; readonly livekit_room: string; readonly type: "rtmp" | "whip" | "other"; readonly identity: string; readonly name: string; readonly state: "inactive" | "buffering" | "publishing" | "error" | "complete" | "unknown"; readonly error: string | null; readonly started_at: number | null }> }; outputFormat: 'json'; status: 200 }
      | { input: { param: { room: string } }; output: Problem; outputFormat: 'json'; status: 400 | 401 | 404 | 409 | 500 | 503 }
    /** Make an RTMP or WHIP ingress */
    $post:
      | { input: { param: { room: string }; header?: { "Idempotency-Key"?: string }; json: { readonly type: "rtmp" | "whip"; readonly identity?: string; readonly name?: string } }; output: { readonly ingress_id: string; readonly livekit_room: string; readonly type: "rtmp" | "whip" | "other"; readonly identity: string; readonly name: string; readonly state: "inactive" | "buffering" | "publishing" | "error" | "complete" | "unknown"; readonly error: string | null; readonly started_at: number | null; readonly url: string; readonly stream_key: string }; outputFormat: 'json'; status: 201 }
      | { input: { param: { room: string }; header?: { "Idempotency-Key"?: string }; json: { readonly type: "rtmp" | "whip"; readonly identity?: string; readonly name?: string } }; output: Problem; outputFormat: 'json'; status: 400 | 401 | 403 | 404 | 409 | 413 | 415 | 422 | 429 | 500 | 503 }
  }
  '/api/rooms/:room/livekit/participants': {
    /** Who is in its LiveKit room */
    $get:
      | { input: { param: { room: string } }; output: { readonly livekit_room: string; readonly items: ReadonlyArray<{ readonly identity: string; readonly name: string; readonly kind: "person" | "ingress" | "egress" | "other"; readonly sends: ReadonlyArray<"audio" | "video">; readonly joined_at: number | null }> }; outputFormat: 'json'; status: 200 }
      | { input: { param: { room: string } }; output: Problem; outputFormat: 'json'; status: 400 | 401 | 404 | 409 | 500 | 503 }
  }
  '/api/rooms/:room/ingress/:ingress': {
    /** Takes an ingress away */
    $delete:
      | { input: { param: { room: string; ingress: string } }; output: null; outputFormat: 'body'; status: 204 }
      | { input: { param: { room: string; ingress: string } }; output: Problem; outputFormat: 'json'; status: 400 | 401 | 403 | 404 | 409 | 429 | 500 | 503 }
  }
  '/api/rooms/:room/join-token': {
    /** A token to join its LiveKit room */
    $post:
      | { input: { param: { room: string }; header?: { "Idempotency-Key"?: string }; json: { readonly identity: string; readonly role: "publisher" | "viewer"; readonly ttl_s?: number } }; output: { readonly url: string; readonly token: string; readonly livekit_room: string; readonly identity: string; readonly role: "publisher" | "viewer"; readonly expires_at: number }; outputFormat: 'json'; status: 200 }
      | { input: { param: { room: string }; header?: { "Idempotency-Key"?: string }; json: { readonly identity: string; readonly role: "publisher" | "viewer"; readonly ttl_s?: number } }; output: Problem; outputFormat: 'json'; status: 400 | 401 | 403 | 404 | 409 | 413 | 415 | 422 | 429 | 500 | 503 }
  }
  '/api/livekit/webhook': {
    /** What LiveKit reports */
    $post:
      | { input: {}; output: { readonly outcome: "applied" | "replayed" | "ignored" }; outputFormat: 'json'; status: 200 }
      | { input: {}; output: Problem; outputFormat: 'json'; status: 400 | 401 | 408 | 413 | 500 | 503 }
  }
  '/healthz': {
    /** The process answers */
    $get:
      | { input: {}; output: { readonly ok: boolean }; outputFormat: 'json'; status: 200 }
      | { input: {}; output: Problem; outputFormat: 'json'; status: 400 | 500 | 503 }
  }
  '/readyz': {
    /** It can do its work now, or why not */
    $get:
      | { input: {}; output: { readonly ready: boolean; readonly reasons: ReadonlyArray<string> }; outputFormat: 'json'; status: 200 }
      | { input: {}; output: Problem; outputFormat: 'json'; status: 400 | 500 | 503 }
  }
  '/metrics': {
    /** Numbers, as Prometheus reads them */
    $get:
      | { input: {}; output: string; outputFormat: 'text'; status: 200 }
      | { input: {}; output: Problem; outputFormat: 'json'; status: 400 | 500 | 503 }
  }
  '/openapi.json': {
    /** This document */
    $get:
      | { input: {}; output: string; outputFormat: 'json'; status: 200 }
      | { input: {}; output: Problem; outputFormat: 'json'; status: 400 | 500 | 503 }
  }
  '/api/sessions/:session/live': {
    /** Its events while it records, resumable */
    $get:
      | { input: { param: { session: string }; query?: { after?: string; ticket?: string } }; output: string; outputFormat: 'text'; status: 200 }
      | { input: { param: { session: string }; query?: { after?: string; ticket?: string } }; output: Problem; outputFormat: 'json'; status: 400 | 401 | 404 | 500 | 503 }
  }
}
