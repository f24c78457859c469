// HTTPS with certificate files: served, read again when told, and refused in one line when they do not fit.

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { copyFileSync } from 'node:fs'
import { request } from 'node:https'
import { join } from 'node:path'
import { test } from 'node:test'
import { folder, run, serve } from './support.mjs'

/** A certificate for this machine under a name of its own. */
function certificate(place, name) {
  const [chain, key] = [join(place, `${name}.pem`), join(place, `${name}.key`)]
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2',
    '-subj', `/CN=${name}`, '-keyout', key, '-out', chain], { stdio: 'ignore' })
  return { chain, key }
}

/** An answer over HTTPS with the name of the certificate; our own certificates are known to nobody. */
function get(address, path) {
  return new Promise((resolve, reject) => {
    const asked = request(`${address}${path}`, { rejectUnauthorized: false, agent: false }, (answer) => {
      const name = answer.socket.getPeerCertificate().subject.CN
      answer.resume()
      answer.on('end', () => resolve({ status: answer.statusCode, name, headers: answer.headers }))
    })
    asked.on('error', reject)
    asked.end()
  })
}

test('certificate files are served, read again when told, and a bad one leaves the old in force', async () => {
  const data = folder()
  const [first, second] = ['first.example', 'second.example'].map((name) => certificate(data.path, name))
  const [chain, key] = ['chain.pem', 'key.pem'].map((name) => join(data.path, name))
  const put = (from) => { copyFileSync(from.chain, chain); copyFileSync(from.key, key) }
  put(first)
  const server = await serve(['--data', join(data.path, 'db'), '--certificate', chain, '--certificate-key', key])
  try {
    assert.match(server.address, /^https:/)
    const answer = await get(server.address, '/sign-in')
    assert.equal(answer.status, 200)
    assert.equal(answer.name, 'first.example')
    assert.match(answer.headers['strict-transport-security'], /max-age/)
    assert.match(String(answer.headers['set-cookie']), /Secure/)
    const told = async (name) => {
      server.child.kill('SIGHUP')
      for (let turn = 0; turn < 40; turn += 1) {
        if ((await get(server.address, '/healthz')).name === name) return
        await new Promise((resolve) => setTimeout(resolve, 50))
      }
      assert.fail(`${name} was not read`)
    }
    put(second)
    await told('second.example')
    copyFileSync(first.key, key)
    server.child.kill('SIGHUP')
    for (let turn = 0; turn < 40 && !server.log().includes('cannot be read'); turn += 1) {
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    assert.match(server.log(), /the certificate cannot be read/)
    assert.equal((await get(server.address, '/healthz')).name, 'second.example')
  } finally {
    await server.stop()
    data.remove()
  }
})

test('files that are no certificate are refused in one line', async () => {
  const data = folder()
  try {
    const one = certificate(data.path, 'one.example')
    const database = ['--data', join(data.path, 'db')]
    const refused = async (args, said, code = 1) => {
      const done = await run(['serve', '--listen', '0.0.0.0:0', ...database, ...args])
      assert.equal(done.code, code, done.out + done.err)
      assert.match(done.err, said)
    }
    await refused(['--certificate', one.chain], /--certificate-key/, 2)
    await refused(['--certificate', one.key, '--certificate-key', one.key], /cannot be used as a certificate/)
    await refused(['--certificate', '/nowhere.pem', '--certificate-key', one.key], /cannot be used as a certificate/)
    await refused(['--certificate', one.chain, '--certificate-key', one.key, '--behind-proxy'], /cannot be used with/, 2)
    await refused([], /--certificate/)
  } finally { data.remove() }
})
