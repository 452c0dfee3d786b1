// The stand-in in a process of its own, and its remote control. What it can do is in control.ts.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Orders } from './control.ts'
import type { ProcessOptions } from './process.ts'
import type { LiveKitStandIn } from './standin.ts'

export interface RemoteLiveKit {
  readonly env: LiveKitStandIn['env']
  readonly pid: number
  readonly order: <Name extends keyof Orders>(
    name: Name,
    argument?: Parameters<Orders[Name]>[0],
  ) => Promise<Awaited<ReturnType<Orders[Name]>>>
  readonly close: () => Promise<void>
}

const ENTRY = new URL('process.ts', import.meta.url).pathname

export const spawnLiveKit = async (options: ProcessOptions = {}): Promise<RemoteLiveKit> => {
  const child = spawn(process.execPath, [ENTRY, JSON.stringify(options)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const [line] = await Promise.race([
    once(createInterface(child.stdout), 'line'),
    once(child, 'exit').then((): never => {
      throw new Error('the stand-in did not start')
    }),
  ])
  const { env, control } = JSON.parse(String(line)) as { env: LiveKitStandIn['env']; control: string }
  return {
    env,
    pid: child.pid ?? 0,
    order: async (name, argument) => {
      const response = await fetch(`${control}/${name}`, {
        method: 'POST',
        body: JSON.stringify(argument ?? {}),
      })
      const answer: unknown = await response.json()
      if (!response.ok) throw new Error(`the stand-in refused ${name}: ${JSON.stringify(answer)}`)
      return answer as never
    },
    close: async () => {
      const gone = once(child, 'exit')
      child.stdin.end()
      await gone
    },
  }
}
