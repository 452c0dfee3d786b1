// The ways in which a text may spell something: as it stands, with percent or JSON escapes (once or twice), as
// base64 at any alignment, as hexadecimal. Each reading knows where in the text it came from.

export interface Spelling {
  readonly text: string
  /** Where the characters `from` to `to` (exclusive) of the reading stand in the text. */
  readonly source: (from: number, to: number) => { readonly from: number; readonly to: number }
}

const ESCAPE = /(?:%[0-9a-f]{2})+|\\u[0-9a-f]{4}|\\(["\\/])/gi
const BASE64 = /[A-Za-z0-9+/_-]{8,}/g
const HEX = /(?:[0-9a-f]{2}){4,}[0-9a-f]?/gi

const plain = (text: string): Spelling => ({ text, source: (from, to) => ({ from, to }) })

const charOf = (escape: string): string => {
  if (escape.startsWith('%')) return Buffer.from(escape.replaceAll('%', ''), 'hex').toString()
  return escape[1] === 'u' ? String.fromCharCode(Number.parseInt(escape.slice(2), 16)) : (escape[1] ?? '')
}

/** The reading with its escapes resolved, or null when it has none. */
const unescaped = (inner: Spelling): Spelling | null => {
  const starts: number[] = []
  let text = ''
  let at = 0
  const copy = (until: number): void => {
    for (; at < until; at += 1) {
      starts.push(at)
      text += inner.text[at] ?? ''
    }
  }
  for (const match of inner.text.matchAll(ESCAPE)) {
    copy(match.index)
    const [run] = match
    const read = charOf(run)
    for (let place = 0; place < read.length; place += 1) {
      // One character an escape, unless several escapes made one: then the last of it is the safe guess.
      const step = run.startsWith('%') && run.length === 3 * read.length ? 3 * place : 0
      starts.push(match.index + step)
    }
    text += read
    at = match.index + run.length
  }
  if (text.length === inner.text.length && text === inner.text) return null
  copy(inner.text.length)
  starts.push(inner.text.length)
  return {
    text,
    source: (from, to) => inner.source(starts[from] ?? inner.text.length, starts[to] ?? inner.text.length),
  }
}

/** Readings of each run at each offset; `chars` of the text make `bytes` of the reading. */
const decoded = (
  inner: Spelling,
  runs: RegExp,
  encoding: 'base64' | 'hex',
  chars: number,
  bytes: number,
): readonly Spelling[] =>
  [...inner.text.matchAll(runs)].flatMap(({ 0: run, index }) =>
    Array.from({ length: chars }, (_, offset) => ({
      text: Buffer.from(run.slice(offset), encoding).toString('latin1'),
      source: (from: number, to: number) =>
        inner.source(
          index + offset + Math.floor((from * chars) / bytes),
          Math.min(index + run.length, index + offset + Math.ceil((to * chars) / bytes)),
        ),
    })),
  )

/** Every reading of a text, itself first. */
export const spellingsOf = (text: string): readonly Spelling[] => {
  const layers = [plain(text)]
  for (let depth = 0; depth < 2; depth += 1) {
    const next = unescaped(layers[depth] ?? plain(text))
    if (next === null) break
    layers.push(next)
  }
  return layers.flatMap((layer) => [
    layer,
    ...decoded(layer, BASE64, 'base64', 4, 3),
    ...decoded(layer, HEX, 'hex', 2, 1),
  ])
}
