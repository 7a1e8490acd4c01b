//! The words of [`shared::words`] as JSON schemas, for the document that describes the APIs: each names its values, so
//! that the document cannot fall behind the words.

use std::borrow::Cow;

use shared::words;
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{RefOr, Schema};

macro_rules! schemas {
    ($($(#[$meta:meta])* $name:ident;)+) => {
        $(
            $(#[$meta])*
            #[derive(Clone, Copy, Debug)]
            pub enum $name {}

            impl utoipa::PartialSchema for $name {
                fn schema() -> RefOr<Schema> {
                    let all = words::$name::ALL.iter();
                    let labels: Vec<&str> = all.clone().map(|one| one.label()).collect();
                    let object = ObjectBuilder::new()
                        .schema_type(Type::String)
                        .enum_values(Some(all.map(|one| one.as_str())))
                        .description(Some(format!("In the order of the values: {}.", labels.join("; "))));
                    object.build().into()
                }
            }

            impl utoipa::ToSchema for $name {
                fn name() -> Cow<'static, str> {
                    Cow::Borrowed(stringify!($name))
                }
            }
        )+
    };
}

schemas! {
    /// How a message reaches the requester.
    Channel;
    /// A predefined self-service action.
    Action;
    /// Where a verification stands.
    Status;
    /// What a decided verification came to.
    Outcome;
    /// The level of a risk score.
    RiskLevel;
    /// What the agent should do.
    Recommendation;
    /// Something that is proven or refuted.
    CheckKind;
    /// How much must be proven.
    Assurance;
    /// Where the action stands that a pass has granted.
    ActionState;
    /// What became of the ticket after its action was performed.
    TicketEnd;
    /// How a check ended.
    CheckResult;
}
