// A full garbage collection on demand. The driver finalizes a statement only when its JavaScript object is
// collected, and until then a closed connection keeps its files open: while storage fails and connections
// are opened anew again and again, an idle heap would run the process out of file descriptors.

import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

let collect: (() => void) | null = null

export const collectGarbage = (): void => {
  if (collect === null) {
    setFlagsFromString('--expose-gc')
    const found: unknown = runInNewContext('gc')
    collect = typeof found === 'function' ? () => void found() : () => {}
  }
  collect()
}
