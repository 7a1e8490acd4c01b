//! The data API: token x scope x route x instance, errors, paging, and that everything leaves its trace.

mod look;
mod matrix;
mod reading;

use warp::filters::BoxedFilter;
use warp::http::Response;
use warp::hyper::body::Bytes;

use crate::service::Service;
use crate::service::console::tokens::{By, NewToken, Scope, add_token};
use crate::verification::InstanceId;

pub type Answer = Response<Bytes>;

/// A system with a token.
pub struct Program {
    routes: BoxedFilter<(warp::reply::Response,)>,
    pub token: String,
}

/// A token of `instance` with these scopes.
pub async fn token(service: &Service, instance: &str, name: &str, scopes: &[Scope]) -> String {
    let new = NewToken {
        name: name.into(),
        scopes: scopes.to_vec(),
        days: 30,
        networks: String::new(),
    };
    let by = By::operator(InstanceId::parse(instance).unwrap());
    add_token(service, by, new).await.unwrap().expose().to_owned()
}

impl Program {
    pub async fn new(service: &Service, instance: &str, name: &str, scopes: &[Scope]) -> Self {
        Self {
            routes: crate::web::public(service),
            token: token(service, instance, name, scopes).await,
        }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send("GET", path, Some(&format!("Bearer {}", self.token)))
            .await
    }

    pub async fn send(&self, method: &str, path: &str, authorization: Option<&str>) -> Answer {
        let peer = std::net::SocketAddr::new("203.0.113.9".parse().unwrap(), 40_000);
        let mut request = warp::test::request()
            .method(method)
            .path(&format!("/api/v1/console/{path}"))
            .remote_addr(peer);
        if let Some(value) = authorization {
            request = request.header("authorization", value);
        }
        request.reply(&self.routes).await
    }
}

pub fn json(answer: &Answer) -> serde_json::Value {
    serde_json::from_slice(answer.body()).unwrap_or_else(|error| panic!("{error}: {:?}", answer.body()))
}
