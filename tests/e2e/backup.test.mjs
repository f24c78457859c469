// The drill: a backup taken while the server runs, restored on both engines, and moved to a server and back.

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { browser, folder, neighbourhood, open, postgres, run, serve, signInAs } from './support.mjs'

async function fine(...args) {
  const done = await run(args)
  assert.equal(done.code, 0, done.err)
  return done.out
}

async function refused(pattern, ...args) {
  const done = await run(args)
  assert.equal(done.code, 1, done.out)
  assert.match(done.err, pattern)
  assert.equal(done.err.trim().split('\n').length, 1, 'one line')
}

/** Somebody can sign in to a restored place, finds Peggy, the page of messages, and a directory that says so. */
async function peggyIsThere(database, directory = /23 services that could fit, 2 do not fit now/) {
  const server = await serve(database)
  const engine = await browser()
  try {
    const page = await open(engine, server)
    await signInAs(page, /Maya Okonkwo/)
    await page.getByRole('link', { name: 'Everyone' }).click()
    await page.getByRole('link', { name: 'Peggy Alderthwaite' }).first().click()
    assert.match(await page.textContent('main'), /Lively dog.*Sing with other people.*Tannery Choir/s)
    await page.getByRole('link', { name: 'Messages' }).click()
    await page.getByRole('heading', { level: 1, name: 'Messages' }).waitFor()
    await page.getByRole('link', { name: 'Directory' }).click()
    assert.match(await page.textContent('main'), directory)
  } finally {
    await engine.close()
    await server.stop()
  }
}

test('a backup of a running server is restored, and the copy verifies', async () => {
  const server = await neighbourhood()
  const box = folder()
  const file = join(box.path, 'monday.fingerpost')
  try {
    const made = await fine('backup', file, '--data', server.data.path)
    const rows = Number(made.match(/^(\d+) rows/)[1])
    assert.ok(rows > 3_000, made)
    assert.equal(statSync(file).mode & 0o777, 0o600, 'nobody else may read it')
    await refused(/never writes over another/, 'backup', file, '--data', server.data.path)
    await refused(/in use: restore into an empty/, 'restore', file, '--data', server.data.path)

    const there = join(box.path, 'restored')
    assert.match(await fine('restore', file, '--data', there), new RegExp(`^${rows} rows are back`))
    assert.match(await fine('check', '--data', there), /Everything verifies/)
    await refused(/in use: restore into an empty/, 'restore', file, '--data', there)
    await peggyIsThere(['--data', there])
    assert.match(await fine('check', '--data', server.data.path), /Everything verifies/)

    const garbage = join(box.path, 'garbage')
    writeFileSync(garbage, 'this is no database, whatever its name says '.repeat(100))
    await refused(/not a backup of Fingerpost/, 'restore', garbage, '--data', join(box.path, 'a'))
    const cut = join(box.path, 'cut')
    writeFileSync(cut, execFileSync('head', ['-c', '40000', file], { maxBuffer: 1e8 }))
    assert.equal((await run(['restore', cut, '--data', join(box.path, 'b')])).code, 1, 'a backup that was cut short is refused')
    await refused(/cannot be read/, 'restore', join(box.path, 'nowhere'), '--data', join(box.path, 'c'))
    const newer = join(box.path, 'newer')
    copyFileSync(file, newer)
    execFileSync('python3', ['-c', `import sqlite3; c = sqlite3.connect(${JSON.stringify(newer)}); c.execute("INSERT INTO schema_step VALUES (999, 0)"); c.commit()`])
    await refused(/schema version 999.*start the newer program/, 'restore', newer, '--data', join(box.path, 'd'))

    const url = await postgres()
    if (url) {
      assert.match(await fine('restore', file, '--database', url), new RegExp(`^${rows} rows are back`))
      assert.match(await fine('check', '--database', url), /Everything verifies/)
      await peggyIsThere(['--database', url])
    }
  } finally {
    await server.stop()
    box.remove()
  }
})

test('an installation moves to a server and back with nothing lost', async () => {
  const url = await postgres()
  if (!url) return
  const data = folder()
  const back = folder()
  try {
    await fine('demo', '--data', data.path)
    const moved = await fine('copy-to', url, '--data', data.path)
    const rows = moved.match(/^(\d+) rows/)[1]
    await refused(/the target is in use/, 'copy-to', url, '--data', data.path)
    const returned = await fine('copy-to', join(back.path, 'again'), '--database', url)
    assert.equal(Number(returned.match(/^(\d+) rows/)[1]), Number(rows) + 1, 'one row more: that it was copied out again')
    assert.equal(returned.match(/head (\S+)\./)[1], moved.match(/head (\S+)\./)[1], 'the same audit')
    await refused(/no database in this folder/, 'backup', join(back.path, 'x'), '--data', join(back.path, 'nothing'))
  } finally {
    data.remove()
    back.remove()
  }
})

/** Backups that programs of before really made, one for each schema that was kept. */
const OLDER = fileURLToPath(new URL('../upgrades', import.meta.url))

for (const kept of readdirSync(OLDER).filter((name) => name.endsWith('.gz'))) {
  test(`the backup of an older program comes back, and its database is upgraded where it stands: ${kept}`, async () => {
    const box = folder()
    const file = join(box.path, 'old.fingerpost')
    writeFileSync(file, gunzipSync(readFileSync(join(OLDER, kept))), { mode: 0o600 })
    const standing = join(box.path, 'standing')
    mkdirSync(standing)
    copyFileSync(file, join(standing, 'fingerpost.sqlite'))
    const url = await postgres()
    const restored = [['--data', join(box.path, 'restored')], ...(url ? [['--database', url]] : [])]
    try {
      for (const database of restored) assert.match(await fine('restore', file, ...database), /^\d{4} rows are back/)
      for (const database of [...restored, ['--data', standing]]) {
        await fine('migrate', ...database)
        assert.match(await fine('check', ...database), /Everything verifies/)
        await peggyIsThere(database, /Tannery Choir/)
      }
    } finally {
      box.remove()
    }
  })
}
