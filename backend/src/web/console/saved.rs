//! Saving and removing views of the table.

use warp::reply::Response;

use super::pages::{self, Failure};
use super::request::{Form, Request};
use super::view::{PATH, View, with_query};
use crate::keys::equal;
use crate::service::Service;
use crate::service::console::{self, Session, ViewProblem};

impl From<ViewProblem> for Failure {
    fn from(problem: ViewProblem) -> Self {
        match problem {
            ViewProblem::Name | ViewProblem::Query | ViewProblem::TooMany => {
                Self::Refused(problem.to_string())
            }
            ViewProblem::Service(error) => error.into(),
            ViewProblem::Store(error) => Self::Internal(error.to_string()),
        }
    }
}

/// The form must come from a page that was shown to this session.
pub fn check_form(service: &Service, session: &Session, form: &Form) -> Result<(), Failure> {
    let expected = service.config.keys.form_token(&session.cookie_digest);
    if equal(form.get("form_token"), &expected) {
        Ok(())
    } else {
        Err(Failure::Forged)
    }
}

/// Saves the view whose query the form carries, and goes back to it.
pub async fn save(
    service: &Service,
    request: &Request,
    session: &Session,
    form: Form,
) -> Result<Response, Failure> {
    check_form(service, session, &form)?;
    // Read and written anew: what is saved is a query that the table itself would write.
    let query = View::read(form.get("query")).query_of_filters();
    let (name, client) = (form.get("name").to_owned(), request.client.clone());
    console::save_view(service, session, &name, query.clone(), client).await?;
    Ok(pages::see_other(&with_query(PATH, &query)))
}

/// Removes one of the user's views.
pub async fn remove(
    service: &Service,
    request: &Request,
    session: &Session,
    form: Form,
) -> Result<Response, Failure> {
    check_form(service, session, &form)?;
    let id = form.get("id").parse().map_err(|_| Failure::NotFound)?;
    console::remove_view(service, session, id, request.client.clone()).await?;
    Ok(pages::see_other(PATH))
}
