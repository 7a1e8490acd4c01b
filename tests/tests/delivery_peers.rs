//! What neighbours sign we accept, and what we sign they accept: tested against their own libraries, which
//! `cargo xtask setup` installs into `tests/peers`.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::RsaKeyPair;
use backend::config::Dkim;
use backend::delivery::dkim::Signer;
use backend::delivery::sms::twilio::signature;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use shared::words::UnixMillis;
use url::form_urlencoded;

/// Asks a neighbour's library.
fn ask(command: &str, question: &Value) -> Value {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("peers");
    assert!(
        folder.join("node_modules").is_dir(),
        "the neighbours' libraries are not installed: run `cargo xtask setup`"
    );
    let mut node = Command::new("node")
        .arg(folder.join("peer.mjs"))
        .arg(command)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    node.stdin
        .take()
        .unwrap()
        .write_all(question.to_string().as_bytes())
        .unwrap();
    let output = node.wait_with_output().unwrap();
    assert!(output.status.success(), "{command} failed");
    serde_json::from_slice(&output.stdout).unwrap()
}

const TOKEN: &str = "0123456789abcdef0123456789abcdef";

/// One request as Twilio would make it.
struct Case {
    origin: &'static str,
    target: &'static str,
    /// A name may come several times.
    form: &'static [(&'static str, &'static str)],
}

const CASES: [Case; 10] = [
    Case {
        origin: "https://verify.example.com",
        target: "/callbacks/twilio?key=link-VER0123456789AB-0",
        form: &[
            ("SmsSid", "SM1"),
            ("SmsStatus", "delivered"),
            ("MessageStatus", "delivered"),
            ("To", "+442079460958"),
            ("MessageSid", "SM1"),
            ("AccountSid", "AC1"),
            ("From", "+15005550006"),
            ("ApiVersion", "2010-04-01"),
        ],
    },
    Case {
        origin: "https://verify.example.com",
        target: "/callbacks/twilio",
        form: &[],
    },
    Case {
        origin: "https://verify.example.com:8443",
        target: "/callbacks/twilio?key=a&b=c",
        form: &[("A", "1")],
    },
    Case {
        origin: "http://localhost:8080",
        target: "/callbacks/twilio?key=a",
        form: &[("A", "1")],
    },
    // Upper before lower case, a prefix before the longer name, empty values.
    Case {
        origin: "https://verify.example.com",
        target: "/c?x=%20y&z=%C3%A9",
        form: &[
            ("b", ""),
            ("B", "2"),
            ("BB", "3"),
            ("a", "4"),
            ("_", "5"),
            ("0", "6"),
        ],
    },
    Case {
        origin: "https://verify.example.com",
        target: "/c?q=it's(a)*test!~",
        form: &[("Body", "Grüße aus 東京 😀 & mehr=100%+")],
    },
    Case {
        origin: "https://verify.example.com",
        target: "/c",
        form: &[("Body", "two\r\nlines\tand  spaces "), ("Empty", "")],
    },
    Case {
        origin: "https://verify.example.com",
        target: "/c?key=a",
        form: &[("Media", "b"), ("Media", "a"), ("Media", "b"), ("Z", "1")],
    },
    Case {
        origin: "https://xn--bcher-kva.example",
        target: "/c?key=a",
        form: &[("A", "1")],
    },
    Case {
        origin: "https://[2001:db8::1]:8443",
        target: "/c?key=a",
        form: &[("A", "1")],
    },
];

/// The form as the helper library takes it: a list for a name that comes several times.
fn parameters(form: &[(&str, &str)]) -> Value {
    let mut object = serde_json::Map::new();
    for (name, value) in form {
        match object.get_mut(*name) {
            None => {
                object.insert((*name).to_owned(), json!(value));
            }
            Some(Value::Array(list)) => list.push(json!(value)),
            Some(one) => *one = json!([one.clone(), value]),
        }
    }
    Value::Object(object)
}

fn body(form: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new())
        .extend_pairs(form)
        .finish()
}

fn accepted(token: &str, origin: &str, target: &str, body: &str, signature: &str) -> bool {
    signature::is_valid(&token.into(), origin, target, body.as_bytes(), signature)
}

#[test]
fn what_twilios_library_signs_is_accepted() {
    let cases: Vec<Value> = CASES
        .iter()
        .map(|case| {
            json!({ "token": TOKEN, "url": format!("{}{}", case.origin, case.target), "params": parameters(case.form) })
        })
        .collect();
    let signatures = ask("twilio-sign", &cases.into());
    for (case, signature) in CASES.iter().zip(signatures.as_array().unwrap()) {
        let signature = signature.as_str().unwrap();
        let url = format!("{}{}", case.origin, case.target);
        assert!(
            accepted(TOKEN, case.origin, case.target, &body(case.form), signature),
            "{url}"
        );
    }
}

/// One request with something changed, and its signature.
struct Tried {
    token: String,
    origin: String,
    target: String,
    form: Vec<(String, String)>,
    signature: String,
}

/// Each case with each part changed in turn.
fn tampered(signatures: &[Value]) -> Vec<Tried> {
    let mut all = Vec::new();
    for (case, signature) in CASES.iter().zip(signatures) {
        let right = || Tried {
            token: TOKEN.to_owned(),
            origin: case.origin.to_owned(),
            target: case.target.to_owned(),
            form: case
                .form
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
            signature: signature.as_str().unwrap().to_owned(),
        };
        all.push(right());
        let mut change = |change: &dyn Fn(&mut Tried)| {
            let mut tried = right();
            change(&mut tried);
            all.push(tried);
        };
        change(&|tried| tried.token = "f".repeat(32));
        change(&|tried| tried.origin = "https://other.example".into());
        change(&|tried| tried.origin = tried.origin.replace("https://", "http://"));
        change(&|tried| tried.target.push_str("&more=1"));
        change(&|tried| tried.target = tried.target.to_uppercase());
        change(&|tried| tried.form.push(("Added".into(), "1".into())));
        change(&|tried| {
            tried.form.pop();
        });
        change(&|tried| {
            if let Some((_, value)) = tried.form.first_mut() {
                value.push('x');
            }
        });
        change(&|tried| tried.signature = tried.signature.to_lowercase());
        change(&|tried| tried.signature.clear());
        change(&|tried| {
            tried.signature.pop();
        });
    }
    all
}

#[test]
fn what_twilios_library_rejects_is_rejected() {
    let questions: Vec<Value> = CASES
        .iter()
        .map(|case| json!({ "token": TOKEN, "url": format!("{}{}", case.origin, case.target), "params": parameters(case.form) }))
        .collect();
    let signatures = ask("twilio-sign", &questions.into());
    let all = tampered(signatures.as_array().unwrap());
    let borrowed = |tried: &Tried| -> Vec<(String, String)> { tried.form.clone() };
    let questions: Vec<Value> = all
        .iter()
        .map(|tried| {
            let form = borrowed(tried);
            let pairs: Vec<(&str, &str)> = form
                .iter()
                .map(|(name, value)| (name.as_str(), value.as_str()))
                .collect();
            json!({ "token": tried.token, "url": format!("{}{}", tried.origin, tried.target), "params": parameters(&pairs), "signature": tried.signature })
        })
        .collect();
    let verdicts = ask("twilio-validate", &questions.into());
    let mut rejected = 0;
    for (tried, verdict) in all.iter().zip(verdicts.as_array().unwrap()) {
        let verdict = verdict.as_bool().unwrap();
        let body = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(&tried.form)
            .finish();
        let ours = accepted(
            &tried.token,
            &tried.origin,
            &tried.target,
            &body,
            &tried.signature,
        );
        assert_eq!(
            ours, verdict,
            "{}{} {:?} {}",
            tried.origin, tried.target, tried.form, tried.signature
        );
        rejected += usize::from(!verdict);
    }
    assert!(rejected >= 80, "only {rejected} of {} were rejected", all.len());
}

#[test]
fn a_json_body_is_accepted_and_rejected_as_twilios_library_does() {
    let body = r#"{"AccountSid":"AC1","MessageStatus":"delivered","Body":"Grüße 😀"}"#;
    let hash: String = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, body.as_bytes())
        .as_ref()
        .iter()
        .fold(String::new(), |text, byte| format!("{text}{byte:02x}"));
    let origin = "https://verify.example.com";
    let target = format!("/callbacks/twilio?key=a&bodySHA256={hash}");
    let url = format!("{origin}{target}");
    let signed = ask(
        "twilio-sign",
        &json!([{ "token": TOKEN, "url": url, "params": null }]),
    );
    let signature = signed[0].as_str().unwrap();
    let upper = target.replace(&hash, &hash.to_uppercase());
    let cases = [
        (target.as_str(), body, signature),
        (target.as_str(), "{}", signature),
        (target.as_str(), body, "AAAA"),
        (upper.as_str(), body, signature),
        ("/callbacks/twilio?key=a&bodySHA256=", body, signature),
    ];
    let questions: Vec<Value> = cases
        .iter()
        .map(|(target, body, signature)| {
            json!({ "token": TOKEN, "url": format!("{origin}{target}"), "body": body, "signature": signature })
        })
        .collect();
    let verdicts = ask("twilio-validate", &questions.into());
    assert_eq!(verdicts, json!([true, false, false, false, false]));
    for ((target, body, signature), verdict) in cases.iter().zip(verdicts.as_array().unwrap()) {
        assert_eq!(
            accepted(TOKEN, origin, target, body, signature),
            verdict.as_bool().unwrap(),
            "{target}"
        );
    }
}

#[test]
fn what_sendgrids_library_believes_has_the_form_that_we_read() {
    use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1, UnparsedPublicKey};
    let payload = "[{\"event\":\"delivered\",\"email\":\"grüße@example.com\"}]\r\n";
    let told = ask(
        "sendgrid",
        &json!({ "timestamp": "1600112502", "payload": payload }),
    );
    assert_eq!(
        (&told["valid"], &told["validIfChanged"]),
        (&json!(true), &json!(false))
    );
    let bytes = |name: &str| STANDARD.decode(told[name].as_str().unwrap()).unwrap();
    let (key, signature) = (bytes("key"), bytes("signature"));
    let check = |text: String| {
        UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, &key)
            .verify(text.as_bytes(), &signature)
            .is_ok()
    };
    assert!(check(format!("1600112502{payload}")));
    assert!(!check(format!("1600112502{payload} ")));
}

/// A message with what makes canonicalisation hard: folded headers, tabs, empty lines, long lines, other letters.
const MESSAGE: &str = "From: Acme IT service desk <desk@acme.example>\r\nTo: mia@gmail.com\r\n\
    Date: Sun, 22 Nov 2026 10:00:00 +0000\r\nMessage-ID: <link-VER0-0@verify.example.com>\r\n\
    Subject: =?utf-8?b?QWNtZTogR3LDvMOfZQ==?=\r\n\t and a   second line \r\nAuto-Submitted: auto-generated\r\n\
    MIME-Version: 1.0\r\nContent-Type: text/plain;\r\n charset=utf-8\r\n\r\n\
    Hello  Mia,\t \r\n\r\n  indented \r\nGr\u{fc}\u{df}e\r\n\r\n\r\n";

fn verdict(signer: &Signer, message: &[u8]) -> Value {
    let (record, name) = signer.record();
    let question = json!({ "message": STANDARD.encode(message), "records": { name: record } });
    ask("dkim", &question)["results"][0].clone()
}

#[test]
fn mailauth_verifies_what_we_sign_with_both_kinds_of_keys() {
    let pair = RsaKeyPair::generate(KeySize::Rsa2048).unwrap();
    let rsa: aws_lc_rs::encoding::Pkcs8V1Der<'_> = aws_lc_rs::encoding::AsDer::as_der(&pair).unwrap();
    let ed25519 =
        aws_lc_rs::signature::Ed25519KeyPair::generate_pkcs8(&aws_lc_rs::rand::SystemRandom::new()).unwrap();
    for (der, algorithm) in [(rsa.as_ref(), "rsa-sha256"), (ed25519.as_ref(), "ed25519-sha256")] {
        let pem = format!(
            "-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n",
            STANDARD.encode(der)
        );
        let signer = Signer::new(&Dkim {
            domain: "acme.example".into(),
            selector: "imper-1".into(),
            key_pem: pem.into(),
        })
        .unwrap();
        let sealed = signer
            .sign(MESSAGE.as_bytes(), UnixMillis(1_795_341_600_000))
            .unwrap();
        let told = verdict(&signer, &sealed);
        assert_eq!(told["result"], "pass", "{told}");
        assert_eq!(
            (&told["algo"], &told["aligned"]),
            (&json!(algorithm), &json!("acme.example")),
            "{told}"
        );
        assert_eq!(told["sameBody"], true);
        let text = String::from_utf8(sealed).unwrap();
        for (from, to) in [
            ("Hello  Mia", "Hello  Mio"),
            ("mia@gmail.com", "eve@gmail.com"),
            ("From: Acme", "From: Evil"),
            (
                "MIME-Version: 1.0\r\n",
                "MIME-Version: 1.0\r\nFrom: eve@evil.example\r\n",
            ),
            ("a   second line", "a third line"),
        ] {
            assert!(text.contains(from));
            let changed = verdict(&signer, text.replace(from, to).as_bytes());
            assert_ne!(changed["result"], "pass", "{from} → {to}: {changed}");
        }
        // What a relay may do: other folding, trailing spaces, and lines of its own before it.
        let relayed = format!(
            "Received: from a by b;\r\n\tSun\r\n{}",
            text.replace("Hello  Mia,\t ", "Hello Mia,")
        );
        assert_eq!(verdict(&signer, relayed.as_bytes())["result"], "pass");
    }
}
