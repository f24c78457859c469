// A server of the release binary, timed from its start; its memory, and its log from a point on.

import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'

export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

/** The value below which a share `q` of a sorted list lies. */
export const quantile = (sorted, q) => sorted[Math.min(sorted.length - 1, Math.ceil(q * sorted.length) - 1)]

export const sorted = (numbers) => [...numbers].sort((a, b) => a - b)

/** p50, p95, p99 and the slowest of a list of milliseconds. */
export function spread(numbers) {
  const all = sorted(numbers)
  const round = (n) => Math.round(n * 100) / 100
  return { p50: round(quantile(all, 0.5)), p95: round(quantile(all, 0.95)), p99: round(quantile(all, 0.99)), max: round(all.at(-1)) }
}

/** Serves a database. `log` is what it writes of each answer; a server without it is not slowed by its log. */
export function start(database, log = 'info') {
  const begun = process.hrtime.bigint()
  const child = spawn(process.env.E2E_BINARY, ['serve', ...database, '--listen', '127.0.0.1:0'], {
    env: { ...process.env, FINGERPOST_LOG: log, FINGERPOST_LOG_FORMAT: 'json' }, stdio: ['ignore', 'pipe', 'pipe'],
  })
  const lines = []
  let rest = ''
  child.stderr.on('data', (data) => {
    const parts = (rest + data).split('\n')
    rest = parts.pop()
    lines.push(...parts)
  })
  const stop = (signal = 'SIGTERM') => new Promise((resolve) => {
    child.removeAllListeners('close')
    child.on('close', resolve)
    child.kill(signal)
  })
  return new Promise((resolve, reject) => {
    child.on('close', () => reject(new Error(lines.join('\n'))))
    child.stdout.on('data', async (data) => {
      const address = String(data).match(/Fingerpost is at (\S+)/)?.[1]
      if (!address) return
      await (await fetch(`${address}/sign-in`)).text()
      const firstAnswerMs = Math.round(Number(process.hrtime.bigint() - begun) / 1e6)
      const resident = () => Number(readFileSync(`/proc/${child.pid}/status`, 'utf8').match(/VmRSS:\s+(\d+)/)[1]) / 1024
      resolve({ address, child, stop, firstAnswerMs, resident, lines })
    })
  })
}
