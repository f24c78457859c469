// Somebody who is here twice becomes one and two again, and a referral that is about somebody else is taken out.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { accessible, browser, neighbourhood, open, picture, signInAs, valid } from './support.mjs'

let server, engine
before(async () => { server = await neighbourhood(); engine = await browser() })
after(async () => { await engine?.close(); await server?.stop() })

const main = (page) => page.textContent('main')

for (const how of [{ width: 1280, javaScriptEnabled: true }, { width: 320, javaScriptEnabled: false }]) {
  const { width, javaScriptEnabled } = how
  const at = `at ${width} px ${javaScriptEnabled ? 'with' : 'without'} JavaScript`
  const check = (page, where) => accessible(page, where, { javaScriptEnabled })
  const name = `Wilhelmina Ashgrove-Featherstonehaugh ${width}`

  test(`two records are put together, taken apart, and a referral is taken out, ${at}`, async () => {
    const anil = await open(engine, server, how)
    await signInAs(anil, /Dr Anil Ferreira/)
    const send = async (phone, address, risk) => {
      await anil.goto(server.address + '/o/Z90001/refer')
      await anil.getByLabel('First name').fill('Wilhelmina'); await anil.getByLabel('Family name').fill(`Ashgrove-Featherstonehaugh ${width}`)
      for (const [label, text] of [['Day', '4'], ['Month', '6'], ['Year', width === 1280 ? '1951' : '1962']]) await anil.getByLabel(label, { exact: true }).fill(text)
      await anil.getByLabel('Phone', { exact: true }).fill(phone)
      if (address) { await anil.getByLabel('Address (optional)').fill(address) }
      await anil.getByRole('button', { name: 'Continue' }).click()
      await anil.getByLabel('Company, feeling lonely').check()
      await anil.getByLabel(new RegExp(`Phone ${phone}`)).check()
      if (risk) { await anil.getByLabel('Yes, I will say what').check(); await anil.getByLabel(/what should the visitor know/).fill(risk) } else await anil.getByLabel('None known to me').check()
      await anil.getByLabel(/Yes, and to sharing this page/).check()
      await anil.getByRole('button', { name: /^Send to/ }).click()
      return (await main(anil)).match(/Reference (FP \w{4} \w{2})/)[1]
    }
    const josephine = await open(engine, server, how)
    await signInAs(josephine, /Josephine Carr/)
    const accept = async (who) => {
      await josephine.getByRole('link', { name: /^Referrals/ }).first().click()
      await josephine.getByRole('link', { name }).first().click()
      if (who) await josephine.getByRole('group', { name: 'Is this somebody we know?' }).getByRole('radio', { name: who }).first().check()
      await josephine.getByLabel('Maya Okonkwo').check()
      await josephine.getByRole('button', { name: 'Accept' }).click()
    }
    await send('01632 960 111', '', '')
    await accept(null)
    await send('01632 960 222', '3 Mill Lane', 'A lively dog')
    await accept('Somebody new')

    // The second case is opened; who may be the same stands there.
    await josephine.getByRole('link', { name: /^Caseload/ }).first().click()
    await josephine.getByLabel('Find somebody').fill(name)
    await josephine.getByRole('button', { name: 'Find' }).click()
    await josephine.getByRole('link', { name: new RegExp(`Featherstonehaugh ${width}`) }).first().click()
    const first = josephine.url()
    await josephine.getByRole('link', { name: 'Here twice?' }).click(); await check(josephine, 'likenesses'); await picture(josephine, `likenesses-${width}`)
    assert.match(await main(josephine), /Who may be the same person.*Same name and date of birth/s)
    await josephine.getByLabel('Written differently there?').fill('FP 0000 00')
    await josephine.getByRole('button', { name: 'Find it' }).click(); await check(josephine, 'no such reference')
    assert.match(await main(josephine), /No case of your scheme came of a referral with this reference/)
    await josephine.getByRole('link', { name: /^Compare the two/ }).click(); const comparison = josephine.url(); await check(josephine, 'compared'); await picture(josephine, `compared-${width}`)
    assert.match(await main(josephine), /A lively dog.*What stands afterwards.*A lively dog.*Both have an open case/s)
    await josephine.getByRole('button', { name: 'Put the two records together' }).click(); await check(josephine, 'why is asked')
    assert.match(await main(josephine), /Say how you know it/)
    await josephine.getByLabel('How do you know that they are one person?').fill('She says so herself')
    await josephine.getByRole('button', { name: 'Put the two records together' }).click(); await check(josephine, 'joined'); await picture(josephine, `joined-records-${width}`)
    assert.match(await main(josephine), /The two records are one now.*Records that were put together.*She says so herself/s)
    await josephine.goto(comparison); await check(josephine, 'one record already')
    assert.match(await main(josephine), /cannot be put together as they stand.*This is one record already/s)
    await josephine.goto(first); await check(josephine, 'case of two records'); await picture(josephine, `case-joined-${width}`)
    assert.match(await main(josephine), /Put together from two records.*A lively dog/s)

    // Two people after all.
    await josephine.getByRole('link', { name: 'Here twice?' }).click()
    await josephine.getByText('Take them apart: they are two people').first().click()
    await josephine.getByRole('button', { name: 'Take them apart' }).click(); await check(josephine, 'apart')
    assert.match(await main(josephine), /They are two again.*Taken apart/s)

    // A third referral is taken for the first one's, and is not.
    const reference = await send('01632 960 333', '9 Weir Road', '')
    await accept(name)
    const [, one, other] = comparison.match(/cases\/(\w+)\/likenesses\/(\w+)/)
    await josephine.goto(comparison.replace(/\/\w+$/, ''))
    if (!(await main(josephine)).includes(reference)) await josephine.goto(comparison.replace(one, other).replace(/\/\w+$/, ''))
    await josephine.getByText(`This one is about somebody else: ${reference}`).click(); await picture(josephine, `take-out-${width}`)
    await josephine.getByRole('button', { name: 'Take it out' }).filter({ visible: true }).click(); await check(josephine, 'taken out')
    assert.match(await main(josephine), /Taken out\. The referral waits again/)
    await josephine.getByRole('link', { name: /^Referrals/ }).first().click()
    assert.match(await main(josephine), new RegExp(name))

    // Nobody but a supervisor is offered it, or finds it.
    const maya = await open(engine, server, how)
    await signInAs(maya, /Maya Okonkwo/)
    await maya.goto(first)
    assert.equal(await maya.getByRole('link', { name: 'Here twice?' }).count(), 0)
    assert.equal((await maya.goto(first + '/likenesses')).status(), 404)
    assert.ok(await valid([josephine]) > 5)
  })
}
