//! Every table with its columns, written down once: what copies, exports and large writes go by. A test compares them with
//! the schema.

use fingerpost_engine::{Result, StoreError, Table};

/// Names and columns, parents before children.
macro_rules! tables {
    ($($table:literal: $first:literal $($column:literal)*;)+) => {
        pub(crate) const TABLES: &[Table] = &[$(Table {
            name: $table,
            columns: &[$first, $($column),*],
            select: concat!("SELECT ", $first, $(", ", $column,)* " FROM ", $table),
            count: concat!("SELECT COUNT(*) AS n FROM ", $table),
        }),+];
    };
}

tables! {
    "installation": "key" "value";
    "tenant": "id" "created_at";
    "organisation": "id" "slug" "kind" "name" "name_folded" "status" "parent" "address" "postcode" "phone" "opened_on" "closed_on" "setting" "source" "changed_at";
    "organisation_identifier": "system" "value" "organisation";
    "organisation_member": "member" "body" "since" "until";
    "import_run": "id" "kind" "source" "finished_at" "rows_read" "added" "changed" "unchanged" "refused";
    "scheme": "tenant" "organisation" "min_age" "max_age" "sessions_agreed" "answer_working_days" "self_referral";
    "scheme_practice": "tenant" "practice" "scheme";
    "app_user": "tenant" "id" "name" "email" "email_folded" "job_title" "password_hash" "totp_secret" "totp_last_step" "disabled" "failed_attempts" "locked_until" "created_at";
    "membership": "tenant" "user_id" "organisation" "role";
    "link_worker": "tenant" "user_id" "scheme" "languages" "phone" "places" "helps_with" "skills" "shown_at";
    "worker_picture": "tenant" "user_id" "scheme" "jpeg" "consented_at";
    "scheme_setting": "tenant" "scheme" "version" "body" "changed_by" "changed_at";
    "message_wording": "tenant" "scheme" "template" "version" "body" "changed_by" "changed_at";
    "link_worker_practice": "tenant" "practice" "user_id" "scheme" "days";
    "one_time_link": "tenant" "id" "token_hash" "scope" "subject" "created_at" "expires_at" "used_at" "revoked_at";
    "person": "tenant" "id" "given" "family" "preferred" "name_folded" "born" "nhs_number" "address" "postcode" "phone" "email" "communication" "reach" "guidance" "risk" "risk_note" "created_at" "messages_stopped_at" "merged_into";
    "case_file": "tenant" "id" "person" "scheme" "worker" "practice" "opened_at" "sent_at" "sessions_agreed" "sessions_used" "happened_count" "first_contact" "last_contact" "next_action" "next_due" "matters" "matters_on" "referrer_hears" "closed_at" "outcome" "changed" "continues" "version" "review_on";
    "referral": "tenant" "id" "reference" "state" "scheme" "practice" "referrer" "request_key" "given" "family" "preferred" "name_folded" "born" "nhs_number" "address" "postcode" "phone" "email" "communication" "needs" "words" "reach" "guidance" "risk" "risk_note" "agreement" "created_at" "sent_at" "answer_due" "decided_at" "decided_by" "reason" "alternative" "case_id" "joined_case" "asker" "source" "safeguarding" "urgent" "on_behalf" "told_at";
    "referral_question": "tenant" "referral" "round" "question" "asked_by" "asked_at" "answer" "answered_at";
    "self_referral": "tenant" "id" "scheme" "source" "answers" "version" "begun_at" "referral";
    "launch_key": "tenant" "id" "practice" "public_key" "made_by" "made_at" "used_at" "revoked_at";
    "launch": "tenant" "id" "launch_key" "nonce" "ticket_hash" "person" "made_at" "expires_at" "used_at" "opened_by";
    "contact": "tenant" "id" "case_id" "request_key" "kind" "happened" "on_day" "session_no" "author" "recorded_at";
    "contact_note": "tenant" "contact" "version" "body" "author" "written_at";
    "disclosure": "tenant" "id" "referral" "recipient" "basis" "fields" "given_at" "recorded_by" "withdrawn_at";
    "feedback": "tenant" "id" "referral" "disclosure" "kind" "sections" "sent_at" "opened_at" "withdrawn_at" "about_case";
    "job": "tenant" "id" "kind" "subject" "run_at" "attempts" "done_at" "failed_at" "last_error";
    "outbox": "tenant" "id" "template" "recipient_kind" "recipient" "subject" "run_at" "attempts" "sent_at" "failed_at" "last_error" "scheme" "case_id" "channel" "settled_at" "settled_by";
    "audit_row": "lane" "seq" "at" "tenant" "actor" "organisation" "act" "resource" "resource_id" "ground" "detail" "block";
    "audit_block": "number" "previous" "hash" "row_count" "sealed_at";
    "plan_version": "tenant" "case_id" "version" "body" "author" "written_at";
    "visit": "tenant" "id" "case_id" "worker" "request_key" "kind" "on_day" "at_minute" "minutes" "place" "postcode" "remember" "planned_by" "planned_at" "cancelled_at" "gone_by" "left_at" "back_by" "back_at" "raised" "answered_by" "answered_at";
    "absence": "tenant" "id" "scheme" "worker" "from_day" "until_day" "cover" "recorded_by" "recorded_at" "ended_at";
    "handover": "tenant" "id" "case_id" "from_worker" "to_worker" "note" "handed_by" "handed_at";
    "service": "id" "source" "hsds_id" "name" "body" "seq" "changed_at" "source_body" "confirmed_on" "confirmed_by" "withheld" "released" "asked" "accepted" "reply_days" "open_reports" "used" "declined" "declined_most" "declined_why" "asked_on" "left_on" "told_by" "to_compare" "bounced_on";
    "service_joined": "member" "lead" "joined_by" "joined_at" "evidence";
    "service_pair": "one" "other" "evidence" "found_at" "judged" "judged_at";
    "service_field": "service" "field" "value" "told_by" "told_at";
    "service_version": "service" "seq" "body" "until" "ended_by";
    "service_report": "id" "service" "wrong" "note" "made_at" "settled_at" "settled_how";
    "directory_gap": "tenant" "id" "organisation" "why" "words" "need" "place" "days" "language" "made_at";
    "directory_source": "name" "licence" "attribution" "republish";
    "feed": "id" "source" "url" "every_hours" "paused" "trust_next" "added_at" "next_at" "failures" "claimed_until";
    "feed_pull": "id" "feed" "began_at" "ended_at" "ending" "next_page" "read_all" "promised" "bytes" "cut_short" "requests" "listed" "added" "changed" "unchanged" "refused" "missing" "left_out" "notes";
    "feed_item": "feed" "item" "digest" "missing";
    "feed_staged": "pull" "item" "page" "digest" "body" "taken";
    "connection": "tenant" "id" "case_id" "service" "service_name" "request_key" "state" "ask" "first_visit" "told" "group_email" "offered_by" "offered_at" "answered_at" "answered_by" "reason" "started_on" "came" "missed" "ended_at" "meets" "way_in" "bring" "said";
    "connection_visit": "tenant" "connection" "on_day" "came" "told_by" "told_at";
    "group_key": "tenant" "id" "link" "code_hash" "sent_at" "until" "tries" "used_at";
    "consent": "tenant" "id" "case_id" "request_key" "whom" "name" "purpose" "what" "said" "words" "basis" "authority" "reason" "recorded_by" "recorded_at" "withdrawn_at" "withdrawn_by";
    "telling": "tenant" "id" "case_id" "consent" "request_key" "on_day" "what" "told_by" "recorded_at";
    "record_copy": "tenant" "id" "case_id" "entries" "left_out" "made_by" "made_at";
    "retention_schedule": "tenant" "scheme" "version" "adult_years" "child_until_age" "seventeen_until_age" "in_force_from" "source" "confirmed_by" "confirmed_at";
    "record_hold": "tenant" "id" "scheme" "person" "until_on" "reason" "decided_by" "decided_at";
    "person_join": "tenant" "id" "scheme" "kept" "gone" "referral" "why" "body" "joined_by" "joined_at" "undone_by" "undone_at";
    "erasure": "tenant" "id" "scheme" "ground" "ended_year" "row_count" "decided_by" "decided_at";
    "questionnaire": "code" "version" "body" "added_at";
    "assessment": "tenant" "id" "case_id" "questionnaire" "version" "moment" "mode" "request_key" "begun_by" "begun_at" "finished_at" "alert_at" "alert_answered_by" "alert_answered_at";
    "assessment_answer": "tenant" "assessment" "item" "answer" "answered_at";
    "self_description": "tenant" "person" "characteristic" "version" "answer" "words" "said_at";
    "access_needs": "tenant" "person" "version" "needs" "may_share" "review_on" "asked_at";
    "reference_edition": "id" "kind" "name" "as_of" "version" "source" "digest" "row_count" "added_at";
    "postcode": "postcode" "latitude" "longitude" "lsoa" "source" "edition";
    "list_size": "edition" "practice" "sex" "age" "patients";
    "deprivation": "edition" "area" "tenth" "rank" "score";
    "appointments": "edition" "area" "month" "status" "professional" "mode" "wait" "appointments";
    "signpost_slip": "tenant" "organisation" "number" "service" "made_at";
    "signpost_door": "tenant" "code" "organisation" "made_at" "closed_at";
    "improvement_project": "tenant" "id" "organisation" "title" "led_by" "measured" "target" "what" "goal_by" "achievable" "relevant" "balance" "change_on" "change_what" "agenda" "invited" "came" "missed" "learned" "decided" "third_from" "created_by" "created_at" "changed_at" "version" "stories" "missed_link";
    "improvement_count": "tenant" "project" "stage" "month" "counted" "out_of" "source" "counted_at";
    "survey": "tenant" "id" "organisation" "title" "project" "moment" "approach" "questionnaire" "version" "invited" "closes_on" "opened_at" "prize" "drawn_at" "contacts" "interviews";
    "survey_route": "tenant" "survey" "place" "name" "code";
    "survey_practice": "tenant" "survey" "number" "name" "network";
    "survey_response": "tenant" "id" "survey" "route" "pair_digest" "answers" "receipt_hash" "submitted_at" "withdrawn_at" "entered";
    "survey_theme": "tenant" "id" "survey" "item" "label" "definition" "made_at";
    "survey_reading": "tenant" "survey" "response" "item" "coder" "memo" "read_at";
    "survey_coding": "tenant" "theme" "response" "coder";
    "survey_insight": "tenant" "id" "survey" "kind" "strength" "words" "evidence" "written_by" "written_at";
    "question_set": "tenant" "id" "organisation" "title" "body" "version" "changed_at";
    "survey_draw": "tenant" "survey" "turn" "contact" "won";
    "survey_address": "tenant" "id" "survey" "contact" "added_at";
    "interview": "tenant" "id" "survey" "number" "held_on" "job" "quoted" "notes" "written_by" "written_at" "version";
    "interview_passage": "tenant" "id" "interview" "words" "taken_by" "taken_at";
    "passage_theme": "tenant" "passage" "theme";
    "improvement_watch": "tenant" "id" "project" "on_day" "seen" "act" "who" "written_by" "written_at";
    "claim_factor": "tenant" "organisation" "claim" "value" "lower_end" "upper_end" "source" "printed" "told_by" "told_at";
    "found_list": "tenant" "organisation" "often" "taken_on" "kept_until";
    "found_person": "tenant" "organisation" "number" "contacts" "reasons" "weight" "gone" "offered" "offered_on";
    "signpost": "tenant" "id" "organisation" "service" "service_name" "request_key" "how" "made_at" "taken_back_at";
}

/// The table called `name`.
///
/// # Errors
/// [`StoreError::Corrupt`] when there is none: a fault of ours.
pub fn named(name: &'static str) -> Result<&'static Table> {
    TABLES.iter().find(|table| table.name == name).ok_or_else(|| StoreError::corrupt(name))
}
