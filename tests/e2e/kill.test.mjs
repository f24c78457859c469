// The process is killed amid writes, twenty times; every acknowledged referral is there and the audit verifies.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { clientOf, get, refer } from './client.mjs'
import { folder, postgres, run, serve } from './support.mjs'

const KILLS = 20
const WRITERS = 4

async function killed(child) {
  const gone = new Promise((resolve) => { child.removeAllListeners('close'); child.on('close', resolve) })
  child.kill('SIGKILL')
  await gone
}

async function survives(database) {
  const made = await run(['demo', ...database])
  assert.equal(made.code, 0, made.err)
  const acknowledged = []
  let begun = 0
  for (let round = 0; round < KILLS; round += 1) {
    const server = await serve(database)
    let over = false
    const write = async () => {
      const client = await clientOf(server, 'Dr Anil Ferreira')
      while (!over) {
        const given = `Round${round}Number${begun}`
        begun += 1
        acknowledged.push({ given, receipt: await refer(client, given) })
      }
    }
    // What is cut off throws, and is not acknowledged.
    const writers = Array.from({ length: WRITERS }, () => write().catch(() => {}))
    await new Promise((resolve) => setTimeout(resolve, 250 + (round * 37) % 300))
    over = true
    await killed(server.child)
    await Promise.all(writers)
  }
  assert.ok(acknowledged.length > KILLS, `only ${acknowledged.length} were acknowledged`)
  const server = await serve(database)
  try {
    const client = await clientOf(server, 'Dr Anil Ferreira')
    for (const { given, receipt } of acknowledged) {
      const page = await get(client, receipt)
      assert.ok(page.status === 200 && page.text.includes(given), `${given} was acknowledged and is gone`)
    }
  } finally {
    await server.stop()
  }
  const check = await run(['check', ...database])
  assert.equal(check.code, 0, check.out + check.err)
  console.error(`${KILLS} kills, ${acknowledged.length} of ${begun} referrals acknowledged, none lost`)
}

test('kill -9 amid writes loses nothing on SQLite', async () => {
  const data = folder()
  try { await survives(['--data', data.path]) } finally { data.remove() }
})

test('kill -9 amid writes loses nothing on PostgreSQL', async (t) => {
  const url = await postgres()
  if (!url) return t.skip('LEFT OUT: PostgreSQL')
  const data = folder()
  try { await survives(['--data', data.path, '--database', url]) } finally { data.remove() }
})
