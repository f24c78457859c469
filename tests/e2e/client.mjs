// A browser without a screen, for tests that send many forms.

import { run } from './support.mjs'

/** Somebody invented, signed in; forms are posted with their token as a page would. */
export async function clientOf(server, name) {
  const client = { cookie: '', csrf: '', address: server.address }
  const page = await get(client, '/sign-in')
  const user = [...page.text.matchAll(/name="user" value="([^"]+)">.*?<strong>([^<]+)</gs)].find((found) => found[2] === name)?.[1]
  if (!user) throw new Error(`nobody is called ${name}`)
  await post(client, '/sign-in/invented', { user })
  return client
}

const PASSWORD = 'three words to remember'

/** Somebody with an account, signed in through a fresh link and a password: the way of a real installation. */
export async function signInAs(server, database, email) {
  const made = await run(['user', 'reset', email, ...database])
  if (made.code !== 0) throw new Error(made.err)
  const client = { cookie: '', csrf: '', address: server.address }
  const link = made.out.match(/\/l\/[0-9a-f]+/)[0]
  await get(client, link)
  await post(client, link, { password: PASSWORD })
  await get(client, '/sign-in')
  const entered = await post(client, '/sign-in', { email, password: PASSWORD })
  if (entered.status !== 303) throw new Error(`${email}: ${entered.status}`)
  return client
}

async function request(client, path, options) {
  const response = await fetch(client.address + path, {
    redirect: 'manual', ...options, headers: { cookie: client.cookie, ...options.headers },
  })
  const set = response.headers.get('set-cookie')
  if (set) client.cookie = set.split(';')[0]
  const text = await response.text()
  client.csrf = text.match(/name="csrf" value="([^"]+)"/)?.[1] ?? client.csrf
  return { status: response.status, location: response.headers.get('location'), text }
}

export const get = (client, path) => request(client, path, {})

export const post = (client, path, fields) => request(client, path, {
  method: 'POST',
  headers: { 'content-type': 'application/x-www-form-urlencoded' },
  body: new URLSearchParams({ ...fields, csrf: client.csrf }).toString(),
})

/** Refers somebody; gives the address of the receipt once the server has acknowledged it. */
export async function refer(client, given, org = 'Z90001') {
  const page = await get(client, `/o/${org}/refer`)
  const key = page.text.match(/name="key" value="([^"]+)"/)[1]
  const person = { key, given, family: 'Evergreen', born_day: '4', born_month: '6', born_year: '1950', phone: '01632 960 155' }
  const draft = await post(client, `/o/${org}/refer`, person)
  if (draft.status !== 303) throw new Error(`${draft.status}: ${draft.text}`)
  const sent = await post(client, draft.location, { needs: 'company', reach: 'phone', risk: 'none_known', agreement: 'agreed' })
  if (sent.status !== 303) throw new Error(`${sent.status}: ${sent.text}`)
  return sent.location.split('?')[0]
}
