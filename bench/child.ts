// A part of a benchmark in a process of its own, so that its CPU is its own: the parent's end and the child's end
// of the messages between them.

import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/** What crosses: a name and whatever belongs to it. */
interface Note {
  readonly name: string
  readonly value: unknown
}

export interface Child {
  readonly tell: (name: string, value?: unknown) => void
  /** The next note of this name; throws when the child has ended first. */
  readonly hear: <T>(name: string) => Promise<T>
  readonly close: () => Promise<void>
}

/** Starts `bench/<file>` with its input. */
export const startChild = (file: string, input: unknown, nodeArguments: readonly string[] = []): Child => {
  const path = fileURLToPath(new URL(file, import.meta.url))
  const child: ChildProcess = fork(path, [JSON.stringify(input)], {
    execArgv: [...nodeArguments],
    serialization: 'advanced',
  })
  const heard: Note[] = []
  const waiting = new Map<string, (note: Note) => void>()
  child.on('message', (note: Note) => {
    const wanted = waiting.get(note.name)
    waiting.delete(note.name)
    if (wanted === undefined) heard.push(note)
    else wanted(note)
  })
  const ended = once(child, 'exit').then(([code]): never => {
    throw new Error(`${file} ended with ${String(code)} before it had answered`)
  })
  ended.catch(() => undefined)
  return {
    tell: (name, value) => {
      child.send({ name, value })
    },
    hear: async <T>(name: string): Promise<T> => {
      const index = heard.findIndex((note) => note.name === name)
      const note =
        index >= 0
          ? heard.splice(index, 1)[0]!
          : await Promise.race([new Promise<Note>((done) => waiting.set(name, done)), ended])
      return note.value as T
    },
    close: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return
      const gone = once(child, 'exit')
      child.kill('SIGTERM')
      await gone
    },
  }
}

/** The child's end: its input, what it tells and what it is told. */
export const parent = {
  input: <T>(): T => JSON.parse(process.argv[2] ?? 'null') as T,
  tell: (name: string, value?: unknown): void => {
    process.send?.({ name, value })
  },
  hear: (name: string): Promise<unknown> =>
    new Promise((done) => {
      const listen = (note: Note): void => {
        if (note.name !== name) return
        process.off('message', listen)
        done(note.value)
      }
      process.on('message', listen)
    }),
}
