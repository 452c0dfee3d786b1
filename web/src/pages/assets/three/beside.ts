// Where something lies that a file refers to: beside the file, by its key. Other origins and what climbs out of the
// top lead nowhere. Pure.

/** Null when it is no reference to an asset. */
export const besideOf = (key: string, reference: string): string | null => {
  if (/^[a-z][a-z0-9+.-]*:|^\/|^\\/i.test(reference)) return null
  let path: string
  try {
    path = decodeURIComponent(reference.replace(/[?#].*$/, ''))
  } catch {
    return null
  }
  const segments = key.split('/').slice(0, -1)
  for (const segment of path.split('/')) {
    if (segment === '' || segment === '.') continue
    if (segment === '..') {
      if (segments.pop() === undefined) return null
    } else segments.push(segment)
  }
  return segments.length === 0 ? null : segments.join('/')
}
