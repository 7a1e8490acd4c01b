//! `backend render`: a message to look at, with sample data and the branding of an instance.

use anyhow::{Context as _, bail};
use backend::config::Config;
use backend::locale::Locale;
use backend::service::look::Look;
use backend::service::templates::{self, Template};
use backend::verification::InstanceId;
use clap::{Args, ValueEnum};
use shared::words::Channel;

/// What to print.
#[derive(Args)]
pub struct Render {
    /// Which message: link, link-again, code, notice, enrolled, warning or approval.
    #[arg(long)]
    template: String,
    /// The language; without it, that of the instance.
    #[arg(long)]
    lang: Option<String>,
    /// email or sms.
    #[arg(long, default_value = "email")]
    channel: String,
    /// The part of an email.
    #[arg(long, default_value = "text")]
    format: Format,
    /// Whose branding; may be left out where there is only one instance.
    #[arg(long)]
    instance: Option<String>,
}

/// The parts of an email.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// The subject, and the plain-text part.
    Text,
    /// The HTML part, for a browser.
    Html,
}

/// Prints it.
pub fn run(config: &Config, wanted: &Render) -> anyhow::Result<()> {
    let instance = instance(config, wanted.instance.as_deref())?;
    let template = Template::parse(&wanted.template).with_context(|| {
        let known: Vec<&str> = Template::ALL.iter().map(|known| known.as_str()).collect();
        format!(
            "“{}” is not a template; these are: {}",
            wanted.template,
            known.join(", ")
        )
    })?;
    let language = match &wanted.lang {
        None => config.instances[&instance].default_language,
        Some(tag) => Locale::from_tag(tag).with_context(|| {
            let known: Vec<&str> = Locale::ALL.iter().map(|known| known.tag()).collect();
            format!("“{tag}” is not a language; these are: {}", known.join(", "))
        })?,
    };
    let channel = Channel::parse(&wanted.channel)
        .with_context(|| format!("“{}” is not a channel; these are: email, sms", wanted.channel))?;
    let look = Look::configured(&config.instances[&instance]);
    let preview = templates::preview(config, &instance, &look, template, language)?;
    match (channel, wanted.format) {
        (Channel::Email, Format::Text) => {
            println!("{}\n\n{}", preview.email.subject, preview.email.text);
        }
        (Channel::Email, Format::Html) => println!("{}", preview.email.html),
        (Channel::Sms, Format::Html) => bail!("a text message has no HTML"),
        (Channel::Sms, Format::Text) => {
            println!("{}", preview.text.text);
            // Apart from the message, which may be piped somewhere.
            eprintln!(
                "\n{} segment(s), {}",
                preview.text.segments, preview.text.encoding
            );
        }
    }
    Ok(())
}

fn instance(config: &Config, name: Option<&str>) -> anyhow::Result<InstanceId> {
    let known = || {
        let ids: Vec<String> = config.instances.keys().map(ToString::to_string).collect();
        ids.join(", ")
    };
    match name {
        Some(name) => InstanceId::parse(name)
            .filter(|id| config.instances.contains_key(id))
            .with_context(|| {
                format!(
                    "“{name}” is not the id of a configured instance; these are: {}",
                    known()
                )
            }),
        None if config.instances.len() > 1 => bail!("say which --instance: {}", known()),
        None => config
            .instances
            .keys()
            .next()
            .cloned()
            .context("no instance is configured"),
    }
}
