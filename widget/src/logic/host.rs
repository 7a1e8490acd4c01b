//! What the page that carries the field must say.

use std::fmt;

/// The second argument of `mount`, a plain JavaScript object. What is missing there is empty here.
#[derive(Clone, PartialEq, Eq)]
pub struct HostContext {
    /// Table of the ticket, for example `incident`.
    pub table: String,
    /// `sys_id` of the ticket.
    pub sys_id: String,
    /// ServiceNow's session token (`g_ck`), sent back as `X-UserToken`: proof against forged requests.
    pub user_token: String,
    /// Path of the agent-token resource on this same instance.
    pub token_path: String,
}

/// The session token is a secret, so `Debug` keeps it.
impl fmt::Debug for HostContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HostContext")
            .field("table", &self.table)
            .field("sys_id", &self.sys_id)
            .field("user_token", &"…")
            .field("token_path", &self.token_path)
            .finish()
    }
}

/// Why the field cannot be shown with this context. For the person who sets up the page, hence the field names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HostError {
    /// `table` is not the name of a table.
    Table,
    /// `sys_id` is not 32 hex digits.
    SysId,
    /// `user_token` is empty.
    UserToken,
    /// `token_path` is not a path on this instance.
    TokenPath,
}

impl fmt::Display for HostError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("imper.ai Verification cannot be shown: ")?;
        match self {
            Self::Table => f.write_str("`table` must be the name of a table."),
            Self::SysId => f.write_str("`sys_id` must be 32 hex digits; a new ticket has to be saved first."),
            Self::UserToken => {
                f.write_str("`user_token` is empty; pass the session token of the page (g_ck).")
            }
            Self::TokenPath => f.write_str("`token_path` must be a path on this instance, like `/api/…`."),
        }
    }
}

impl HostContext {
    /// Refuses a context with which no request could succeed, or with which the session token would leave the
    /// instance.
    pub fn checked(self) -> Result<Self, HostError> {
        let is_word = |c: u8| c.is_ascii_alphanumeric() || c == b'_';
        if self.table.is_empty() || !self.table.bytes().all(is_word) {
            return Err(HostError::Table);
        }
        if self.sys_id.len() != 32 || !self.sys_id.bytes().all(|c| c.is_ascii_hexdigit()) {
            return Err(HostError::SysId);
        }
        if self.user_token.is_empty() {
            return Err(HostError::UserToken);
        }
        // `//host` and `/\host` are other origins to a browser.
        let mut path = self.token_path.bytes();
        if path.next() != Some(b'/') || matches!(path.next(), Some(b'/' | b'\\')) {
            return Err(HostError::TokenPath);
        }
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn good() -> HostContext {
        HostContext {
            table: "incident".into(),
            sys_id: "9d385017c611228701d22104cc95c371".into(),
            user_token: "secret".into(),
            token_path: "/api/x_imper_verify/v1/verify/agent_token".into(),
        }
    }

    #[test]
    fn a_complete_context_is_accepted() {
        assert_eq!(good().checked(), Ok(good()));
    }

    #[test]
    fn each_mistake_is_named() {
        let with = |change: fn(&mut HostContext)| {
            let mut context = good();
            change(&mut context);
            context.checked().unwrap_err()
        };
        assert_eq!(with(|c| c.table.clear()), HostError::Table);
        assert_eq!(with(|c| c.table = "inc ident".into()), HostError::Table);
        assert_eq!(with(|c| c.sys_id = "-1".into()), HostError::SysId);
        assert_eq!(with(|c| c.user_token.clear()), HostError::UserToken);
        for path in [
            "",
            "api/x",
            "https://evil.example/",
            "//evil.example/",
            "/\\evil.example/",
        ] {
            assert_eq!(
                HostContext {
                    token_path: path.into(),
                    ..good()
                }
                .checked(),
                Err(HostError::TokenPath)
            );
        }
    }

    #[test]
    fn the_session_token_is_not_printed() {
        assert!(!format!("{:?}", good()).contains("secret"));
    }
}
