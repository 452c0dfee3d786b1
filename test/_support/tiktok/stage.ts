// A stand-in with unmodified connectors in front of it, cleaned up together: for tests that want both.

import { once } from 'node:events'
import { startTikTok, type TikTok, type TikTokOptions, type Viewer } from './standin.ts'
import { connectorAt, type ConnectorOptions, type UnmodifiedConnector } from './unmodified.ts'

export interface Heard {
  readonly name: string
  readonly data: unknown
}

export interface Stage {
  readonly tiktok: TikTok
  readonly connector: (handle: string, options?: ConnectorOptions) => UnmodifiedConnector
  /** Connects and enters the room; gives what the stand-in sees of it. */
  readonly connect: (connector: UnmodifiedConnector) => Promise<Viewer>
  /** Everything of these events from now on, in order. */
  readonly listen: (connector: UnmodifiedConnector, ...names: readonly string[]) => readonly Heard[]
  readonly close: () => Promise<void>
}

export const openStage = async (options?: TikTokOptions): Promise<Stage> => {
  const tiktok = await startTikTok(options)
  const connectors: UnmodifiedConnector[] = []
  return {
    tiktok,
    connector: (handle, connectorOptions) => {
      const made = connectorAt(tiktok.origin, handle, connectorOptions)
      // Without a listener the library keeps its errors to itself, and with none a test cannot see them.
      made.on('error', () => undefined)
      connectors.push(made)
      return made
    },
    connect: async (connector) => {
      const answered = once(connector, 'enterRoom')
      const [viewer] = await Promise.all([tiktok.watched(connector.uniqueId), connector.connect()])
      if (!viewer.stalled) await answered
      return viewer
    },
    listen: (connector, ...names) => {
      const heard: Heard[] = []
      for (const name of names) connector.on(name, (data: unknown) => heard.push({ name, data }))
      return heard
    },
    close: async () => {
      const open = connectors.filter((connector) => connector.isConnected)
      const gone = open.map((connector) => once(connector, 'disconnected'))
      await tiktok.close()
      await Promise.all(gone)
    },
  }
}
