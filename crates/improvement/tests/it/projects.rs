//! Projects: their own organisation's alone, begun once, each part against what it was checked with.

use fingerpost_domain::calendar::instant_at;
use fingerpost_domain::id::TenantId;
use fingerpost_domain::organisation::OrganisationKind;
use fingerpost_domain::text::{Line, Note};
use fingerpost_improvement::{Improvement, RollUp, Senders, study};
use fingerpost_improvement_rules::project::{Change, Count, CountSource, MonthCount, Period, Stage, Studied};
use fingerpost_policy::Improve;
use fingerpost_store::testing::{Village, on_both, person, start};
use fingerpost_store::{Ctx, JobKind, StoreError};

use super::{begun, goal, manager, month, today};

fn counted(first: i64, numbers: &[u32]) -> Count {
    let months =
        numbers.iter().zip(first..).map(|(count, at)| MonthCount { month: month(at), count: *count, of: None });
    Count { source: CountSource::Typed, months: months.collect() }
}

#[tokio::test]
async fn a_project_is_begun_once_and_is_its_own_practices_alone() {
    on_both(async |store| {
        let village = Village::build(store, &TenantId::main(), "T").await;
        let improvement = Improvement::over(store.clone());
        let ctx = manager(&village, today());
        let id = begun(store, &ctx, "First").await;
        improvement.begin(&ctx, id, &goal("Pressed twice")).await.unwrap();
        let all = improvement.projects(&ctx).await.unwrap();
        assert_eq!((all.len(), all[0].project.goal.title.as_str()), (1, "First"));
        let colleague: Ctx<Improve> = Village::ctx(&village.other_gp, &village.practice, start());
        assert_eq!(improvement.project(&colleague, id).await.unwrap().id, id);
        let far: Ctx<Improve> = Village::ctx(&village.far_gp, &village.far_practice, start());
        let scheme: Ctx<Improve> = Village::ctx(&village.supervisor, &village.scheme, start());
        for other in [far, scheme] {
            assert!(improvement.projects(&other).await.unwrap().is_empty());
            assert!(matches!(improvement.project(&other, id).await, Err(StoreError::NotFound)));
            assert!(matches!(improvement.surveys(&other, id).await, Err(StoreError::NotFound)));
            assert!(matches!(improvement.begin(&other, id, &goal("Taken")).await, Err(StoreError::NotFound)));
            assert!(matches!(improvement.set_goal(&other, &all[0], &goal("Taken")).await, Err(StoreError::NotFound)));
        }
        assert_eq!(improvement.project(&ctx, id).await.unwrap().project.goal.title.as_str(), "First");
    })
    .await;
}

#[tokio::test]
async fn a_part_that_was_checked_against_an_older_project_is_refused_and_leaves_no_trace() {
    on_both(async |store| {
        let village = Village::build(store, &TenantId::main(), "T").await;
        let improvement = Improvement::over(store.clone());
        let ctx = manager(&village, today());
        let id = begun(store, &ctx, "First").await;
        let read = improvement.project(&ctx, id).await.unwrap();
        improvement.set_count(&ctx, &read, (Stage::Baseline, &counted(-6, &[1, 2, 3]))).await.unwrap();
        let change = Change {
            on: month(-5),
            what: Line::parse("A talk").unwrap().unwrap(),
            agenda: None,
            stories: None,
            invited: Some(31),
            came: None,
            missed: None,
            missed_link: None,
        };
        let stale = improvement.set_change(&ctx, &read, &change).await;
        assert!(
            matches!(stale, Err(StoreError::ChangedMeanwhile)),
            "the change lies in months that were counted since"
        );
        let stale = improvement.set_count(&ctx, &read, (Stage::Baseline, &counted(-3, &[9]))).await;
        assert!(matches!(stale, Err(StoreError::ChangedMeanwhile)));
        let stands = improvement.project(&ctx, id).await.unwrap();
        assert_eq!(
            (stands.project.change.as_ref(), stands.project.count(Stage::Baseline)),
            (None, Some(&counted(-6, &[1, 2, 3])))
        );
        improvement.set_change(&ctx, &stands, &Change { on: month(-3), ..change.clone() }).await.unwrap();
        let stands = improvement.project(&ctx, id).await.unwrap();
        improvement.set_count(&ctx, &stands, (Stage::Baseline, &counted(-7, &[4, 5]))).await.unwrap();
        let stands = improvement.project(&ctx, id).await.unwrap();
        assert_eq!(
            stands.project.count(Stage::Baseline),
            Some(&counted(-7, &[4, 5])),
            "a count is replaced as a whole"
        );
        let other = begun(store, &ctx, "Second").await;
        let near = improvement.other_changes(&ctx, other, (month(-4), month(0))).await.unwrap();
        assert_eq!((near.len(), near[0].title.as_str(), near[0].on), (1, "First", month(-3)));
        assert!(improvement.other_changes(&ctx, other, (month(-2), month(0))).await.unwrap().is_empty());
        assert!(
            improvement.other_changes(&ctx, id, (month(-4), month(0))).await.unwrap().is_empty(),
            "its own is no other"
        );
    })
    .await;
}

#[tokio::test]
async fn fingerpost_counts_what_a_practice_sent_and_what_a_scheme_was_sent() {
    on_both(async |store| {
        let village = Village::build(store, &TenantId::main(), "T").await;
        let improvement = Improvement::over(store.clone());
        for serial in [1, 2] {
            village.send(store, &person("Ida", serial)).await;
        }
        let period = Period { first: month(-1), months: 2 };
        let numbers = |months: Vec<MonthCount>| months.iter().map(|month| month.count).collect::<Vec<_>>();
        let practice = manager(&village, today());
        assert_eq!(numbers(improvement.referrals(&practice, (period, Senders::Practice)).await.unwrap()), [0, 2]);
        let far: Ctx<Improve> = Village::ctx(&village.far_gp, &village.far_practice, start());
        assert_eq!(numbers(improvement.referrals(&far, (period, Senders::Practice)).await.unwrap()), [0, 0]);
        let scheme: Ctx<Improve> = Village::ctx(&village.supervisor, &village.scheme, start());
        assert_eq!(numbers(improvement.referrals(&scheme, (period, Senders::Scheme)).await.unwrap()), [0, 2]);
    })
    .await;
}

#[tokio::test]
async fn whoever_studied_a_project_is_reminded_until_it_is_counted() {
    on_both(async |store| {
        let village = Village::build(store, &TenantId::main(), "T").await;
        let improvement = Improvement::over(store.clone());
        let ctx = manager(&village, today());
        let id = begun(store, &ctx, "First").await;
        let studied = Studied {
            learned: Note::parse("A face helps").unwrap().unwrap(),
            decided: Note::parse("Go on").unwrap().unwrap(),
            third_from: month(1),
        };
        let read = improvement.project(&ctx, id).await.unwrap();
        improvement.set_studied(&ctx, &read, &studied).await.unwrap();
        let due = instant_at(month(2), 9);
        let early = store.claim_jobs(50, instant_at(month(2), 7)).await.unwrap();
        assert!(!early.iter().any(|job| job.kind == JobKind::RemindThirdCount));
        let jobs = store.claim_jobs(50, due).await.unwrap();
        let job = jobs.iter().find(|job| job.kind == JobKind::RemindThirdCount).unwrap();
        improvement.remind_count(job, due).await.unwrap();
        let told = store.claim_messages(50, due).await.unwrap();
        let told: Vec<_> = told.iter().filter(|message| message.template.code() == "count_again_due").collect();
        assert_eq!((told.len(), told[0].addressee.user), (1, Some(village.manager.actor.user)));
        // Another date is another reminder; once the count is in, nobody is told.
        let read = improvement.project(&ctx, id).await.unwrap();
        improvement.set_studied(&ctx, &read, &Studied { third_from: month(3), ..studied }).await.unwrap();
        let read = improvement.project(&ctx, id).await.unwrap();
        improvement.set_count(&ctx, &read, (Stage::Third, &counted(3, &[30]))).await.unwrap();
        let due = instant_at(month(4), 9);
        let jobs = store.claim_jobs(50, due).await.unwrap();
        improvement
            .remind_count(jobs.iter().find(|job| job.kind == JobKind::RemindThirdCount).unwrap(), due)
            .await
            .unwrap();
        let told = store.claim_messages(50, due).await.unwrap();
        assert!(told.iter().all(|message| message.template.code() != "count_again_due" || message.attempts > 1));
        assert!(study::finding(&read.project).is_none(), "without a start there is nothing to compare");
    })
    .await;
}

#[tokio::test]
async fn whoever_planned_a_change_is_reminded_of_both_counts_after_it() {
    on_both(async |store| {
        let village = Village::build(store, &TenantId::main(), "T").await;
        let improvement = Improvement::over(store.clone());
        let ctx = manager(&village, today());
        let id = begun(store, &ctx, "First").await;
        let change = |on| Change {
            on,
            what: Line::parse("A talk").unwrap().unwrap(),
            agenda: None,
            stories: None,
            invited: None,
            came: None,
            missed: None,
            missed_link: None,
        };
        let read = async || improvement.project(&ctx, id).await.unwrap();
        improvement.set_change(&ctx, &read().await, &change(month(1))).await.unwrap();
        // A colleague moves it by a month; what was planned for the first day waits too.
        let colleague: Ctx<Improve> = Village::ctx(&village.gp, &village.practice, ctx.now);
        improvement.set_change(&colleague, &read().await, &change(month(2))).await.unwrap();
        let due = async |kind: JobKind, on| {
            let jobs = store.claim_jobs(50, instant_at(on, 9)).await.unwrap();
            let mut told = 0;
            for job in jobs.iter().filter(|job| job.kind == kind) {
                improvement.remind_count(job, instant_at(on, 9)).await.unwrap();
                told += 1;
            }
            let messages = store.claim_messages(50, instant_at(on, 9)).await.unwrap();
            (
                told,
                messages
                    .iter()
                    .filter(|message| message.template.code() == "count_again_due" && message.attempts == 1)
                    .count(),
            )
        };
        assert_eq!(due(JobKind::RemindRepeatCount, month(3)).await, (1, 0), "it was moved");
        assert_eq!(due(JobKind::RemindRepeatCount, month(4)).await, (2, 2), "both are told when it is time");
        improvement.set_count(&ctx, &read().await, (Stage::Repeat, &counted(2, &[30]))).await.unwrap();
        improvement.set_count(&ctx, &read().await, (Stage::Third, &counted(6, &[30]))).await.unwrap();
        assert_eq!(due(JobKind::RemindThirdCount, month(8)).await.1, 0, "it is counted");
    })
    .await;
}

#[tokio::test]
async fn a_network_counts_what_its_practices_sent_while_they_belonged_to_it() {
    on_both(async |store| {
        let village = Village::build(store, &TenantId::main(), "T").await;
        let improvement = Improvement::over(store.clone());
        for serial in [1, 2] {
            village.send(store, &person("Ida", serial)).await;
        }
        let period = Period { first: month(0), months: 1 };
        for kind in ["network", "federation", "cluster", "health_board", "icb"] {
            let kind = OrganisationKind::from_code(kind).unwrap();
            assert_eq!(Senders::from(kind), Senders::Members, "{kind:?}");
        }
        for (kind, mark) in [(OrganisationKind::Cluster, "W"), (OrganisationKind::HealthBoard, "N")] {
            let (body, head) = village.body(store, kind, mark).await;
            let ctx: Ctx<Improve> = Village::ctx(&head, &body, start());
            let counted = improvement.referrals(&ctx, (period, Senders::from(body.kind))).await.unwrap();
            assert_eq!(counted[0].count, 2);
            let before = Period { first: month(-20), months: 1 };
            assert_eq!(improvement.referrals(&ctx, (before, Senders::Members)).await.unwrap()[0].count, 0);
        }
    })
    .await;
}

#[tokio::test]
async fn what_practices_reached_is_rolled_up_without_a_name() {
    on_both(async |store| {
        let village = Village::build(store, &TenantId::main(), "T").await;
        let improvement = Improvement::over(store.clone());
        let far: Ctx<Improve> = Village::ctx(&village.far_gp, &village.far_practice, start());
        for (ctx, numbers) in
            [(manager(&village, today()), [10, 40]), (far.clone(), [40, 10]), (far.clone(), [3, 3]), (far, [3, 0])]
        {
            let id = begun(store, &ctx, "Counted").await;
            for (stage, at, number) in [(Stage::Baseline, -6, numbers[0]), (Stage::Repeat, -3, numbers[1])] {
                if number > 0 {
                    let read = improvement.project(&ctx, id).await.unwrap();
                    improvement.set_count(&ctx, &read, (stage, &counted(at, &[number]))).await.unwrap();
                }
            }
        }
        let scheme: Ctx<Improve> = Village::ctx(&village.supervisor, &village.scheme, start());
        let all = improvement.roll_up(&scheme, today()).await.unwrap();
        let expected =
            RollUp { projects: 4, practices: 2, counted_again: 2, more: 1, fewer: 1, cannot_tell: 1, reached: 1 };
        assert_eq!(all, expected);
        let practice = improvement.roll_up(&manager(&village, today()), today()).await.unwrap();
        assert_eq!(practice, RollUp::default(), "a practice has no practices");
    })
    .await;
}
