//! Outbound calls of scripts, and the credentials behind aliases.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::thread::{self, JoinHandle};

use super::support::{Set, fails, id, run, with};

/// Answers one request and gives back what it read.
fn answer_once(response: &'static str) -> (String, JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    let thread = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut reader = BufReader::new(stream.try_clone().unwrap());
        let (mut seen, mut length) = (String::new(), 0);
        loop {
            let mut line = String::new();
            reader.read_line(&mut line).unwrap();
            if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse().unwrap();
            }
            seen.push_str(&line);
            if line == "\r\n" {
                break;
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body).unwrap();
        seen.push_str(&String::from_utf8(body).unwrap());
        stream.write_all(response.as_bytes()).unwrap();
        seen
    });
    (url, thread)
}

#[test]
fn a_rest_message_travels_and_its_answer_comes_back_as_text() {
    let instance = with(&Set::demo());
    let (url, server) = answer_once(
        "HTTP/1.1 201 Created\r\nX-Reply: yes\r\nContent-Length: 11\r\nConnection: close\r\n\r\n{\"ok\":true}",
    );
    let said = run(
        &instance,
        "beth",
        &format!(
            "var m = new sn_ws.RESTMessageV2(); m.setEndpoint('{url}'); m.setHttpMethod('post'); m.setHttpTimeout(5000);
             m.setRequestHeader('Content-Type', 'application/json'); m.setQueryParameter('a', 'b c'); m.setRequestBody('{{\"n\":1}}');
             var r = m.execute();
             [r.getStatusCode(), r.getBody(), r.getHeader('X-Reply'), r.haveError(), r.getErrorMessage()].join('|')"
        ),
    );
    assert_eq!(said, "201|{\"ok\":true}|yes|false|");
    let seen = server.join().unwrap();
    assert!(seen.starts_with("POST /hook?a=b+c HTTP/1.1"), "{seen}");
    assert!(seen.ends_with("{\"n\":1}"), "{seen}");
    assert_eq!(instance.unsupported(), Vec::<String>::new());
}

#[test]
fn a_stored_rest_message_brings_endpoint_headers_and_content() {
    let (url, server) = answer_once("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n");
    let instance = with(
        &Set::demo()
            .record(
                "sys_rest_message",
                &id(0x50),
                &[("name", "Hook"), ("rest_endpoint", &url)],
            )
            .record(
                "sys_rest_message_fn",
                &id(0x51),
                &[
                    ("rest_message", &id(0x50)),
                    ("function_name", "send"),
                    ("http_method", "post"),
                    ("content", "<n>${name}</n>"),
                ],
            )
            .record(
                "sys_rest_message_headers",
                &id(0x52),
                &[("rest_message", &id(0x50)), ("name", "X-Kind"), ("value", "demo")],
            ),
    );
    let status = run(
        &instance,
        "beth",
        "var m = new sn_ws.RESTMessageV2('Hook', 'send'); m.setHttpTimeout(5000); m.setStringParameter('name', 'a<b');
         m.execute().getStatusCode()",
    );
    assert_eq!(status, 204);
    let seen = server.join().unwrap();
    assert!(
        seen.contains("x-kind: demo") && seen.ends_with("<n>a&lt;b</n>"),
        "{seen}"
    );
}

#[test]
fn a_server_that_is_not_there_is_an_error_of_the_response() {
    let instance = with(&Set::demo());
    let said = run(
        &instance,
        "beth",
        "var m = new sn_ws.RESTMessageV2(); m.setEndpoint('http://127.0.0.1:1/'); m.setHttpMethod('get');
         m.setHttpTimeout(2000); var r = m.execute(); [r.getStatusCode(), r.haveError(), r.getErrorMessage() !== ''].join()",
    );
    assert_eq!(said, "0,true,true");
}

#[test]
fn a_call_without_a_timeout_and_an_unknown_member_are_refused() {
    for (script, what) in [
        (
            "var m = new sn_ws.RESTMessageV2(); m.setEndpoint('http://127.0.0.1:1/'); m.setHttpMethod('get'); m.execute()",
            "without setHttpTimeout",
        ),
        (
            "new sn_ws.RESTMessageV2().setMIDServer('mid')",
            "RESTMessageV2.setMIDServer",
        ),
        ("new sn_ws.RESTMessageV2('Nothing', 'get')", "there is none"),
        ("new sn_ws.SOAPMessageV2()", "sn_ws.SOAPMessageV2"),
        ("new sn_cc.IPSecCredentials()", "sn_cc.IPSecCredentials"),
    ] {
        let instance = with(&Set::demo());
        let error = fails(&instance, script);
        assert!(error.contains(what), "{script}: {error}");
        assert_eq!(instance.unsupported().len(), 1, "{script}");
    }
}

#[test]
fn a_credential_behind_an_alias_is_read_in_clear_and_stored_encrypted() {
    let alias = id(0x60);
    let instance = with(&Set::demo().record(
        "sys_alias",
        &alias,
        &[
            ("name", "Backend"),
            ("id", "x_acme_demo.Backend"),
            ("type", "credential"),
        ],
    ));
    let read = format!(
        "var c = new sn_cc.StandardCredentialsProvider().getCredentialByAliasID('{alias}');
         c === null ? 'none' : c.getAttribute('user_name') + ':' + c.getAttribute('password') + ':' + c.getAttribute('nothing')"
    );
    assert_eq!(run(&instance, "beth", &read), "none");
    let credential = instance
        .insert(
            "basic_auth_credentials",
            &[
                ("name", "Backend"),
                ("user_name", "svc"),
                ("password", "s3cret"),
                ("credential_alias", &alias),
            ],
        )
        .unwrap();
    assert_eq!(run(&instance, "beth", &read), "svc:s3cret:null");
    let stored = instance.record("basic_auth_credentials", &credential).unwrap();
    assert!(!stored["password"].contains("s3cret"), "{stored:?}");

    instance
        .update("basic_auth_credentials", &credential, &[("active", "false")])
        .unwrap();
    assert_eq!(run(&instance, "beth", &read), "none");
}

#[test]
fn a_connection_behind_an_alias_brings_its_address_and_its_credential() {
    let alias = id(0x61);
    let instance = with(&Set::demo().record(
        "sys_alias",
        &alias,
        &[
            ("name", "Backend"),
            ("id", "x_acme_demo.Backend"),
            ("type", "connection"),
        ],
    ));
    let credential = instance
        .insert(
            "basic_auth_credentials",
            &[("user_name", "svc"), ("password", "s3cret")],
        )
        .unwrap();
    instance
        .insert(
            "http_connection",
            &[
                ("name", "Backend"),
                ("connection_alias", &alias),
                ("credential", &credential),
                ("connection_url", "https://backend.example"),
            ],
        )
        .unwrap();
    let said = run(
        &instance,
        "beth",
        &format!(
            "var i = new sn_cc.ConnectionInfoProvider().getConnectionInfo('{alias}');
             i.getAttribute('connection_url') + ' ' + i.getCredentialAttribute('password')"
        ),
    );
    assert_eq!(said, "https://backend.example s3cret");
}
