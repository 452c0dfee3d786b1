// Loaded into the product before its own code, by `node --import`: on SIGUSR2 it does what a mistake would do.
// What kind of mistake says FAULT; the message carries FAULT_SAYS, which must not be found anywhere.

const { FAULT = '', FAULT_SAYS = '' } = process.env

const mistake = (): Error => new TypeError(`a mistake: ${FAULT_SAYS}`)

process.on('SIGUSR2', () => {
  if (FAULT === 'throw') setTimeout(() => void raise(), 1)
  else if (FAULT === 'reject') void Promise.reject(mistake())
  else if (FAULT === 'print') for (let line = 0; line < 50; line += 1) console.log(`line ${line}`)
})

const raise = (): never => {
  throw mistake()
}
