//! Which page of the administration answers which route.

use warp::Stream;
use warp::reply::Response;

use super::super::pages::{Failure, Frame};
use super::super::request::Request;
use super::super::routes::Page;
use super::super::upload::Upload;
use super::{branding, delivery, health, index, instance, messages, policy, push, retention, tokens, users};
use crate::service::Service;
use crate::service::console::Session;

/// The answer of a page; `part` is what stands for the part in braces of its path.
pub async fn answer<S, B>(
    service: &Service,
    request: &Request,
    session: &Session,
    frame: Frame,
    (page, part): (Page, &str),
    body: S,
) -> Result<Response, Failure>
where
    S: Stream<Item = Result<B, warp::Error>>,
    B: warp::Buf,
{
    Ok(match page {
        Page::Administration => index(frame)?,
        Page::Policy => policy::show(service, session, frame).await?,
        Page::EditPolicy => policy::edit(service, session, frame).await?,
        Page::SavePolicy => {
            let form = request.form_up_to(policy::MAX_FORM_BYTES, body).await?;
            policy::save(service, request, session, frame, form).await?
        }
        Page::PolicyDraft => policy::review(service, session, frame).await?,
        Page::ReplayPolicy => policy::replay(service, request, session, request.form(body).await?).await?,
        Page::ActivatePolicy => {
            policy::activate(service, request, session, frame, request.form(body).await?).await?
        }
        Page::DiscardPolicy => policy::discard(service, request, session, request.form(body).await?).await?,
        Page::PolicyVersion => policy::show_version(service, session, frame, part).await?,
        Page::RollBackPolicy => {
            let entered = (part, request.form(body).await?);
            policy::roll_back(service, request, session, frame, entered).await?
        }
        Page::Instance => instance::show(service, session, frame).await?,
        Page::BeginKey => {
            let entered = (part, request.form(body).await?);
            instance::begin(service, request, session, frame, entered).await?
        }
        Page::FinishKey => {
            let entered = (part, request.form(body).await?);
            instance::finish(service, request, session, frame, entered).await?
        }
        Page::AbortKey => {
            let entered = (part, request.form(body).await?);
            instance::abort(service, request, session, frame, entered).await?
        }
        Page::Delivery => delivery::show(service, request, session, frame).await?,
        Page::RetryDelivery => delivery::retry(service, request, session, request.form(body).await?).await?,
        Page::Messages => messages::show(service, request, session, frame).await?,
        Page::MessageFrame => messages::frame(service, request, session)?,
        Page::Retention => retention::show(service, request, session, frame).await?,
        Page::SubmitRetention => {
            let form = request.form(body).await?;
            retention::submit(service, request, session, frame, form).await?
        }
        Page::ResetRetention => {
            retention::reset(service, request, session, request.form(body).await?).await?
        }
        Page::Health => health::show(service, request, session, frame).await?,
        Page::VerifyChain => health::verify(service, request, session, request.form(body).await?).await?,
        Page::Branding => branding::show(service, request, session, frame).await?,
        Page::SubmitBranding => {
            let upload = Upload::read(request, body, "file").await?;
            branding::submit(service, request, session, frame, upload).await?
        }
        Page::ResetBranding => branding::reset(service, request, session, request.form(body).await?).await?,
        Page::SendTest => messages::send(service, request, session, frame, request.form(body).await?).await?,
        Page::Users | Page::NewUser | Page::AddUser | Page::User | Page::ChangeUser => {
            users::answer(service, request, session, frame, (page, part), body).await?
        }
        Page::Tokens => tokens::list(service, session, frame).await?,
        Page::NewToken => tokens::form(service, session, frame)?,
        Page::AddToken => tokens::add(service, request, session, frame, request.form(body).await?).await?,
        Page::Push => push::list(service, session, frame).await?,
        Page::AskRevokeToken => tokens::ask_revoke(service, session, frame, part).await?,
        Page::RevokeToken => {
            tokens::revoke(service, request, session, part, request.form(body).await?).await?
        }
        _ => return Err(Failure::NotFound),
    })
}
