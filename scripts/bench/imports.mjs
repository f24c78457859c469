// How long real files take to be read: the whole process, into an empty database, several times.

import { existsSync } from 'node:fs'
import { folder, run } from '../../tests/e2e/support.mjs'
import { sorted } from './server.mjs'
import { joined } from './twins.mjs'

const FILES = [
  ['practices', ['import', 'practices', 'uk_ods/gp_practices_active_2025-11.csv'], 5],
  ['directory', ['import', 'directory', 'hsds_us_miami211', '--source', 'miami'], 10],
]

/** Times the imports of the real data in `data`, where they are there. `database` gives an empty one and how to be rid of it. */
export async function imports(engine, data, database, times = 3) {
  const out = {}
  for (const [name, [command, what, path, ...rest], bound] of FILES) {
    const whole = `${data}/${path}`
    if (!existsSync(whole)) { out[name] = 'left out: the file is not here'; continue }
    const seconds = []
    for (let time = 0; time < times; time += 1) {
      const into = await database()
      await run(['migrate', ...into.options])
      const begun = performance.now()
      const done = await run([command, what, whole, ...rest, ...into.options])
      if (done.code !== 0) throw new Error(done.err)
      seconds.push(Math.round(performance.now() - begun) / 1000)
      into.remove()
    }
    out[name] = { bound, seconds: sorted(seconds) }
  }
  // 100,000 services of two directories, a fifth of all in both.
  out.joined = await joined(database, times)
  return { engine, ...out }
}

export const emptyFolder = async () => {
  const data = folder()
  return { options: ['--data', data.path], remove: data.remove }
}
