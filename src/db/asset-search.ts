// What is searched in, and how: three characters or more are found anywhere in the name or the key, one or two where
// a word begins. Both are asked of one trigram index, which knows no shorter pieces: each beginning stands behind
// the text between marks, and with them it is three characters long.

/** No name and no key has it, and whoever looks for it finds nothing. */
const MARK = '\u0001'
/** What a trigram index can answer by itself. */
const ANYWHERE_MIN = 3
/** Names differ most in their ends, and each further character is one more list to go through. */
const PHRASE_MAX = 6
/** From here on (CJK, kana, hangul, full width, emoji) every character begins a word. */
const IDEOGRAPHS = 0x2e80

/** In any case, in one form. */
const folded = (text: string): string => text.normalize('NFC').toLowerCase()

const isOfWord = (character: string): boolean => character >= '\u0080' || /[a-z0-9]/.test(character)

/** The first two characters of each word, as they stand in the text. */
export const beginningsOf = (text: string): ReadonlySet<string> => {
  const characters = [...text]
  const begins = characters.map((character, n) => {
    const before = characters[n - 1]
    return (
      isOfWord(character) &&
      (before === undefined || !isOfWord(before) || (character.codePointAt(0) ?? 0) >= IDEOGRAPHS)
    )
  })
  return new Set(
    characters.flatMap((character, n) => (begins[n] ? [character + (characters[n + 1] ?? '')] : [])),
  )
}

/** What the row of an asset keeps to be searched in. Migration 6 says the same in SQL. */
export const searchable = (displayName: string, key: string): string => {
  const text = `${folded(`${displayName}\n${key}`)}\n`
  return text + [...beginningsOf(text)].map((beginning) => MARK + MARK + beginning).join('')
}

/** What to look for in it; null when nothing is asked. */
export const needleOf = (q: string): string | null => {
  const text = folded(q).trim()
  if (text.includes(MARK)) return MARK.repeat(ANYWHERE_MIN)
  const { length } = [...text]
  if (length === 0) return null
  return MARK.repeat(Math.max(0, ANYWHERE_MIN - length)) + text
}

/** The end of a needle as the index is asked for it: it may find more, and takes no longer for a longer needle. */
export const phraseOf = (needle: string): string =>
  `"${[...needle].slice(-PHRASE_MAX).join('').replaceAll('"', '""')}"`
