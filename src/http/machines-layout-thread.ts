// The thread that lays pictures out, and the only import of ELK: half a second of computing and twelve megabytes of
// code that the main thread never sees. It answers one question after the other until it is ended.

import { parentPort } from 'node:worker_threads'
import Elk from 'elkjs/lib/elk.bundled.js'
import type { ElkNode } from './machines-elk.ts'

interface Engine {
  readonly layout: (graph: ElkNode) => Promise<ElkNode>
}

/** The module is CommonJS under a default export whose type says otherwise. */
const Engine = Elk as unknown as new () => Engine

const engine = new Engine()
parentPort?.on('message', (graph: ElkNode) => {
  void engine.layout(graph).then(
    (laid) => parentPort?.postMessage({ laid }, []),
    (error: unknown) => parentPort?.postMessage({ error: String(error) }, []),
  )
})
