// The tables of what looks after assets: sweeps that were asked for, the sentinel, and imports of keys that are
// known from elsewhere. A released migration is never edited: a change is a new file beside this one.

export const assetCare = {
  version: 4,
  name: 'asset-care',
  statements: [
    `ALTER TABLE asset_sweeps ADD COLUMN dry_run INTEGER NOT NULL DEFAULT 0`,
    `ALTER TABLE asset_sweeps ADD COLUMN asked_by TEXT NOT NULL DEFAULT 'system'`,
    // A person said that many missing at once are truly gone.
    `ALTER TABLE asset_sweeps ADD COLUMN confirmed INTEGER NOT NULL DEFAULT 0`,
    // Pages of one type, and of what is public, in every order: without these each page would sort all of them.
    ...['type', 'visibility'].flatMap((filter) =>
      ['updated_at', 'display_name', 'size_bytes'].map(
        (sort) =>
          `CREATE INDEX assets_by_${filter}_${sort} ON assets(${filter}, ${sort}, id) WHERE removed_at IS NULL`,
      ),
    ),
    // What the store's sentinel object must say, so that another bucket is not taken for ours.
    `CREATE TABLE asset_sentinel (
      no INTEGER PRIMARY KEY CHECK (no = 1),
      token TEXT NOT NULL,
      placed_at INTEGER NOT NULL
    )`,
    `CREATE TABLE asset_imports (
      no INTEGER PRIMARY KEY AUTOINCREMENT,
      state TEXT NOT NULL CHECK (state IN ('receiving', 'running', 'done', 'failed')),
      actor TEXT NOT NULL,
      owner TEXT NOT NULL,
      visibility TEXT NOT NULL CHECK (visibility IN ('public', 'private')),
      type TEXT,
      dry_run INTEGER NOT NULL DEFAULT 0,
      boot TEXT NOT NULL,
      received_bytes INTEGER NOT NULL DEFAULT 0,
      keys INTEGER NOT NULL DEFAULT 0,
      looked INTEGER NOT NULL DEFAULT 0,
      error_code TEXT,
      started_at INTEGER NOT NULL,
      ended_at INTEGER
    )`,
    // One row a key, in the order they came; the outcome is null until it was looked at.
    `CREATE TABLE asset_import_keys (
      import_no INTEGER NOT NULL,
      n INTEGER NOT NULL,
      s3_key TEXT NOT NULL,
      type TEXT,
      display_name TEXT,
      visibility TEXT,
      outcome TEXT,
      tries INTEGER NOT NULL DEFAULT 0,
      PRIMARY KEY (import_no, n)
    ) WITHOUT ROWID`,
    `CREATE INDEX asset_import_keys_open ON asset_import_keys(import_no, n) WHERE outcome IS NULL`,
    `CREATE INDEX asset_import_keys_by_outcome ON asset_import_keys(import_no, outcome, n)`,
  ],
} as const
