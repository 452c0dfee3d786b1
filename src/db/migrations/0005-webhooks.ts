// The tables of outgoing webhooks. A released migration is never edited: a change is a new file beside this one.

export const webhooks = {
  version: 5,
  name: 'webhooks',
  statements: [
    `CREATE TABLE webhooks (
      id TEXT PRIMARY KEY,
      name TEXT,
      -- What comes after the host is often a secret of the receiver's, so the address is sealed.
      url_sealed TEXT NOT NULL,
      url_shown TEXT NOT NULL,
      facts TEXT NOT NULL,
      rooms TEXT,
      secret_sealed TEXT NOT NULL,
      secret_at INTEGER NOT NULL,
      old_secret_sealed TEXT,
      old_secret_until INTEGER,
      disabled_at INTEGER,
      disabled_reason TEXT,
      -- Every fact up to this one was delivered, was put aside, or was not asked for.
      cursor INTEGER NOT NULL,
      attempts INTEGER NOT NULL DEFAULT 0,
      next_at INTEGER,
      failing_since INTEGER,
      last_attempt_at INTEGER,
      last_status INTEGER,
      last_error TEXT,
      last_delivered_at INTEGER,
      delivered INTEGER NOT NULL DEFAULT 0,
      created_at INTEGER NOT NULL,
      updated_at INTEGER NOT NULL
    ) WITHOUT ROWID`,
    // What was refused and put aside, with the fact itself: the journal forgets.
    `CREATE TABLE webhook_letters (
      webhook_id TEXT NOT NULL,
      seq INTEGER NOT NULL,
      state TEXT NOT NULL CHECK (state IN ('dead', 'again', 'forgotten')),
      fact TEXT NOT NULL,
      attempts INTEGER NOT NULL,
      status INTEGER,
      error TEXT NOT NULL,
      updated_at INTEGER NOT NULL,
      PRIMARY KEY (webhook_id, seq)
    ) WITHOUT ROWID`,
    `CREATE INDEX webhook_letters_again ON webhook_letters(webhook_id, seq) WHERE state = 'again'`,
  ],
} as const
