/** Starts to measure how long the processor works for this process, in milliseconds: a busy machine does not change that much. */
export const processorTime = (): (() => number) => {
  const before = process.cpuUsage()
  return () => {
    const { system, user } = process.cpuUsage(before)
    return (system + user) / 1000
  }
}
