//! The JavaScript engine: `QuickJS`, the Glide API in a prelude, and one host function behind it.

mod crypto;
mod host;
mod host_outbound;
mod host_records;
mod host_system;

use std::cell::Cell;

use rquickjs::context::EvalOptions;
use rquickjs::{CatchResultExt, CaughtError, Context, Ctx, Function, Runtime, Value as JsValue};
use serde_json::{Value, json};

use super::core::{Exec, lock};
use super::error::InstanceError;
use super::store::Values;

/// The prelude, in the order in which it is evaluated.
const PRELUDE: &[(&str, &str)] = &[
    ("core.js", include_str!("prelude/core.js")),
    ("glide_date_time.js", include_str!("prelude/glide_date_time.js")),
    ("glide_element.js", include_str!("prelude/glide_element.js")),
    ("glide_record.js", include_str!("prelude/glide_record.js")),
    ("gs.js", include_str!("prelude/gs.js")),
    ("utilities.js", include_str!("prelude/utilities.js")),
    ("rest.js", include_str!("prelude/rest.js")),
    ("outbound.js", include_str!("prelude/outbound.js")),
    ("scope.js", include_str!("prelude/scope.js")),
];

/// A script may not take more memory than this.
const MEMORY: usize = 256 * 1024 * 1024;
/// Native stack of one engine; nested engines each have their own.
const ENGINE_STACK: usize = 2 * 1024 * 1024;
/// The engine asks about every 10 000 steps whether to go on; a loop without end stops here.
const MAX_INTERRUPTS: u32 = 20_000;

/// One JavaScript world: a script runs in it as a user and in a scope.
pub struct Engine {
    context: Context,
    exec: Exec,
}

impl Engine {
    /// A fresh world with the Glide API of the execution's scope.
    pub fn new(exec: &Exec) -> Result<Self, InstanceError> {
        let runtime = Runtime::new().map_err(internal)?;
        runtime.set_memory_limit(MEMORY);
        runtime.set_max_stack_size(ENGINE_STACK);
        let count = Cell::new(0u32);
        runtime.set_interrupt_handler(Some(Box::new(move || {
            count.set(count.get() + 1);
            count.get() > MAX_INTERRUPTS
        })));
        let context = Context::full(&runtime).map_err(internal)?;
        let engine = Self {
            context,
            exec: exec.clone(),
        };
        engine.context.with(|ctx| engine.prepare(&ctx))?;
        Ok(engine)
    }

    fn prepare<'js>(&self, ctx: &Ctx<'js>) -> Result<(), InstanceError> {
        let exec = self.exec.clone();
        let call = Function::new(
            ctx.clone(),
            move |scope: String, operation: String, arguments: String| -> String {
                host::call(&exec, &scope, &operation, &arguments)
            },
        )
        .map_err(internal)?;
        ctx.globals().set("__host", call).map_err(internal)?;
        ctx.globals()
            .set("__scope", self.exec.scope.as_str())
            .map_err(internal)?;
        for (name, source) in PRELUDE {
            let outcome: Result<JsValue<'js>, _> = ctx.eval_with_options(*source, options(name));
            outcome
                .catch(ctx)
                .map_err(|error| InstanceError::Internal(format!("{name}: {}", describe(&error))))?;
        }
        Ok(())
    }

    /// Evaluates a script and returns its value as JSON; what JSON cannot say is `null`.
    pub fn eval(&self, source: &str, file: &str) -> Result<Value, InstanceError> {
        self.evaluate(source, file, true)
    }

    /// Runs a script for its effects: its value may be a record, which has no JSON form.
    pub fn run(&self, source: &str, file: &str) -> Result<Value, InstanceError> {
        self.evaluate(source, file, false)
    }

    fn evaluate(&self, source: &str, file: &str, wants_value: bool) -> Result<Value, InstanceError> {
        let result = self.context.with(|ctx| {
            let value: JsValue<'_> =
                ctx.eval_with_options(source, options(file))
                    .catch(&ctx)
                    .map_err(|error| {
                        self.note_missing_class(&error);
                        InstanceError::Script {
                            file: file.to_owned(),
                            message: describe(&error),
                        }
                    })?;
            if !wants_value {
                return Ok(Value::Null);
            }
            let text = ctx
                .json_stringify(value)
                .catch(&ctx)
                .map_err(|error| InstanceError::Script {
                    file: file.to_owned(),
                    message: format!("result: {}", describe(&error)),
                })?;
            match text {
                None => Ok(Value::Null),
                Some(text) => {
                    let text = text.to_string().map_err(internal)?;
                    serde_json::from_str(&text).map_err(|error| InstanceError::Internal(error.to_string()))
                }
            }
        });
        // Refusals win over whatever the script made of them.
        let refused = lock(&self.exec.transaction).refused.first().cloned();
        match refused {
            Some(what) => Err(InstanceError::Unsupported(format!("{what} (in {file})"))),
            None => result,
        }
    }

    /// A name that is not defined and looks like the platform's is a gap of the emulator.
    fn note_missing_class(&self, error: &CaughtError<'_>) {
        if let CaughtError::Exception(exception) = error
            && let Some(message) = exception.message()
            && let Some(name) = message
                .strip_suffix(" is not defined")
                .map(|name| name.trim_matches('\''))
            && (name.starts_with("Glide") || name.starts_with("sn_") || name.starts_with("g_"))
        {
            self.exec
                .refuse(&format!("{name} in a script of scope {}", self.exec.scope));
        }
    }
}

/// A world with `current` (and `previous`) set, for rules, conditions and access controls.
pub fn rule_engine(
    exec: &Exec,
    table: &str,
    current: Option<&Values>,
    previous: Option<&Values>,
    mode: &str,
) -> Result<Engine, InstanceError> {
    let engine = Engine::new(exec)?;
    let argument = json!({ "table": table, "current": current, "previous": previous, "mode": mode });
    engine.eval(&format!("__bindRule({argument})"), "rule")?;
    Ok(engine)
}

fn options(file: &str) -> EvalOptions {
    let mut options = EvalOptions::default();
    options.global = true;
    options.strict = false;
    options.filename = Some(file.to_owned());
    options
}

fn internal(error: impl std::fmt::Display) -> InstanceError {
    InstanceError::Internal(error.to_string())
}

fn describe(error: &CaughtError<'_>) -> String {
    match error {
        CaughtError::Exception(exception) => {
            let message = exception.message().unwrap_or_default();
            match exception.stack() {
                Some(stack) if !stack.trim().is_empty() => format!("{message}\n{}", stack.trim_end()),
                _ => message,
            }
        }
        CaughtError::Value(value) => match value.as_string().and_then(|text| text.to_string().ok()) {
            Some(text) => text,
            None => format!("{value:?}"),
        },
        CaughtError::Error(error) => error.to_string(),
    }
}
