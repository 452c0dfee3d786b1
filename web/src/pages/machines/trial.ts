// What is being tried on a copy: the events so far and where they led. The real actor is never asked.

import { batch, signal, type ReadonlySignal, type Signal } from '@preact/signals'
import { api } from '../../api/fetch.ts'
import { problemOf, type ApiProblem } from '../../api/problem.ts'
import type { EventField, Possible, PossibleEvent, Tried } from './types.ts'

type Values = Readonly<Record<string, string | boolean>>

export interface Trial {
  readonly possible: ReadonlySignal<Possible | null>
  readonly event: Signal<string>
  readonly values: Signal<Values>
  readonly steps: ReadonlySignal<readonly Tried[]>
  readonly problem: ReadonlySignal<ApiProblem | null>
  readonly load: () => Promise<void>
  readonly choose: (event: string) => void
  readonly run: () => Promise<void>
  readonly clear: () => void
}

/** What a form begins with. */
export const startOf = (fields: readonly EventField[]): Values =>
  Object.fromEntries(
    fields.map(({ name, kind, value }) => [name, kind === 'flag' ? value === true : String(value)]),
  )

/** What a form says, as the API takes it. A number that is none is left for the server to refuse. */
export const saidIn = (fields: readonly EventField[], values: Values): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    fields.flatMap(({ name, kind }) => {
      const value = values[name]
      if (value === undefined) return []
      if (kind !== 'integer') return [[name, value]]
      return [[name, String(value).trim() === '' ? value : Number(value)]]
    }),
  )

/** What comes to mind first: a command that leads somewhere, else anything that does. */
export const firstOf = (events: readonly PossibleEvent[], state: string): string => {
  const leads = events.filter(({ to }) => to !== null && to !== state)
  return (leads.find(({ kind }) => kind === 'command') ?? leads[0] ?? events[0])?.event ?? ''
}

export const makeTrial = (actor: string): Trial => {
  const path = `/api/machines/${encodeURIComponent(actor)}`
  const possible = signal<Possible | null>(null)
  const event = signal('')
  const values = signal<Values>({})
  const steps = signal<readonly Tried[]>([])
  const problem = signal<ApiProblem | null>(null)
  let sent: readonly { readonly type: string; readonly fields: Readonly<Record<string, unknown>> }[] = []

  const fieldsOf = (name: string): readonly EventField[] =>
    possible.peek()?.events.find((one) => one.event === name)?.fields ?? []

  const choose = (name: string): void =>
    batch(() => {
      event.value = name
      values.value = startOf(fieldsOf(name))
      problem.value = null
    })

  return {
    possible,
    event,
    values,
    steps,
    problem,
    choose,
    load: async () => {
      try {
        const found = await api.get<Possible>(`${path}/events`)
        possible.value = found
        if (event.peek() === '') choose(firstOf(found.events, found.state))
      } catch (error) {
        problem.value = problemOf(error)
      }
    },
    run: async () => {
      const name = event.peek()
      const next = [...sent, { type: name, fields: saidIn(fieldsOf(name), values.peek()) }]
      try {
        const found = await api.post<{ readonly steps: readonly Tried[] }>(`${path}/what-if`, {
          events: next,
        })
        sent = next
        batch(() => {
          steps.value = found.steps
          problem.value = null
        })
      } catch (error) {
        problem.value = problemOf(error)
      }
    },
    clear: () => {
      sent = []
      batch(() => {
        steps.value = []
        problem.value = null
      })
    },
  }
}
