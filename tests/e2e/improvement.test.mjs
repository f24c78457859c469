// A practice raises its referrals: a project from nothing to its third count, two surveys of the staff, the evidence on paper.

import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { accessible, browser, fileBehind, folder, neighbourhood, open, picture, run, signInAs, valid } from './support.mjs'

let server
let engine
before(async () => { server = await neighbourhood(); engine = await browser() })
after(async () => { await engine?.close(); await server?.stop() })

/** The first of a month so many months from now, as it is typed. */
function month(from) {
  const today = new Date()
  const at = new Date(Date.UTC(today.getFullYear(), today.getMonth() + from, 1))
  return { Month: String(at.getUTCMonth() + 1), Year: String(at.getUTCFullYear()), day: at }
}

/** Ends a survey: its last day was yesterday. */
async function end(page) {
  const yesterday = new Date(Date.now() - 86_400_000)
  await fill(page, { Day: String(yesterday.getDate()), Month: String(yesterday.getMonth() + 1), Year: String(yesterday.getFullYear()) })
  await page.getByRole('button', { name: 'Save' }).click()
}

const fill = async (scope, fields) => {
  for (const [label, text] of Object.entries(fields)) await scope.getByLabel(label, { exact: true }).first().fill(text)
}

/** Chooses months whose numbers are to be typed. */
async function choose(page, from, months) {
  await page.getByLabel('I type the numbers').check()
  await fill(page, { Month: month(from).Month, Year: month(from).Year, 'How many months?': String(months) })
  await page.getByRole('button', { name: 'Count', exact: true }).click()
}

/** Types the numbers of months. */
async function typed(page, from, numbers) {
  await choose(page, from, numbers.length)
  for (const [at, number] of numbers.entries()) await page.locator(`#count-${at + 1}`).fill(String(number))
}

for (const how of [{ width: 1280, javaScriptEnabled: true }, { width: 320, javaScriptEnabled: false }]) {
  const { width, javaScriptEnabled } = how
  const check = (page, where) => accessible(page, where, { javaScriptEnabled })

  test(`a project goes from nothing to its certificate at ${width} px`, async () => {
    const page = await open(engine, server, how)
    await signInAs(page, /Helen Tranter/)
    await page.getByRole('link', { name: 'Improvement', exact: true }).click()
    await check(page, 'projects'); await picture(page, `improvement-list-${width}`)
    await page.getByRole('button', { name: 'Begin a project' }).click()
    await page.getByRole('button', { name: 'Begin the project' }).click()
    await check(page, 'goal, empty'); await picture(page, `improvement-goal-wrong-${width}`)
    assert.match(await page.textContent('.fp-problems'), /Give the project a name.*Type the number/s)
    const title = `Grief is not an illness ${width}`
    await fill(page, { 'What is the project called?': title, 'The number you aim at': '30' })
    await check(page, 'goal'); await picture(page, `improvement-goal-${width}`)
    await page.getByRole('button', { name: 'Begin the project' }).click()
    assert.match(await page.textContent('main'), /The project is begun.*0 of 7 steps done.*Next: count where you start/s)
    await check(page, 'a project that was begun'); await picture(page, `improvement-begun-${width}`)

    // Months that are not over are refused; what was typed stays.
    await page.getByRole('link', { name: 'Count where you start' }).click()
    await choose(page, 0, 1)
    assert.match(await page.textContent('main'), /Every month has to be over/)
    await check(page, 'a month that is not over'); await picture(page, `improvement-period-${width}`)
    await typed(page, -9, [20, 19, 21])
    await check(page, 'typing numbers'); await picture(page, `improvement-numbers-${width}`)
    await page.getByRole('button', { name: 'Save the count' }).click()
    assert.match(await page.textContent('main'), /The count is saved.*60 referrals, 20 a month\. Typed in/s)

    // Nobody is asked before a change that has come; the change cannot lie in months that were counted.
    await page.getByRole('link', { name: 'Change something' }).click()
    const early = month(-8)
    await fill(page, { 'What is it?': 'a talk by Maya', Day: '3', Month: early.Month, Year: early.Year })
    await page.getByRole('button', { name: 'Save' }).click()
    await check(page, 'a change too early'); await picture(page, `improvement-change-${width}`)
    assert.match(await page.textContent('.fp-problems'), /The months you counted first go on until then/)
    const changed = month(-6)
    await fill(page, { Month: changed.Month, Year: changed.Year, 'How many are invited? (optional)': '20', 'How many came? (afterwards)': '18' })
    await page.getByRole('button', { name: 'Save' }).click()
    assert.match(await page.textContent('main'), /18 of 20 came.*Left out|Left out.*18 of 20 came/s)

    // Dates out of a clinical system.
    await page.getByRole('link', { name: 'Count again' }).click()
    await page.getByLabel('Fingerpost, from dates I paste').check()
    await page.getByRole('button', { name: 'Count', exact: true }).click()
    const dated = (from, times) => Array.from({ length: times }, (_, at) => `${String(at % 28 + 1).padStart(2, '0')}/${month(from).Month.padStart(2, '0')}/${month(from).Year}`)
    await page.getByLabel('Dates of referral').fill(['Date', ...dated(-6, 26), 'yesterday'].join('\n'))
    await page.getByRole('button', { name: 'Save the count' }).click()
    await check(page, 'a date that cannot be read'); assert.match(await page.textContent('.fp-problems'), /Line 28 is no date/)
    await page.getByLabel('Dates of referral').fill(['Date', ...dated(-6, 26), ...dated(-5, 28), ...dated(-9, 4)].join('\n'))
    await page.getByRole('button', { name: 'Save the count' }).click()
    assert.match(await page.textContent('main'), /54 referrals, 27 a month.*Too early to say\. 35% more a month: 60 in 3 months, then 54 in 2/s)
    assert.match(await page.textContent('main'), /different numbers of months.*counted in another way/s)

    const csv = await page.request.get(new URL(await page.getByRole('link', { name: /as a table/ }).getAttribute('href'), page.url()).href)
    const dir = folder()
    const table = join(dir.path, 'counts.csv')
    writeFileSync(table, await csv.body())
    const told = await run(['stats', 'repeat', table, '--time', 'count', '--count', 'referrals', '--exposure', 'months', '--per', '1', '--json'])
    dir.remove()
    assert.equal(told.code, 0, told.err)
    const { results } = JSON.parse(told.out)
    const [low, high] = [results.lower[1], results.upper[1]].map((ratio) => `${Math.abs(Math.round((ratio - 1) * 100))}% ${ratio < 1 ? 'fewer' : 'more'}`)
    assert.ok((await page.textContent('main')).includes(`anything from ${low} to ${high}`), `${low} ${high}`)

    await page.getByRole('link', { name: 'Study it together' }).click()
    await page.getByRole('button', { name: 'Save' }).click()
    await check(page, 'study, empty'); await picture(page, `improvement-study-${width}`)
    await fill(page, { 'What did you learn?': 'A face helps.', 'What do you decide?': 'Maya comes every quarter.' })
    await page.getByRole('button', { name: 'Save' }).click()
    assert.match(await page.textContent('main'), /You get an e-mail when it is time.*Not ready/s)
    assert.equal((await fileBehind(page, page.getByRole('link', { name: 'The evidence so far (PDF)' }))).head, '%PDF-')

    await page.getByRole('link', { name: /Count a third time/ }).click()
    await typed(page, -2, [33])
    await page.getByRole('button', { name: 'Save the count' }).click()
    await check(page, 'a finished project'); await picture(page, `improvement-done-${width}`)
    assert.match(await page.textContent('main'), /More than before, at the third count\. 65% more a month.*Reached: 33 a month/s)
    const certificate = await fileBehind(page, page.getByRole('button', { name: 'The certificate (PDF)' }))
    assert.deepEqual([certificate.status, certificate.type, certificate.head], [200, 'application/pdf', '%PDF-'])
    await valid([page])
    assert.deepEqual(page.left, []); assert.deepEqual(page.errors.filter((error) => !error.includes('422')), [])
  })

  test(`colleagues answer a survey without an account, and may take it back, at ${width} px`, async () => {
    const page = await open(engine, server, how)
    await signInAs(page, /Kasia Wójcik/)
    await page.getByRole('link', { name: 'Improvement', exact: true }).click()
    assert.match(await page.textContent('main'), width === 1280 ? /No project has been begun here yet/ : /Ask first/)
    await page.getByRole('button', { name: 'Begin a project' }).click()
    await fill(page, { 'What is the project called?': `Ask first ${width}`, 'The number you aim at': '9' })
    await page.getByRole('button', { name: 'Begin the project' }).click()
    await page.getByRole('link', { name: 'Ask staff before' }).click()
    await page.getByRole('button', { name: 'Open the survey' }).click()
    await check(page, 'a survey without people'); assert.match(await page.textContent('.fp-problems'), /how many people you ask/)
    await fill(page, { 'How many people do you ask?': '6' })
    await page.getByRole('button', { name: 'Open the survey' }).click()
    await check(page, 'an open survey'); await picture(page, `survey-sending-${width}`)
    assert.match(await page.textContent('main'), /The survey is open.*0 of 6 answered/s)
    const address = await page.locator('.fp-break a').first().getAttribute('href')

    const colleague = await open(engine, server, how)
    const path = new URL(address).pathname
    await colleague.goto(path)
    assert.equal((await colleague.context().cookies()).length, 0, 'looking leaves no cookie')
    await check(colleague, 'a survey'); await picture(colleague, `survey-${width}`)
    await colleague.getByLabel(/A code of your own/).fill('EL99')
    await colleague.getByRole('button', { name: 'Send my answers' }).click()
    await check(colleague, 'a survey, wrong')
    assert.match(await colleague.textContent('.fp-problems'), /Answer at least one question.*two letters and a day.*tick the box/s)
    const answer = async (code, yes) => {
      await colleague.goto(path)
      await colleague.getByRole('group', { name: 'I can name our link worker' }).getByLabel(yes ? 'Yes' : 'No').check()
      await colleague.locator('#confident-4').check()
      await colleague.getByLabel('What keeps you from referring, if anything?').fill('Time, mostly')
      await colleague.getByLabel(/A code of your own/).fill(code)
      await colleague.getByLabel(/I have read who sees my answers/).check()
      await colleague.getByRole('button', { name: 'Send my answers' }).click()
      assert.match(await colleague.textContent('main'), /Thank you.*without your name/s)
    }
    for (const [at, code] of ['EL07', 'MI12', 'ST30', 'EL07'].entries()) await answer(code, at > 1)
    await page.getByRole('link', { name: 'The project' }).click()
    assert.match(await page.textContent('main'), /4 of 6 so far.*What they say is shown from ten answers on/s)
    assert.doesNotMatch(await page.textContent('main'), /Time, mostly/, 'four are too few, and it is open')
    await answer('PA01', true)
    await check(colleague, 'thanks'); await picture(colleague, `survey-thanks-${width}`)
    await page.reload()
    assert.doesNotMatch(await page.textContent('main'), /Time, mostly/, 'five are shown when it has ended')
    await page.getByRole('link', { name: 'Ask staff before' }).click()
    await end(page)
    await check(page, 'a survey that has ended'); assert.match(await page.textContent('main'), /5 of 6 answered.*It has ended/s)
    assert.equal(await page.getByRole('button', { name: 'Save' }).count(), 0, 'what has ended stays ended')
    const shut = await open(engine, server, how)
    await shut.goto(path); assert.match(await shut.textContent('main'), /This survey has ended/)
    await page.getByRole('link', { name: 'The project' }).click()
    assert.match(await page.textContent('main'), /I can name our link worker.*3 of 5/s)
    assert.match(await page.textContent('main'), /2 answers bear a code/)
    await check(page, 'what staff said'); await picture(page, `survey-answers-${width}`)
    await colleague.getByRole('button', { name: 'Take my answers back' }).click()
    await check(colleague, 'taken back'); assert.match(await colleague.textContent('main'), /Your answers are deleted/)
    await page.reload()
    assert.match(await page.textContent('main'), /4 of 6 answered.*Fewer than 5 answered.*1 answer was taken back/s)
    assert.doesNotMatch(await page.textContent('main'), /3 of 5|Time, mostly/)
    // An address that never was.
    const wrong = await colleague.goto('/survey/2222222222')
    assert.equal(wrong.status(), 404); assert.match(await colleague.textContent('main'), /can no longer be used/)
    await valid([page, colleague])
    assert.deepEqual(colleague.left, [])
  })
}

test('the demonstration holds a project in its second survey, and one with its certificate that can be copied', async () => {
  const page = await open(engine, server)
  await signInAs(page, /Helen Tranter/)
  await page.getByRole('link', { name: 'Improvement', exact: true }).click()
  await page.getByRole('link', { name: 'Refer the people we miss' }).click()
  const main = await page.textContent('main')
  assert.match(main, /4 of 7 steps done/); assert.match(main, /23 of 31 answered.*24 of 31 so far/s); assert.match(main, /Too early to say/)
  await accessible(page, 'the project of the demonstration'); await picture(page, 'improvement-demo-1280')
  const ruth = await open(engine, server)
  await signInAs(ruth, /Ruth Abernathy/)
  await ruth.getByRole('link', { name: /Kelderbridge/ }).first().click()
  await ruth.getByRole('link', { name: 'Improvement', exact: true }).click()
  await ruth.getByRole('link', { name: /A leaflet in every/ }).click()
  await accessible(ruth, 'a share with its certificate'); await picture(ruth, 'improvement-share-1280')
  assert.match(await ruth.textContent('main'), /More than before, and it lasted/)
  await ruth.getByRole('button', { name: /Copy it to St Osyth/ }).click()
  assert.match(await ruth.textContent('main'), /The project is copied.*Planned/s)
  assert.match(await ruth.textContent('.nhsuk-header'), /St Osyth/)
})
