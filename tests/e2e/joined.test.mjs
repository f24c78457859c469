// One service in several directories: joined, looked over, judged and taken apart by a steward; what anybody then reads of it.

import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { accessible, browser, folder, open, picture, run, serve, signInAs, valid } from './support.mjs'

const LEISURE = '/o/wexley-vale-social-prescribing'
let data, server, engine

/** What a third directory says: for each width one entry of which a steward has to say, and one of another name. */
const third = (width, phone, sure) => [
  { id: `a${width}`, name: `Sitting down to move ${width}`, description: 'Gentle stretches.', status: 'active', phones: [{ id: 'p', number: phone }] },
  { id: `b${width}`, name: `Somewhere else ${width}`, description: 'A long name of no group that is known, for the parish of nowhere in particular.', status: 'active' },
  ...sure,
]

before(async () => {
  data = folder()
  assert.equal((await run(['demo', '--data', data.path])).code, 0)
  const file = join(data.path, 'third.json')
  const sure = [{ id: 'c', name: 'Food pantry (Wexley)', description: "A week's shopping for a small fee.", status: 'active', phones: [{ id: 'p', number: '01632 960316' }], url: 'https://pantry.example' }]
  writeFileSync(file, JSON.stringify([...third(1280, '01632 960319', sure), ...third(320, '01632 960323', [])]))
  const brought = await run(['import', 'directory', file, '--source', 'Parish list', '--data', data.path])
  assert.equal(brought.code, 0, brought.err)
  assert.match(brought.out, /5 entries compared with those of other sources: 1 are one service with another and stand as one with it, 2 pairs wait/)
  server = await serve(['--data', data.path])
  engine = await browser()
})
after(async () => { await engine?.close(); await server?.stop(); data?.remove() })

for (const how of [{ width: 1280, javaScriptEnabled: true }, { width: 320, javaScriptEnabled: false }]) {
  const { width, javaScriptEnabled } = how
  test(`one service of two directories at ${width} px ${javaScriptEnabled ? 'with' : 'without'} JavaScript`, async () => {
    const check = (page, where) => accessible(page, where, { javaScriptEnabled })
    const anyone = await open(engine, server, how)
    await anyone.goto(`${server.address}/directory?q=home+repair+hands`)
    const found = await anyone.textContent('main')
    assert.match(found, /Home Repair Hands/)
    assert.doesNotMatch(found, /Home Repair Hands for over 60s/, 'it stands there once')
    assert.match(found, /From Wexley Vale directory and Vale Voluntary Action/)
    await anyone.getByRole('link', { name: 'Home Repair Hands', exact: true }).click()
    await anyone.getByText('Where each part comes from').click()
    await check(anyone, 'a service of two directories'); await picture(anyone, `joined-service-${width}`)
    assert.match(await anyone.textContent('main'), /How to join\s*Vale Voluntary Action, confirmed 2 October 2026/)
    assert.match(await anyone.textContent('main'), /When\s*Wexley Vale directory, confirmed 12 July 2026/)

    const anwen = await open(engine, server, how)
    await signInAs(anwen, /Anwen Rees/); await check(anwen, 'to mend')
    await anwen.getByRole('link', { name: 'One service or two?' }).click(); await check(anwen, 'one or two'); await picture(anwen, `same-${width}`)
    const page = await anwen.textContent('main')
    assert.match(page, new RegExp(`${width === 1280 ? 'Chair Yoga' : 'Worry Less'}, and Sitting down to move ${width}`))
    assert.match(page, /Joined by comparison, lately.*with Home Repair Hands for over 60s/s)

    // Two of them are one: the entry says so, and can be taken apart.
    const name = width === 1280 ? 'Chair Yoga' : 'Worry Less'
    const card = anwen.getByRole('region', { name: `${name}, and Sitting down to move ${width}` })
    await card.getByRole('button', { name: 'It is one service' }).click(); await check(anwen, 'one'); await picture(anwen, `same-said-${width}`)
    assert.match(await anwen.textContent('main'), /They stand as one entry now/)
    await anwen.getByRole('link', { name, exact: true }).first().click(); await check(anwen, 'an entry of two'); await picture(anwen, `joined-steward-${width}`)
    assert.match(await anwen.textContent('main'), new RegExp(`It stands for these too.*Sitting down to move ${width}.*From Parish list. Joined by a steward`, 's'))
    await anyone.goto(`${server.address}/directory?q=${encodeURIComponent(`sitting down to move ${width}`)}`)
    assert.match(await anyone.textContent('main'), new RegExp(name), 'it is found by its other name')
    await anwen.getByRole('button', { name: `Take it apart: Sitting down to move ${width}` }).click(); await check(anwen, 'two again')
    assert.match(await anwen.textContent('main'), /They are two entries again/)

    // A steward knows of two that no comparison would find.
    await anwen.getByLabel('The name of the other entry').fill('Nobody has this name')
    await anwen.getByRole('button', { name: 'Find' }).click(); await check(anwen, 'listed twice, nothing')
    assert.match(await anwen.textContent('main'), /No other entry is called that/)
    await anwen.getByLabel('The name of the other entry').fill(`Somewhere else ${width}`)
    await anwen.getByRole('button', { name: 'Find' }).click(); await check(anwen, 'listed twice'); await picture(anwen, `listed-twice-${width}`)
    await anwen.getByRole('button', { name: `It is the same service: Somewhere else ${width}` }).click(); await check(anwen, 'joined by hand')
    assert.match(await anwen.textContent('main'), new RegExp(`They stand as one entry now.*Somewhere else ${width}`, 's'))

    // Where they are two, nobody is asked again; a form of somebody else's making changes nothing.
    await anwen.goto(`${server.address}${LEISURE}/steward/same`)
    const debt = anwen.getByRole('region', { name: 'Debt and Benefits Desk, and Money help, Thursday mornings' })
    if (width === 320) {
      await debt.getByRole('button', { name: 'They are two' }).click(); await check(anwen, 'two'); await picture(anwen, `same-empty-${width}`)
      assert.match(await anwen.textContent('main'), /They stay two. Nobody is asked again/)
      assert.equal(await debt.count(), 0)
    } else {
      assert.equal(await debt.count(), 1)
    }
    assert.equal((await anwen.goto(`${server.address}${LEISURE}/steward/01ARZ3NDEKTSV4RRFFQ69G5FAV`)).status(), 404)
    const maya = await open(engine, server, how)
    await signInAs(maya, /Maya Okonkwo/)
    assert.equal((await maya.goto(`${server.address}${LEISURE}/steward/same`)).status(), 404, 'no link worker joins entries')
    assert.ok(await valid([anyone, anwen]) > 8)
    for (const each of [anyone, anwen, maya]) await each.context().close()
  })
}

test('what a source keeps to itself is not given on, and what another says of the same service is', async () => {
  const all = await (await fetch(`${server.address}/oruk/services?search=home+repair+hands&per_page=50`)).json()
  const repair = all.contents.find((each) => each.name === 'Home Repair Hands')
  assert.ok(repair, 'the leading source lets it be given on')
  assert.equal(repair.url, undefined, 'the other did not')
  assert.ok(!all.contents.some((each) => each.name.includes('over 60s')))
})
