// Lists of assets put together: each id once, with what is newest of it. Pure.

interface Known {
  readonly id: string
  readonly updated_at: number
}

/**
 * What is there stays in its place and becomes the newer of the two; what is new comes behind, or in front with
 * `newFirst`.
 */
export const merged = <T extends Known>(
  there: readonly T[],
  more: readonly T[],
  newFirst = false,
): readonly T[] => {
  const byId = new Map(more.map((one) => [one.id, one]))
  const kept = there.map((one) => {
    const other = byId.get(one.id)
    byId.delete(one.id)
    return other === undefined || other.updated_at < one.updated_at ? one : other
  })
  const added = [...byId.values()]
  return newFirst ? [...added, ...kept] : [...kept, ...added]
}

export const withoutIds = <T extends Known>(list: readonly T[], ids: readonly string[]): readonly T[] =>
  list.some(({ id }) => ids.includes(id)) ? list.filter(({ id }) => !ids.includes(id)) : list
