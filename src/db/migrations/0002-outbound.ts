// The tables of sending out. A released migration is never edited: a change is a new file beside this one.

export const outbound = {
  version: 2,
  name: 'outbound',
  statements: [
    // The LiveKit room that a room is sent from; a room without a row uses its handle.
    `CREATE TABLE livekit_rooms (
      room_id TEXT PRIMARY KEY,
      name TEXT NOT NULL,
      updated_at INTEGER NOT NULL
    ) WITHOUT ROWID`,
    `CREATE TABLE destinations (
      room_id TEXT NOT NULL,
      platform TEXT NOT NULL,
      url TEXT,
      key_sealed TEXT,
      key_last4 TEXT,
      source_json TEXT,
      encoding_json TEXT,
      created_at INTEGER NOT NULL,
      updated_at INTEGER NOT NULL,
      PRIMARY KEY (room_id, platform)
    ) WITHOUT ROWID`,
    `CREATE TABLE outbound_sessions (
      id TEXT PRIMARY KEY,
      room_id TEXT NOT NULL,
      livekit_room TEXT NOT NULL,
      started_at INTEGER NOT NULL,
      started_by TEXT NOT NULL,
      ended_at INTEGER,
      end_reason TEXT
    ) WITHOUT ROWID`,
    `CREATE UNIQUE INDEX outbound_one_open ON outbound_sessions(room_id) WHERE ended_at IS NULL`,
    `CREATE INDEX outbound_by_room ON outbound_sessions(room_id, started_at)`,
    // One a destination and session: what is wanted, and where it is.
    `CREATE TABLE egresses (
      id TEXT PRIMARY KEY,
      session_id TEXT NOT NULL,
      room_id TEXT NOT NULL,
      platform TEXT NOT NULL,
      desired TEXT NOT NULL CHECK (desired IN ('on', 'off')),
      generation INTEGER NOT NULL,
      state TEXT NOT NULL,
      attempt INTEGER NOT NULL DEFAULT 0,
      next_at INTEGER,
      error_code TEXT,
      lk_egress_id TEXT,
      live_at INTEGER,
      created_at INTEGER NOT NULL,
      updated_at INTEGER NOT NULL,
      ended_at INTEGER
    ) WITHOUT ROWID`,
    `CREATE UNIQUE INDEX egresses_once ON egresses(session_id, platform)`,
    `CREATE INDEX egresses_by_room ON egresses(room_id, created_at)`,
    // Written before StartEgress is sent: an attempt without an egress id may have started one.
    `CREATE TABLE egress_attempts (
      id TEXT PRIMARY KEY,
      egress_id TEXT NOT NULL,
      session_id TEXT NOT NULL,
      room_id TEXT NOT NULL,
      platform TEXT NOT NULL,
      generation INTEGER NOT NULL,
      no INTEGER NOT NULL,
      adopted INTEGER NOT NULL DEFAULT 0,
      lk_egress_id TEXT,
      started_at INTEGER NOT NULL,
      accepted_at INTEGER,
      live_at INTEGER,
      ended_at INTEGER,
      lk_status TEXT,
      lk_updated_at INTEGER,
      error_code TEXT,
      error TEXT
    ) WITHOUT ROWID`,
    `CREATE INDEX egress_attempts_by_egress ON egress_attempts(egress_id, no)`,
    `CREATE INDEX egress_attempts_unknown ON egress_attempts(ended_at) WHERE error_code = 'start_unknown'`,
    `CREATE INDEX egress_attempts_by_lk ON egress_attempts(lk_egress_id) WHERE lk_egress_id IS NOT NULL`,
    // Every verified webhook, stored before it is answered; addresses of streams are left out of the body.
    `CREATE TABLE webhook_inbox (
      id TEXT PRIMARY KEY,
      received_at INTEGER NOT NULL,
      created_at INTEGER,
      event TEXT NOT NULL,
      room_name TEXT,
      lk_egress_id TEXT,
      lk_updated_at INTEGER,
      body TEXT NOT NULL,
      outcome TEXT NOT NULL CHECK (outcome IN ('applied', 'ignored'))
    ) WITHOUT ROWID`,
    `CREATE INDEX webhook_inbox_by_time ON webhook_inbox(received_at)`,
    `CREATE INDEX webhook_inbox_by_egress ON webhook_inbox(lk_egress_id) WHERE lk_egress_id IS NOT NULL`,
  ],
} as const
