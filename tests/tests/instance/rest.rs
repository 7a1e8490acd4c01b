//! Scripted REST, the Table API, OAuth and who may call them.

use std::sync::atomic::Ordering;

use imper_tests::instance::UserSpec;
use serde_json::json;

use super::support::{Set, id};
use super::support_web::{Site, call, serve};

const ECHO: &str = "(function process(request, response) {\
    var body = request.body.data || {};\
    if (body.fail == 'bad') { response.setError(new sn_ws_err.BadRequestError('No')); return; }\
    if (body.fail == 'own') { var e = new sn_ws_err.ServiceError(); e.setStatus(422); e.setMessage('M'); e.setDetail('D'); response.setError(e); return; }\
    if (body.fail == 'throw') { throw new Error('oops'); }\
    if (body.fail == 'unknown') { try { new GlideUnknown(); } catch (ignored) {} }\
    response.setStatus(201); response.setHeader('X-Demo', 'yes');\
    response.setBody({ id: request.pathParams.id, q: String(request.queryParams.q), raw: request.body.dataString,\
        user: gs.getUserName(), header: request.getHeader('X-Thing'), token: gs.getSession().getSessionToken() !== null });\
})(request, response);";

fn api() -> Set {
    Set::demo()
        .acl(0x38, "Demo API", "REST_Endpoint", "execute", "x_acme_demo.user")
        .record(
            "sys_ws_definition",
            &id(0xa0),
            &[
                ("name", "Demo"),
                ("service_id", "demo"),
                ("namespace", "x_acme_demo"),
                ("active", "true"),
                ("enforce_acl", &id(0x38)),
            ],
        )
        .record(
            "sys_ws_version",
            &id(0xa1),
            &[
                ("version", "1"),
                ("version_id", "v1"),
                ("active", "true"),
                ("is_default", "true"),
                ("web_service_definition", &id(0xa0)),
            ],
        )
        .record(
            "sys_ws_operation",
            &id(0xa2),
            &operation("POST", "/echo/{id}", ECHO, "true"),
        )
        .record(
            "sys_ws_operation",
            &id(0xa3),
            &operation(
                "GET",
                "/health",
                "(function process() { return { ok: true }; })(request, response);",
                "false",
            ),
        )
}

fn operation<'a>(
    method: &'a str,
    path: &'a str,
    script: &'a str,
    protected: &'a str,
) -> Vec<(&'a str, &'a str)> {
    let uri = |prefix: &str| -> &'static str {
        Box::leak(format!("/api/x_acme_demo/{prefix}demo{path}").into_boxed_str())
    };
    vec![
        ("name", path),
        ("http_method", method),
        ("relative_path", path),
        ("operation_script", script),
        ("operation_uri", uri("v1/")),
        ("default_operation_uri", uri("")),
        ("active", "true"),
        ("requires_authentication", protected),
        ("requires_acl_authorization", protected),
        ("requires_snc_internal_role", "false"),
        ("web_service_definition", "000000000000000000000000000000a0"),
        ("web_service_version", "000000000000000000000000000000a1"),
    ]
}

async fn site() -> Site {
    let site = serve(&api()).await;
    site.instance
        .add_user(UserSpec::new("ann", "Ann User", "pw").role("x_acme_demo.user"))
        .unwrap();
    site.instance.add_oauth_client("client", "secret", "ann").unwrap();
    site
}

#[tokio::test]
async fn a_resource_runs_its_script_with_the_request() {
    let site = site().await;
    let request = site
        .post("/api/x_acme_demo/v1/demo/echo/a%20b?q=1")
        .basic_auth("ann", Some("pw"))
        .header("X-Thing", "t")
        .json(&json!({ "x": 1 }));
    let response = request.send().await.unwrap();
    assert_eq!(response.headers()["x-demo"], "yes");
    assert_eq!(response.status(), 201);
    let body: serde_json::Value = response.json().await.unwrap();
    assert_eq!(
        body,
        json!({ "result": { "id": "a b", "q": "1", "raw": "{\"x\":1}", "user": "ann", "header": "t", "token": false } })
    );
    let (status, body) = call(site.get("/api/x_acme_demo/demo/health")).await;
    assert_eq!((status, body), (200, json!({ "result": { "ok": true } })));
}

#[tokio::test]
async fn errors_have_the_platform_s_shape() {
    let site = site().await;
    let send = |body: &'static str| {
        site.post("/api/x_acme_demo/demo/echo/1")
            .basic_auth("ann", Some("pw"))
            .header("content-type", "application/json")
            .body(body)
    };
    let (status, body) = call(send("{\"fail\":\"bad\"}")).await;
    assert_eq!(
        (status, body),
        (
            400,
            json!({ "error": { "message": "No", "detail": null }, "status": "failure" })
        )
    );
    let (status, body) = call(send("{\"fail\":\"own\"}")).await;
    assert_eq!(
        (status, body["error"].clone()),
        (422, json!({ "message": "M", "detail": "D" }))
    );
    assert_eq!(call(send("{\"fail\":\"throw\"}")).await.0, 500);
    assert_eq!(call(send("not json")).await.0, 500);
    assert!(site.instance.unsupported().is_empty());
    assert_eq!(call(send("{\"fail\":\"unknown\"}")).await.0, 500);
    assert_eq!(site.instance.unsupported().len(), 1);
}

#[tokio::test]
async fn callers_without_the_right_are_turned_away() {
    let site = site().await;
    let path = "/api/x_acme_demo/demo/echo/1";
    assert_eq!(call(site.post(path).json(&json!({}))).await.0, 401);
    assert_eq!(
        call(site.post(path).basic_auth("ann", Some("wrong")).json(&json!({})))
            .await
            .0,
        401
    );
    assert_eq!(
        call(
            site.post(path)
                .basic_auth("beth", Some("secret"))
                .json(&json!({}))
        )
        .await
        .0,
        403
    );
    assert_eq!(call(site.get(path).basic_auth("ann", Some("pw"))).await.0, 405);
    assert_eq!(call(site.get("/api/x_acme_demo/demo/nothing")).await.0, 400);
    assert_eq!(
        call(site.post(path).basic_auth("ann", Some("pw")).body("x"))
            .await
            .0,
        415
    );
    let large = vec![b' '; 10 * 1024 * 1024 + 1];
    let request = site
        .post(path)
        .basic_auth("ann", Some("pw"))
        .header("content-type", "application/json")
        .body(large);
    assert_eq!(call(request).await.0, 413);
}

#[tokio::test]
async fn a_browser_needs_the_token_of_its_page_to_write() {
    let site = site().await;
    let browser = site.login("ann", "pw").await;
    let path = "/api/x_acme_demo/demo/echo/1";
    assert_eq!(call(browser.post(path).json(&json!({}))).await.0, 401);
    assert_eq!(
        call(browser.post(path).header("X-UserToken", "0").json(&json!({})))
            .await
            .0,
        401
    );
    let (status, body) = call(
        browser
            .post(path)
            .header("X-UserToken", &browser.token)
            .json(&json!({})),
    )
    .await;
    assert_eq!((status, body["result"]["token"].clone()), (201, json!(true)));
}

#[tokio::test]
async fn oauth_client_credentials_are_form_encoded_and_expire() {
    let site = site().await;
    let form = [
        ("grant_type", "client_credentials"),
        ("client_id", "client"),
        ("client_secret", "secret"),
    ];
    let (status, token) = call(site.post("/oauth_token.do").form(&form)).await;
    assert_eq!(
        (status, token["expires_in"].clone(), token["token_type"].clone()),
        (200, json!(1799), json!("Bearer"))
    );
    let bearer = token["access_token"].as_str().unwrap();
    let path = "/api/x_acme_demo/demo/echo/1";
    assert_eq!(
        call(site.post(path).bearer_auth(bearer).json(&json!({}))).await.0,
        201
    );
    site.time.fetch_add(1_799_000, Ordering::Relaxed);
    assert_eq!(
        call(site.post(path).bearer_auth(bearer).json(&json!({}))).await.0,
        401
    );
    assert_eq!(
        call(
            site.post("/oauth_token.do")
                .json(&json!({ "grant_type": "client_credentials" }))
        )
        .await
        .0,
        401
    );
    let wrong = [
        ("grant_type", "client_credentials"),
        ("client_id", "client"),
        ("client_secret", "x"),
    ];
    assert_eq!(call(site.post("/oauth_token.do").form(&wrong)).await.0, 401);
}

#[tokio::test]
async fn the_table_api_speaks_in_strings_and_links() {
    let site = site().await;
    let ann = site.instance.query("sys_user", "user_name=ann").unwrap()[0]["sys_id"].clone();
    for text in ["one", "two"] {
        site.instance
            .insert("incident", &[("short_description", text), ("caller_id", &ann)])
            .unwrap();
    }
    let get = |path: &str| site.get(path).basic_auth("beth", Some("secret"));
    let list = "/api/now/table/incident?sysparm_query=ORDERBYnumber&sysparm_limit=1&sysparm_offset=1\
                &sysparm_fields=number,state,active,caller_id,caller_id.name,work_notes";
    let response = get(list).send().await.unwrap();
    assert_eq!(response.headers()["x-total-count"], "2");
    let body: serde_json::Value = response.json().await.unwrap();
    let link = format!("{}/api/now/table/sys_user/{ann}", site.url);
    assert_eq!(
        body["result"],
        json!([{ "number": "INC0010002", "state": "1", "active": "true", "caller_id": { "link": link, "value": ann },
                 "caller_id.name": "Ann User", "work_notes": "" }])
    );
    let (_, shown) = call(get(&format!(
        "{list}&sysparm_display_value=true&sysparm_exclude_reference_link=true"
    )))
    .await;
    assert_eq!(shown["result"][0]["state"], "New");
    assert_eq!(shown["result"][0]["caller_id"], "Ann User");
    let incident = site.instance.query("incident", "short_description=one").unwrap()[0]["sys_id"].clone();
    let one = format!("/api/now/table/incident/{incident}");
    let patch = site
        .client
        .patch(format!("{}{one}", site.url))
        .basic_auth("beth", Some("secret"))
        .json(&json!({ "work_notes": "hi", "urgency": 1, "number": "X" }));
    let (status, body) = call(patch).await;
    assert_eq!((status, body["result"]["urgency"].clone()), (200, json!("1")));
    assert_eq!(site.instance.journal(&incident, "work_notes"), ["hi"]);
    assert_eq!(call(site.get(&one).basic_auth("ann", Some("pw"))).await.0, 404);
    assert_eq!(
        call(site.get("/api/now/table/incident").basic_auth("ann", Some("pw")))
            .await
            .0,
        403
    );
    assert_eq!(call(get("/api/now/table/incident/0123")).await.0, 404);
    assert_eq!(call(get("/api/now/table/nope")).await.0, 400);
    assert_eq!(call(site.get("/api/now/table/incident")).await.0, 401);
    assert_eq!(call(get("/api/now/attachment")).await.0, 500);
}

#[tokio::test]
async fn records_are_created_with_the_rights_of_the_caller() {
    let site = site().await;
    site.instance
        .add_user(UserSpec::new("abe", "Abe Admin", "pw").role("x_acme_demo.admin"))
        .unwrap();
    let path = "/api/now/table/x_acme_demo_thing";
    let body = json!({ "name": "n", "code": "c", "count": 3 });
    assert_eq!(
        call(site.post(path).basic_auth("ann", Some("pw")).json(&body))
            .await
            .0,
        403
    );
    let (status, created) = call(site.post(path).basic_auth("abe", Some("pw")).json(&body)).await;
    assert_eq!((status, created["result"]["count"].clone()), (201, json!("3")));
    assert_eq!(
        call(site.post(path).basic_auth("abe", Some("pw")).json(&body))
            .await
            .0,
        403,
        "the code is unique"
    );
    let (_, seen) = call(site.get(path).basic_auth("ann", Some("pw"))).await;
    assert_eq!(seen["result"][0]["name"], "n");
    assert!(
        seen["result"][0].get("code").is_none(),
        "a column without a read right is left out"
    );
}
