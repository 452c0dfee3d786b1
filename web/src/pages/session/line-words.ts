// The words of a feed's line in the language of the moment: numbers written as people write them.

import { numberText } from '../../parts/figures.ts'
import { language } from '../../state/preferences.ts'
import { lines } from '../../words/session.ts'
import { fill } from '../../words/words.ts'
import type { Line } from './event-line.ts'

export const wordsOf = ({ say, values }: Line): string => {
  const text = lines.words[say][language.value === 'zh' ? 1 : 0]
  return text === '' ? '' : fill(text, values)
}

/** What a gift or a box is worth; null where a line has no worth. */
export const worthOf = ({ values }: Line): string | null => {
  const { diamonds } = values
  return typeof diamonds === 'number' && diamonds > 0 ? numberText(diamonds) : null
}

/** The whole line as one text, for a screen reader and for copying. */
export const spoken = (line: Line): string =>
  [line.name, wordsOf(line), line.text].filter((part) => part !== null && part !== '').join(' ')
