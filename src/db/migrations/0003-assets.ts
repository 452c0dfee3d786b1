// The tables of assets. A released migration is never edited: a change is a new file beside this one.

export const assets = {
  version: 3,
  name: 'assets',
  statements: [
    // One row a key. A removed asset stays as a tombstone until its key is used again.
    `CREATE TABLE assets (
      no INTEGER PRIMARY KEY,
      id TEXT NOT NULL UNIQUE,
      type TEXT NOT NULL CHECK (type IN ('vrm', 'animation', 'bgm', 'hdr', 'scene')),
      s3_key TEXT NOT NULL UNIQUE,
      display_name TEXT NOT NULL,
      mime_type TEXT NOT NULL,
      size_bytes INTEGER NOT NULL DEFAULT 0,
      sha256 TEXT,
      etag TEXT,
      status TEXT NOT NULL CHECK (status IN ('uploading', 'ready', 'suspect', 'missing', 'failed')),
      error_code TEXT,
      owner TEXT NOT NULL,
      visibility TEXT NOT NULL CHECK (visibility IN ('public', 'private')),
      version INTEGER NOT NULL DEFAULT 0,
      stored_at INTEGER,
      -- Of the sweep: when it was last looked at, since when it is in doubt, and in how many sweeps in a row.
      checked_at INTEGER,
      doubted_at INTEGER,
      doubts INTEGER NOT NULL DEFAULT 0,
      -- Name and key in lower case, for the search.
      search TEXT NOT NULL,
      created_at INTEGER NOT NULL,
      updated_at INTEGER NOT NULL,
      removed_at INTEGER,
      object_removed_at INTEGER
    )`,
    `CREATE INDEX assets_by_created ON assets(created_at, id) WHERE removed_at IS NULL`,
    `CREATE INDEX assets_by_updated ON assets(updated_at, id) WHERE removed_at IS NULL`,
    `CREATE INDEX assets_by_name ON assets(display_name, id) WHERE removed_at IS NULL`,
    `CREATE INDEX assets_by_size ON assets(size_bytes, id) WHERE removed_at IS NULL`,
    `CREATE INDEX assets_by_type ON assets(type, created_at, id) WHERE removed_at IS NULL`,
    `CREATE INDEX assets_by_owner ON assets(owner, created_at, id) WHERE removed_at IS NULL`,
    `CREATE INDEX assets_by_visibility ON assets(visibility, created_at, id) WHERE removed_at IS NULL`,
    `CREATE INDEX assets_by_status ON assets(status, created_at, id) WHERE removed_at IS NULL`,
    `CREATE INDEX assets_to_erase ON assets(removed_at) WHERE removed_at IS NOT NULL AND object_removed_at IS NULL`,
    `CREATE VIRTUAL TABLE assets_search USING fts5(search, content='assets', content_rowid='no', tokenize='trigram')`,
    `CREATE TRIGGER assets_search_insert AFTER INSERT ON assets BEGIN
      INSERT INTO assets_search (rowid, search) VALUES (new.no, new.search);
    END`,
    `CREATE TRIGGER assets_search_delete AFTER DELETE ON assets BEGIN
      INSERT INTO assets_search (assets_search, rowid, search) VALUES ('delete', old.no, old.search);
    END`,
    `CREATE TRIGGER assets_search_update AFTER UPDATE OF search ON assets BEGIN
      INSERT INTO assets_search (assets_search, rowid, search) VALUES ('delete', old.no, old.search);
      INSERT INTO assets_search (rowid, search) VALUES (new.no, new.search);
    END`,
    // Every content that was ever ready, the present one too.
    `CREATE TABLE asset_versions (
      asset_id TEXT NOT NULL,
      version INTEGER NOT NULL,
      s3_key TEXT NOT NULL,
      size_bytes INTEGER NOT NULL,
      sha256 TEXT,
      etag TEXT,
      stored_at INTEGER NOT NULL,
      stored_by TEXT NOT NULL,
      PRIMARY KEY (asset_id, version)
    ) WITHOUT ROWID`,
    // Written before the first byte; size and hash are written before the store may show the object, so that
    // after a crash the object itself says whether it got there.
    `CREATE TABLE asset_uploads (
      id TEXT PRIMARY KEY,
      asset_id TEXT NOT NULL,
      s3_key TEXT NOT NULL,
      owner TEXT NOT NULL,
      actor TEXT NOT NULL,
      way TEXT NOT NULL CHECK (way IN ('stream', 'parts')),
      state TEXT NOT NULL CHECK (state IN ('running', 'done', 'failed')),
      replaces INTEGER NOT NULL DEFAULT 0,
      boot TEXT NOT NULL,
      size_bytes INTEGER,
      sha256 TEXT,
      -- 1: size and hash are those of the bytes, not what was declared.
      sealed INTEGER NOT NULL DEFAULT 0,
      received_bytes INTEGER NOT NULL DEFAULT 0,
      attempts INTEGER NOT NULL DEFAULT 0,
      store_upload TEXT,
      error_code TEXT,
      started_at INTEGER NOT NULL,
      ended_at INTEGER
    ) WITHOUT ROWID`,
    `CREATE INDEX asset_uploads_running ON asset_uploads(started_at) WHERE state = 'running'`,
    `CREATE INDEX asset_uploads_by_key ON asset_uploads(s3_key) WHERE state = 'running'`,
    `CREATE INDEX asset_uploads_by_end ON asset_uploads(ended_at) WHERE state <> 'running'`,
    `CREATE INDEX asset_uploads_by_asset ON asset_uploads(asset_id, started_at)`,
    // One row a sweep: where it is, who has the lease, what it found.
    `CREATE TABLE asset_sweeps (
      no INTEGER PRIMARY KEY AUTOINCREMENT,
      started_at INTEGER NOT NULL,
      ended_at INTEGER,
      lease TEXT,
      lease_until INTEGER,
      -- The last key that was looked at.
      cursor TEXT,
      requests INTEGER NOT NULL DEFAULT 0,
      looked INTEGER NOT NULL DEFAULT 0,
      missing INTEGER NOT NULL DEFAULT 0,
      suspect INTEGER NOT NULL DEFAULT 0,
      found INTEGER NOT NULL DEFAULT 0,
      altered INTEGER NOT NULL DEFAULT 0,
      failed INTEGER NOT NULL DEFAULT 0,
      outcome TEXT,
      error_code TEXT
    )`,
    `CREATE UNIQUE INDEX asset_sweeps_one_open ON asset_sweeps(ended_at IS NULL) WHERE ended_at IS NULL`,
  ],
} as const
