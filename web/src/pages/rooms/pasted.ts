// What people paste to add rooms: handles, links, in any order, between spaces, commas or lines. Pure. The server
// decides; this says beforehand what it will make of it.

const HANDLE = /^(?!.*\.$)[a-z0-9_.]{2,24}$/

/** The handle in one piece of text, or null. */
export const handleOf = (pasted: string): string | null => {
  const text = pasted.trim()
  const link = /^(?:https?:\/\/)?(?:[a-z]+\.)?tiktok\.com\/@([^/?#]+)/i.exec(text)
  const name = (link?.[1] ?? text.replace(/^@/, '')).toLowerCase()
  return HANDLE.test(name) ? name : null
}

export interface Pasted {
  readonly fresh: readonly string[]
  /** Already rooms. */
  readonly known: readonly string[]
  /** Pieces without a handle, as they were pasted. */
  readonly wrong: readonly string[]
}

export const readPasted = (text: string, isKnown: (handle: string) => boolean): Pasted => {
  const fresh = new Set<string>()
  const known = new Set<string>()
  const wrong = new Set<string>()
  for (const piece of text.split(/[\s,;]+/)) {
    if (piece === '') continue
    const handle = handleOf(piece)
    if (handle === null) wrong.add(piece)
    else if (isKnown(handle)) known.add(handle)
    else fresh.add(handle)
  }
  return { fresh: [...fresh], known: [...known], wrong: [...wrong] }
}

/** For a spreadsheet: what begins like a formula is kept from being one. */
const field = (text: string): string =>
  `"${(/^[=+\-@]/.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`

export const tokensCsv = (
  rooms: readonly { readonly handle: string; readonly ownerToken: string }[],
): string =>
  ['handle,owner_token', ...rooms.map((room) => `${field(room.handle)},${field(room.ownerToken)}`), ''].join(
    '\r\n',
  )
