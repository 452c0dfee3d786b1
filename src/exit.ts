// The end of the process when a thread of ours may hang in the disk. `process.exit` waits for every thread, and one
// that returns from the driver into a process that is ending aborts all of it. Becoming another program waits for
// nobody; to the database it is the same as kill -9, which loses nothing that was promised.

export const exitNow = (code: number): never => {
  try {
    process.execve?.(process.execPath, [process.execPath, '-e', `process.exitCode = ${code}`], {})
  } catch {
    // Where that cannot be done, waiting is what is left.
  }
  process.exit(code)
}
