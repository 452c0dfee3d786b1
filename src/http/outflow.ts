// Bytes on their way out: pulled as fast as the client takes them, let go of when it leaves or stops taking, and
// broken off loudly when they end half way. What the bytes are is the route's.

import { Problem } from './problems.ts'

export interface Course {
  /** Its place is free: called once, however it ended. */
  readonly done: () => void
  /** It ends half way: the connection breaks, so that nobody takes a part for the whole. */
  readonly breakOff: (error: unknown) => void
  /** A client that takes nothing for this long is given up, milliseconds. */
  readonly stallMs: number
}

/** Pages are pulled when the socket has taken the one before; a client that leaves ends the reading. */
export const streamOf = (
  pages: AsyncIterable<Uint8Array>,
  { done, breakOff, stallMs }: Course,
): ReadableStream<Uint8Array> => {
  const iterator = pages[Symbol.asyncIterator]()
  let isOver = false
  let stalled: NodeJS.Timeout | undefined
  const finish = (): void => {
    if (isOver) return
    isOver = true
    clearTimeout(stalled)
    done()
  }
  const stall = (): void => {
    finish()
    breakOff(new Problem('busy'))
    void iterator.return?.()
  }
  const pull = async (controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> => {
    clearTimeout(stalled)
    try {
      const page = await iterator.next()
      // The client may have left while the page was read.
      if (isOver) return
      if (page.done !== true) {
        stalled = setTimeout(stall, stallMs).unref()
        return controller.enqueue(page.value)
      }
      finish()
      controller.close()
    } catch (error) {
      finish()
      breakOff(error)
      // The error itself may hold anything, and the server prints what a stream fails with.
      controller.error(
        Object.assign(new Error('the answer broke off'), { code: 'ERR_STREAM_PREMATURE_CLOSE' }),
      )
    }
  }
  const cancel = async (): Promise<void> => {
    finish()
    await iterator.return?.()
  }
  return new ReadableStream({ pull, cancel }, { highWaterMark: 1 })
}
