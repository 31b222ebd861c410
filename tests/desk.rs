//! The desk, at its real boundaries: files in, HTTP and events in, the staff's page out.
#![cfg(feature = "desk")]

#[path = "desk/appointments.rs"]
mod appointments;
#[path = "desk/audit.rs"]
mod audit;
#[path = "desk/audit_chain.rs"]
mod audit_chain;
#[path = "desk/board.rs"]
mod board;
#[path = "desk/booking.rs"]
mod booking;
#[path = "desk/bounds.rs"]
mod bounds;
#[path = "desk/by_hand.rs"]
mod by_hand;
#[path = "desk/call_off.rs"]
mod call_off;
#[path = "desk/calls.rs"]
mod calls;
#[path = "desk/catch_up.rs"]
mod catch_up;
#[path = "desk/changes_page.rs"]
mod changes_page;
#[path = "desk/clean_up.rs"]
mod clean_up;
#[path = "desk/coverage.rs"]
mod coverage;
#[path = "desk/damage.rs"]
mod damage;
#[path = "desk/data_life.rs"]
mod data_life;
#[path = "desk/details.rs"]
mod details;
#[path = "desk/events.rs"]
mod events;
#[path = "desk/fhir_field.rs"]
mod fhir_field;
#[path = "desk/fhir_people.rs"]
mod fhir_people;
#[path = "desk/fhir_visits.rs"]
mod fhir_visits;
#[path = "desk/focus.rs"]
mod focus;
#[path = "desk/followed.rs"]
mod followed;
#[path = "desk/guessing.rs"]
mod guessing;
#[path = "desk/import.rs"]
mod import;
#[path = "desk/import_field.rs"]
mod import_field;
#[path = "desk/insurance.rs"]
mod insurance;
#[path = "desk/insurance_fhir.rs"]
mod insurance_fhir;
#[path = "desk/kiosks.rs"]
mod kiosks;
#[path = "desk/kiosks_page.rs"]
mod kiosks_page;
#[path = "desk/late.rs"]
mod late;
#[path = "desk/leaves.rs"]
mod leaves;
#[path = "desk/letters.rs"]
mod letters;
#[path = "desk/lock.rs"]
mod lock;
#[path = "desk/matching.rs"]
mod matching;
#[path = "desk/matching_field.rs"]
mod matching_field;
#[path = "desk/open.rs"]
mod open;
#[path = "desk/outbox.rs"]
mod outbox;
#[path = "desk/outside_hours.rs"]
mod outside_hours;
#[path = "desk/page.rs"]
mod page;
#[path = "desk/panel.rs"]
mod panel;
#[path = "desk/patient_data.rs"]
mod patient_data;
#[path = "desk/payers.rs"]
mod payers;
#[path = "desk/phone.rs"]
mod phone;
#[path = "desk/photos.rs"]
mod photos;
#[path = "desk/preview.rs"]
mod preview;
#[path = "desk/program.rs"]
mod program;
#[path = "desk/proposals.rs"]
mod proposals;
#[path = "desk/proposals_export.rs"]
mod proposals_export;
#[path = "desk/queue.rs"]
mod queue;
#[path = "desk/queue_page.rs"]
mod queue_page;
#[path = "desk/reports.rs"]
mod reports;
#[path = "desk/said.rs"]
mod said;
#[path = "desk/same_number.rs"]
mod same_number;
#[path = "desk/search.rs"]
mod search;
#[path = "desk/security.rs"]
mod security;
#[path = "desk/security_browser.rs"]
mod security_browser;
#[path = "desk/series.rs"]
mod series;
#[path = "desk/server.rs"]
mod server;
#[path = "desk/settings.rs"]
mod settings;
#[path = "desk/settings_faults.rs"]
mod settings_faults;
#[path = "desk/settings_page.rs"]
mod settings_page;
#[path = "desk/settings_week.rs"]
mod settings_week;
#[path = "desk/slow.rs"]
mod slow;
#[path = "desk/staff.rs"]
mod staff;
#[path = "desk/support.rs"]
mod support;
#[path = "desk/totp.rs"]
mod totp;
