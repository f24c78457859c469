// How fast referrals are stored: at a steady 50 a second whatever the answers take, then as many as go.
//
// A referral is two forms, the person and the request, each answered once it is on the disk. The latency is that of both, from the
// moment at which the referral was due. After the second part the server is killed with SIGKILL in the middle of its work, started
// again, and every referral that it had acknowledged is opened.

import { randomBytes } from 'node:crypto'
import net from 'node:net'
import { get, signInAs } from '../../tests/e2e/client.mjs'
import { pause, spread, start } from './server.mjs'

const LETTERS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

/** A form's key as a page would have minted it: 26 letters that sort by time. */
function key() {
  let time = Date.now()
  const head = []
  for (let at = 0; at < 10; at += 1) { head.unshift(LETTERS[time % 32]); time = Math.floor(time / 32) }
  return head.join('') + [...randomBytes(16)].map((byte) => LETTERS[byte % 32]).join('')
}

const idle = []

/**
 * A connection kept open. It reads just enough of an answer: the client shares its cores with the server that it measures, and what
 * node's own client costs would be counted against the server.
 */
function connection(address) {
  const { hostname, port } = new URL(address)
  const socket = net.connect({ host: hostname, port, noDelay: true })
  const line = { address, socket, waiting: undefined }
  let read = ''
  socket.setEncoding('latin1')
  socket.on('data', (data) => {
    read += data
    const head = read.indexOf('\r\n\r\n')
    if (head < 0) return
    const length = Number(read.slice(0, head).match(/\r\ncontent-length: (\d+)/i)?.[1] ?? 0)
    if (read.length < head + 4 + length) return
    const answer = { status: Number(read.slice(9, 12)), location: read.slice(0, head).match(/\r\nlocation: (\S+)/i)?.[1] }
    read = ''
    const { resolve } = line.waiting
    line.waiting = undefined
    idle.push(line)
    resolve(answer)
  })
  const gone = (error) => {
    if (idle.includes(line)) idle.splice(idle.indexOf(line), 1)
    line.waiting?.reject(error ?? new Error('the connection was closed'))
    line.waiting = undefined
  }
  socket.on('error', gone)
  socket.on('close', () => gone())
  return line
}

function send(client, method, path, fields) {
  const body = fields ? new URLSearchParams({ ...fields, csrf: client.csrf }).toString() : ''
  const at = idle.findLastIndex((line) => line.address === client.address)
  const [line] = at < 0 ? [connection(client.address)] : idle.splice(at, 1)
  return new Promise((resolve, reject) => {
    line.waiting = { resolve, reject }
    line.socket.write(`${method} ${path} HTTP/1.1\r\nhost: ${new URL(client.address).host}\r\ncookie: ${client.cookie}\r\n`
      + `content-type: application/x-www-form-urlencoded\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`)
  })
}

/** Sends somebody; gives the address of the receipt. */
async function refer(client) {
  const person = { key: key(), given: 'Ida', family: `Evergreen ${randomBytes(3).toString('hex').replace(/[0-9]/g, 'x')}`, born_day: '4', born_month: '6', born_year: '1950', phone: '01632 960 155' }
  const draft = await send(client, 'POST', `${client.org}/refer`, person)
  if (draft.status !== 303) throw new Error(`the person was answered with ${draft.status}`)
  const sent = await send(client, 'POST', draft.location, { needs: 'company', reach: 'phone', risk: 'none_known', agreement: 'agreed' })
  if (sent.status !== 303) throw new Error(`the request was answered with ${sent.status}`)
  return sent.location.split('?')[0]
}

async function steady(clients, seconds, perSecond) {
  const late = []
  const under = []
  const begun = Date.now()
  for (let at = 0; at < seconds * perSecond; at += 1) {
    const due = begun + (at * 1000) / perSecond
    if (due > Date.now()) await pause(due - Date.now())
    const from = performance.now() - Math.max(0, Date.now() - due)
    under.push(refer(clients[at % clients.length]).then(() => late.push(performance.now() - from)))
  }
  await Promise.all(under)
  return { seconds, perSecond, referrals: late.length, ms: spread(late) }
}

async function asManyAsGo(server, clients, seconds, atOnce) {
  const receipts = []
  const begun = performance.now()
  const end = begun + seconds * 1000
  let killed = 0
  const work = async (client) => {
    while (!killed) {
      try { receipts.push([client, await refer(client)]) } catch (error) { if (!killed) throw error }
    }
  }
  const all = Promise.all(Array.from({ length: atOnce }, (_, at) => work(clients[at % clients.length])))
  while (performance.now() < end) await pause(10)
  const inTime = receipts.length
  const lasted = (performance.now() - begun) / 1000
  killed = 1
  await server.stop('SIGKILL')
  await all
  return { inTime, perSecond: Math.round(inTime / lasted), receipts }
}

/** Measures both, on a database that is filled. */
export async function referrals(engine, database, { seconds, practices }) {
  // The log is off: it is not part of storing a referral, and its reader would take a core.
  const server = await start(database, 'error')
  const clients = []
  for (const practice of practices) {
    const client = await signInAs(server, database, `gp.${practice.toLowerCase()}@region.example`)
    client.org = `/o/${practice}`
    // Posted forms carry the token of the session, which every page gives.
    await get(client, `${client.org}/refer`)
    clients.push(client)
  }
  const openLoop = await steady(clients, seconds, 50)
  const { inTime, perSecond, receipts } = await asManyAsGo(server, clients, seconds, 32)
  const again = await start(database, 'error')
  let lost = 0
  const left = [...receipts]
  await Promise.all(Array.from({ length: 16 }, async () => {
    for (let next = left.pop(); next; next = left.pop()) {
      const answer = await send({ ...next[0], address: again.address }, 'GET', next[1])
      if (answer.status !== 200) lost += 1
    }
  }))
  for (const line of [...idle]) line.socket.destroy()
  await again.stop()
  return { engine, openLoop, saturation: { seconds, clients: 32, acknowledged: receipts.length, acknowledgedInTime: inTime, perSecond, lostAfterKill: lost } }
}
