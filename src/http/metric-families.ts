// What a number is called and how it is written for Prometheus. Which numbers there are is in `metrics.ts`.

/** Labels of closed sets only, so that the table is bounded. */
export type Sample = readonly [labels: Readonly<Record<string, string | number>>, value: number]

export interface Family {
  readonly name: string
  readonly help: string
  readonly type: 'gauge' | 'counter'
  readonly samples: readonly Sample[]
}

export const one = (value: number): readonly Sample[] => [[{}, value]]

export const gauge = (name: string, help: string, samples: readonly Sample[]): Family => ({
  name,
  help,
  type: 'gauge',
  samples,
})

export const counter = (name: string, help: string, samples: readonly Sample[]): Family => ({
  name,
  help,
  type: 'counter',
  samples,
})

const escape = (value: string | number): string =>
  String(value).replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')

const line = (name: string, [labels, value]: Sample): string => {
  const written = Object.entries(labels).map(([label, text]) => `${label}="${escape(text)}"`)
  return `${name}${written.length === 0 ? '' : `{${written.join(',')}}`} ${value}\n`
}

export const written = (families: readonly Family[]): string =>
  families
    .map(({ name, help, type, samples }) => {
      const full = `roomkeeper_${name}`
      return `# HELP ${full} ${help}\n# TYPE ${full} ${type}\n${samples.map((sample) => line(full, sample)).join('')}`
    })
    .join('')
