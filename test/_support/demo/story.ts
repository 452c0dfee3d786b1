// What the terminal shows: one line a thing that happens, with the time since the start and whose it is.

export interface Story {
  /** Seconds since the demo began. */
  readonly elapsed: () => number
  readonly tell: (who: string, what: string) => void
  readonly chapter: (title: string) => void
}

const COLOURS: Readonly<Record<string, number>> = { 'stand-in': 35, product: 36, demo: 33 }

export const startStory = (write: (line: string) => void, colourful: boolean): Story => {
  const started = performance.now()
  const elapsed = () => (performance.now() - started) / 1_000
  const paint = (text: string, colour: number) => (colourful ? `\u001B[${colour}m${text}\u001B[0m` : text)
  return {
    elapsed,
    tell: (who, what) => {
      const time = paint(`${elapsed().toFixed(1).padStart(5)} s`, 90)
      write(`${time}  ${paint(who.padEnd(12), COLOURS[who] ?? 32)}  ${what}`)
    },
    chapter: (title) => write(`\n${paint(title, 1)}`),
  }
}
