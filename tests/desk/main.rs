//! The desk, at its real boundaries: files in, HTTP and events in, the staff's page out.
#![cfg(feature = "desk")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test ends where something is wrong"
)]

mod appointments;
mod audit;
mod audit_chain;
mod board;
mod booking;
mod bounds;
mod by_hand;
mod call_off;
mod calls;
mod catch_up;
mod changes_page;
mod clean_up;
mod coverage;
mod damage;
mod data_life;
mod dates;
mod details;
mod events;
mod facts;
mod fhir_field;
mod fhir_people;
mod fhir_visits;
mod focus;
mod followed;
mod guessing;
mod import;
mod import_field;
mod insurance;
mod insurance_fhir;
mod kiosks;
mod kiosks_page;
mod late;
mod leaves;
mod letters;
mod lock;
mod matching;
mod matching_field;
mod open;
mod outbox;
mod outside_hours;
mod page;
mod panel;
mod patient_data;
mod payers;
mod phone;
mod photos;
mod preview;
mod program;
mod proposals;
mod proposals_export;
mod queue;
mod queue_page;
mod reports;
mod said;
mod same_number;
mod search;
mod security;
mod security_browser;
mod series;
mod server;
mod settings;
mod settings_faults;
mod settings_page;
mod settings_week;
mod slow;
mod staff;
mod support;
mod totp;
