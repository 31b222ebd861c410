//! Every address of staff, boards and phones: one table with what it asks for, what it shows of people, and who
//! answers.
//!
//! Invariant: an address that is not in the table does not exist.

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::header;
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get, post};

use super::access::{self, FORM_BYTES_MAX, Needs, Sees, form_bytes_max};
use super::answer::Oops;
use super::{
    account, appointments, audit, board, booking, calling, changes, data_retention, earlier, import, import_columns,
    kept, kiosks, live, papers, patient_data, phone, reports, same_number, search, settings, sign_in, today, users,
    visit, walk_in,
};
use crate::desk::Desk;
use crate::desk::service::import::preview::UPLOAD_BYTES_MAX;
use crate::domain::staff::Role;

/// One address: the method, the path, what it asks for, what it shows of people for the audit, and who answers.
pub type Route = (&'static str, &'static str, Needs, Sees, fn() -> MethodRouter<Desk>);

/// All of them.
pub const ROUTES: &[Route] = &[
    ("GET", "/", Needs::Page(Role::Desk), Sees::List, || get(today::main_page)),
    ("GET", "/list", Needs::Part(Role::Desk), Sees::List, || get(today::list_part)),
    ("GET", "/live", Needs::Part(Role::Desk), Sees::Nothing, || get(live::live)),
    ("GET", "/session", Needs::Part(Role::Desk), Sees::Nothing, || get(live::session)),
    ("GET", "/watch", Needs::Watch, Sees::Nothing, || get(live::watch)),
    ("GET", "/watch/live", Needs::Watch, Sees::Nothing, || get(live::watch_live)),
    ("GET", "/sign-in", Needs::Nothing, Sees::Nothing, || get(sign_in::page)),
    ("POST", "/sign-in", Needs::Nothing, Sees::Nothing, || post(sign_in::password)),
    ("GET", "/sign-in/code", Needs::Nothing, Sees::Nothing, || get(sign_in::code_page)),
    ("POST", "/sign-in/code", Needs::Nothing, Sees::Nothing, || post(sign_in::code)),
    ("GET", "/account", Needs::Page(Role::Desk), Sees::Nothing, || get(account::account_page)),
    ("POST", "/account/{action}", Needs::Form(Role::Desk), Sees::Nothing, || post(account::act)),
    ("POST", "/sign-out", Needs::Form(Role::Desk), Sees::Nothing, || post(sign_in::out)),
    ("POST", "/active", Needs::Form(Role::Desk), Sees::Nothing, || post(today::active)),
    ("GET", "/kept", Needs::Page(Role::Desk), Sees::Nothing, || get(kept::kept_page)),
    ("POST", "/kept/forget", Needs::Form(Role::Desk), Sees::Nothing, || post(kept::forget)),
    ("GET", "/appointments", Needs::Page(Role::Desk), Sees::Nothing, || get(appointments::calendar_page)),
    ("GET", "/appointments/one", Needs::Page(Role::Desk), Sees::Appointment, || get(booking::one_page)),
    ("GET", "/appointments/book", Needs::Page(Role::Desk), Sees::Nothing, || get(booking::book_page)),
    ("GET", "/appointments/message", Needs::Page(Role::Desk), Sees::Appointment, || get(booking::message_page)),
    ("GET", "/appointments/move", Needs::Page(Role::Desk), Sees::Nothing, || get(booking::move_page)),
    ("GET", "/appointments/import", Needs::Page(Role::Supervisor), Sees::Nothing, || get(import::import_page)),
    ("POST", "/appointments/import", Needs::Upload(Role::Supervisor), Sees::Nothing, || {
        post(import::upload).layer(DefaultBodyLimit::max(UPLOAD_BYTES_MAX))
    }),
    ("GET", "/appointments/import/columns", Needs::Page(Role::Supervisor), Sees::Nothing, || {
        get(import_columns::columns_page)
    }),
    ("POST", "/appointments/import/columns", Needs::Form(Role::Supervisor), Sees::Nothing, || {
        post(import_columns::match_columns)
    }),
    ("POST", "/appointments/import/take", Needs::Form(Role::Supervisor), Sees::Nothing, || post(import::take)),
    ("POST", "/appointments/{action}", Needs::Form(Role::Desk), Sees::Nothing, || post(booking::act)),
    ("GET", "/letter", Needs::Part(Role::Desk), Sees::Letter, || get(papers::letter)),
    ("GET", "/changes", Needs::Page(Role::Desk), Sees::Changes, || get(changes::changes_page)),
    ("GET", "/earlier", Needs::Page(Role::Desk), Sees::Nothing, || get(earlier::page)),
    ("POST", "/earlier/{action}", Needs::Form(Role::Desk), Sees::Nothing, || post(earlier::act)),
    ("GET", "/same-number", Needs::Page(Role::Desk), Sees::Nothing, || get(same_number::page)),
    ("POST", "/same-number/decide", Needs::Form(Role::Supervisor), Sees::Nothing, || post(same_number::decide)),
    ("GET", "/photo", Needs::Part(Role::Desk), Sees::Photo, || get(changes::picture)),
    ("GET", "/photo/large", Needs::Page(Role::Desk), Sees::Photo, || get(changes::large)),
    ("POST", "/changes/{action}", Needs::Form(Role::Desk), Sees::Nothing, || post(changes::decide)),
    ("GET", "/visit", Needs::Page(Role::Desk), Sees::Visit, || get(visit::visit_page)),
    ("GET", "/visit/now", Needs::Part(Role::Desk), Sees::Visit, || get(visit::visit_now)),
    ("GET", "/ticket.pdf", Needs::Part(Role::Desk), Sees::Ticket, || get(papers::ticket)),
    ("GET", "/walk-in", Needs::Page(Role::Desk), Sees::Nothing, || get(walk_in::walk_in_page)),
    ("POST", "/walk-in", Needs::Form(Role::Desk), Sees::Nothing, || post(walk_in::take_in)),
    ("POST", "/search", Needs::Form(Role::Desk), Sees::Nothing, || post(search::search)),
    ("POST", "/search/others", Needs::Form(Role::Desk), Sees::Nothing, || post(search::others)),
    ("POST", "/here", Needs::Form(Role::Desk), Sees::Nothing, || post(visit::here)),
    ("POST", "/visit/{action}", Needs::Form(Role::Desk), Sees::Nothing, || post(calling::act_on_visit)),
    ("POST", "/queue/next", Needs::Form(Role::Desk), Sees::Nothing, || post(calling::call_next)),
    ("POST", "/point", Needs::Form(Role::Desk), Sees::Nothing, || post(calling::set_point)),
    ("POST", "/stop/{action}", Needs::Form(Role::Desk), Sees::Nothing, || post(calling::act_on_stop)),
    ("GET", "/kiosks", Needs::Page(Role::Desk), Sees::Nothing, || get(kiosks::kiosks_page)),
    ("GET", "/kiosks/list", Needs::Part(Role::Desk), Sees::Nothing, || get(kiosks::kiosks_part)),
    ("GET", "/alarms", Needs::Part(Role::Desk), Sees::Nothing, || get(kiosks::alarms_part)),
    ("POST", "/kiosks/seen", Needs::Form(Role::Desk), Sees::Nothing, || post(kiosks::seen)),
    ("POST", "/kiosks/order/{action}", Needs::Form(Role::Desk), Sees::Nothing, || post(kiosks::order)),
    ("POST", "/kiosks/restart", Needs::Form(Role::Supervisor), Sees::Nothing, || post(kiosks::restart)),
    ("POST", "/kiosks/place", Needs::Form(Role::Supervisor), Sees::Nothing, || post(kiosks::place)),
    ("POST", "/kiosks/adopt", Needs::Form(Role::Supervisor), Sees::Nothing, || post(kiosks::adopt)),
    ("POST", "/kiosks/enrol/{action}", Needs::Form(Role::Admin), Sees::Nothing, || post(kiosks::enrol)),
    ("GET", "/audit", Needs::Page(Role::Supervisor), Sees::Nothing, || get(audit::audit_page)),
    ("POST", "/audit", Needs::Form(Role::Supervisor), Sees::Nothing, || post(audit::search)),
    ("GET", "/reports", Needs::Page(Role::Supervisor), Sees::Nothing, || get(reports::reports_page)),
    ("GET", "/reports.csv", Needs::Part(Role::Supervisor), Sees::Nothing, || get(reports::figure_as_csv)),
    ("GET", "/patient-data", Needs::Page(Role::Supervisor), Sees::Nothing, || get(patient_data::data_page)),
    ("POST", "/patient-data/{action}", Needs::Form(Role::Supervisor), Sees::Nothing, || post(patient_data::act)),
    ("GET", "/data-retention", Needs::Page(Role::Admin), Sees::Nothing, || get(data_retention::page)),
    ("POST", "/data-retention/{action}", Needs::Form(Role::Admin), Sees::Nothing, || post(data_retention::act)),
    ("GET", "/users", Needs::Page(Role::Admin), Sees::Nothing, || get(users::users_page)),
    ("POST", "/users/{action}", Needs::Form(Role::Admin), Sees::Nothing, || post(users::act)),
    ("GET", "/board", Needs::Page(Role::Desk), Sees::Nothing, || get(board::boards_page)),
    ("POST", "/boards/renew", Needs::Form(Role::Admin), Sees::Nothing, || post(board::renew)),
    ("GET", "/board/{place}", Needs::Board, Sees::Nothing, || get(board::board_page)),
    ("GET", "/board/{place}/part", Needs::Board, Sees::Nothing, || get(board::board_part)),
    ("GET", "/board/{place}/live", Needs::Board, Sees::Nothing, || get(board::board_live)),
    ("GET", "/t/{token}", Needs::Ticket, Sees::Nothing, || get(phone::ticket_page)),
    ("GET", "/t/{token}/part", Needs::Ticket, Sees::Nothing, || get(phone::ticket_part)),
    ("GET", "/t/{token}/live", Needs::Ticket, Sees::Nothing, || get(phone::ticket_live)),
    ("GET", "/t/{token}/app", Needs::Ticket, Sees::Nothing, || get(phone::manifest)),
    ("POST", "/t/{token}/{wish}", Needs::Ticket, Sees::Nothing, || post(phone::wish)),
    ("GET", "/t/worker.js", Needs::Nothing, Sees::Nothing, || {
        get(async || asset("text/javascript; charset=utf-8", include_str!("worker.js")))
    }),
    ("GET", "/static/live.js", Needs::Nothing, Sees::Nothing, || {
        get(async || asset("text/javascript; charset=utf-8", include_str!("live.js")))
    }),
    ("GET", "/static/times.js", Needs::Nothing, Sees::Nothing, || {
        get(async || asset("text/javascript; charset=utf-8", include_str!("times.js")))
    }),
    ("GET", "/static/tones.js", Needs::Nothing, Sees::Nothing, || {
        get(async || asset("text/javascript; charset=utf-8", include_str!("tones.js")))
    }),
    ("GET", "/static/board.css", Needs::Nothing, Sees::Nothing, || {
        get(async || asset("text/css; charset=utf-8", include_str!("board.css")))
    }),
    ("GET", "/static/board.js", Needs::Nothing, Sees::Nothing, || {
        get(async || asset("text/javascript; charset=utf-8", include_str!("board.js")))
    }),
    ("GET", "/static/turns.js", Needs::Nothing, Sees::Nothing, || {
        get(async || asset("text/javascript; charset=utf-8", include_str!("turns.js")))
    }),
    ("GET", "/static/phone.css", Needs::Nothing, Sees::Nothing, || {
        get(async || asset("text/css; charset=utf-8", include_str!("phone.css")))
    }),
    ("GET", "/static/phone.js", Needs::Nothing, Sees::Nothing, || {
        get(async || asset("text/javascript; charset=utf-8", include_str!("phone.js")))
    }),
    ("GET", "/settings", Needs::Page(Role::Admin), Sees::Nothing, || get(settings::overview)),
    ("GET", "/settings/part", Needs::Page(Role::Admin), Sees::Nothing, || get(settings::part)),
    ("GET", "/settings/review", Needs::Page(Role::Admin), Sees::Nothing, || get(settings::review)),
    ("GET", "/settings/history", Needs::Page(Role::Admin), Sees::Nothing, || get(settings::history)),
    ("GET", "/settings/export", Needs::Part(Role::Admin), Sees::Nothing, || get(settings::export)),
    ("POST", "/settings/import", Needs::Form(Role::Admin), Sees::Nothing, || {
        post(settings::import).layer(DefaultBodyLimit::max(form_bytes_max("/settings/import")))
    }),
    ("POST", "/settings/{action}", Needs::Form(Role::Admin), Sees::Nothing, || post(settings::act)),
    ("GET", "/static/desk.css", Needs::Nothing, Sees::Nothing, || {
        get(async || asset("text/css; charset=utf-8", include_str!("desk.css")))
    }),
    ("GET", "/static/plot.css", Needs::Nothing, Sees::Nothing, || {
        get(async || asset("text/css; charset=utf-8", reports::STYLE))
    }),
    ("GET", "/static/desk.js", Needs::Nothing, Sees::Nothing, || {
        get(async || asset("text/javascript; charset=utf-8", include_str!("desk.js")))
    }),
    ("GET", "/static/alarms.js", Needs::Nothing, Sees::Nothing, || {
        get(async || asset("text/javascript; charset=utf-8", include_str!("alarms.js")))
    }),
    ("GET", "/static/kiosks.js", Needs::Nothing, Sees::Nothing, || {
        get(async || asset("text/javascript; charset=utf-8", include_str!("kiosks.js")))
    }),
    ("GET", "/static/settings.js", Needs::Nothing, Sees::Nothing, || {
        get(async || asset("text/javascript; charset=utf-8", include_str!("settings.js")))
    }),
    ("GET", "/static/staff.js", Needs::Nothing, Sees::Nothing, || {
        get(async || asset("text/javascript; charset=utf-8", include_str!("staff.js")))
    }),
    ("GET", "/static/renew.js", Needs::Nothing, Sees::Nothing, || {
        get(async || asset("text/javascript; charset=utf-8", include_str!("renew.js")))
    }),
    ("GET", "/static/ring.js", Needs::Nothing, Sees::Nothing, || {
        get(async || asset("text/javascript; charset=utf-8", include_str!("ring.js")))
    }),
    ("GET", "/static/lock.js", Needs::Nothing, Sees::Nothing, || {
        get(async || asset("text/javascript; charset=utf-8", include_str!("lock.js")))
    }),
    ("GET", "/static/session.js", Needs::Nothing, Sees::Nothing, || {
        get(async || asset("text/javascript; charset=utf-8", include_str!("session.js")))
    }),
    ("GET", "/static/panel.js", Needs::Nothing, Sees::Nothing, || {
        get(async || asset("text/javascript; charset=utf-8", include_str!("panel.js")))
    }),
    ("GET", "/static/appointments.js", Needs::Nothing, Sees::Nothing, || {
        get(async || asset("text/javascript; charset=utf-8", include_str!("appointments.js")))
    }),
    ("GET", "/static/import.js", Needs::Nothing, Sees::Nothing, || {
        get(async || asset("text/javascript; charset=utf-8", include_str!("import.js")))
    }),
    ("GET", "/static/message.js", Needs::Nothing, Sees::Nothing, || {
        get(async || asset("text/javascript; charset=utf-8", include_str!("message.js")))
    }),
    ("GET", "/static/icon.svg", Needs::Nothing, Sees::Nothing, || {
        get(async || asset("image/svg+xml", include_str!("icon.svg")))
    }),
];

/// The staff's part of the desk's addresses.
pub fn routes(desk: &Desk) -> Router<Desk> {
    let all = ROUTES.iter().fold(Router::new(), |router, (_, path, _, _, answer)| router.route(path, answer()));
    all.fallback(async || Oops::NotFound)
        .layer(from_fn_with_state(desk.clone(), access::guard))
        .layer(DefaultBodyLimit::max(FORM_BYTES_MAX))
}

fn asset(kind: &'static str, text: &'static str) -> Response {
    ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "no-cache")], text).into_response()
}
