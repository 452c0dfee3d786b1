// The indexes that pages of assets walk, and what is searched in. A released migration is never edited: a change is
// a new file beside this one.

const SORTS = ['created_at', 'updated_at', 'display_name', 'size_bytes'] as const

const ORDERS_OF_ONE = ['type', 'visibility'].flatMap((filter) =>
  ['updated_at', 'display_name', 'size_bytes'].map((sort) => `${filter}_${sort}`),
)
const GONE = ['created', 'updated', 'name', 'size', 'type', 'owner', 'visibility', 'status', ...ORDERS_OF_ONE]

/** True of a character that is part of a word; the same rule is in `asset-search.ts`. */
const ofWord = (character: string): string => `(unicode(${character}) >= 128 OR ${character} GLOB '[a-z0-9]')`

export const assetPages = {
  version: 6,
  name: 'asset-pages',
  statements: [
    ...GONE.map((name) => `DROP INDEX assets_by_${name}`),
    // A page of any filter is merged out of one walk for each status, type and visibility it may have. The row's own
    // number decides between equals: every index ends with it anyway.
    ...SORTS.flatMap((sort) => [
      `CREATE INDEX assets_all_${sort} ON assets(${sort}) WHERE removed_at IS NULL`,
      `CREATE INDEX assets_some_${sort} ON assets(status, type, visibility, ${sort}) WHERE removed_at IS NULL`,
      `CREATE INDEX assets_own_${sort} ON assets(owner, status, type, visibility, ${sort}) WHERE removed_at IS NULL`,
    ]),
    // Where words begin, so that one or two characters can be looked up.
    `UPDATE assets SET search = search || char(10) || coalesce((
      WITH RECURSIVE at(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM at WHERE i < length(assets.search))
      SELECT group_concat(char(1, 1) || beginning, '') FROM (
        SELECT DISTINCT substr(assets.search || char(10), i, 2) AS beginning FROM at
        WHERE ${ofWord('substr(assets.search, i, 1)')}
        AND (i = 1 OR NOT ${ofWord('substr(assets.search, i - 1, 1)')} OR unicode(substr(assets.search, i, 1)) >= 11904)
      )), '')`,
  ],
} as const
