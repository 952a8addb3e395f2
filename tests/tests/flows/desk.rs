//! What an agent has on the desk: where a contact works, what was written down, what happened, how it was liked. And who
//! sets up what agents choose from.

use cordboard_tests::graphql::Client;
use cordboard_tests::platform::{Options, Platform};
use cordboard_tests::socket::Socket;
use cordboard_tests::story::{
    self, ADMIN, AGENT, OTHER_AGENT, SUPERVISOR, contact, nodes, place_call, sign_in, text,
};
use cordboard_tests::wait::{STEP, eventually};
use serde_json::{Value, json};

const NOTE: &str = "note { id version body author { name } contact { id } call { id } }";

async fn platform() -> Platform {
    Platform::with(Options { workers: Some(0), schedulers: Some(0), ..Options::default() }).await
}

#[tokio::test]
async fn notes_are_saved_as_they_are_typed_and_stand_in_the_timeline() {
    let platform = platform().await;
    let agent = sign_in(&platform, 0, AGENT).await;
    let other_tab = agent.at(platform.base(1));
    let (ada, bea) = (contact(&agent, "Ada Lovelace").await, contact(&agent, "Bea Baker").await);
    let company = json!({ "name": "Nordljus", "domain": "Nordljus.example.com", "tags": ["vip"], "idempotencyKey": "1" });
    let made = agent.mutate("companyCreate", company.clone(), "company { id domain tags }").await;
    let nordljus = made["company"]["id"].clone();
    assert_eq!(made["company"]["domain"], "nordljus.example.com");
    assert_eq!(agent.mutate("companyCreate", company, "company { id }").await["company"]["id"], nordljus);
    for person in [&ada, &bea] {
        let works = json!({ "contactId": person, "companyId": nordljus });
        agent.mutate("contactUpdate", works, "contact { id }").await;
    }

    let call = place_call(&agent, &ada, "AUDIO").await.id;
    let socket = Socket::connect(platform.base(1), agent.token()).await;
    let events = "subscription($id: ID!) { callEvents(callId: $id) { kind call { notes { body } } } }";
    let mut events = socket.subscribe(events, json!({ "id": call })).await;

    let begun = json!({ "callId": call, "body": "Wants", "idempotencyKey": "2" });
    let begun = agent.mutate("noteCreate", begun, NOTE).await["note"].clone();
    assert_eq!((&begun["version"], &begun["contact"]["id"]), (&json!(1), &json!(ada)));
    let told = events.until("the note", STEP, |it| it["callEvents"]["kind"] == "NOTE_SAVED").await;
    assert_eq!(told["callEvents"]["call"]["notes"], json!([{ "body": "Wants" }]));
    let typed = json!({ "noteId": begun["id"], "version": 1, "body": "Wants an offer" });
    let saved = agent.mutate("noteUpdate", typed.clone(), NOTE).await["note"].clone();
    assert_eq!((&saved["version"], &saved["body"]), (&json!(2), &json!("Wants an offer")));
    // Asked again after a lost answer; then the other tab, which still shows the first version.
    assert_eq!(agent.mutate("noteUpdate", typed, NOTE).await["note"], saved);
    let stale = json!({ "noteId": begun["id"], "version": 1, "body": "Wants to leave" });
    assert_eq!(other_tab.refused("noteUpdate", stale).await, "STALE");
    let colleague = sign_in(&platform, 0, OTHER_AGENT).await;
    let foreign = json!({ "callId": call, "body": "Mine" });
    assert_eq!(colleague.refused("noteCreate", foreign).await, "NOT_FOUND");
    let foreign = json!({ "noteId": begun["id"], "version": 2, "body": "Mine" });
    assert_eq!(colleague.refused("noteUpdate", foreign).await, "NOT_ALLOWED");

    let task = json!({ "title": "Send the offer", "contactId": ada });
    agent.mutate("taskCreate", task, "task { id }").await;
    agent.mutate("noteCreate", json!({ "contactId": ada, "body": "Left-handed" }), NOTE).await;
    let kinds = ["NOTE", "TASK", "NOTE", "CALL"];
    assert_eq!(timeline(&agent, &ada, 100, &Value::Null).await, kinds);
    assert_eq!(timeline(&agent, &ada, 1, &Value::Null).await, kinds);
    assert_eq!(timeline(&agent, &ada, 1, &json!(["NOTE"])).await, ["NOTE", "NOTE"]);
    assert_eq!(timeline(&colleague, &ada, 2, &Value::Null).await, ["NOTE", "NOTE"]);

    let card = "query($id: ID!) { contact(id: $id) {
        company { name domain contacts(first: 9) { totalCount nodes { name } } calls(first: 9) { nodes { id } } }
        related(first: 9) { name } notes(first: 1) { totalCount nodes { body } pageInfo { hasNextPage } }
    } }";
    let card = agent.data(card, json!({ "id": ada })).await["contact"].clone();
    assert_eq!(
        card["company"]["contacts"]["nodes"],
        json!([{ "name": "Ada Lovelace" }, { "name": "Bea Baker" }])
    );
    assert_eq!(card["company"]["calls"]["nodes"], json!([{ "id": call }]));
    assert_eq!(card["related"], json!([{ "name": "Bea Baker" }]));
    let notes =
        json!({ "totalCount": 2, "nodes": [{ "body": "Left-handed" }], "pageInfo": { "hasNextPage": true } });
    assert_eq!(card["notes"], notes);

    story::end(&agent, &call).await;
    // The call is not the colleague's; what came of it is for all.
    let history = "query($id: ID!) { contact(id: $id) { history(first: 9, othersOnly: true) {
        totalCount nodes { direction result agentName queueName outcomeName talkSeconds }
    } } }";
    let history = colleague.data(history, json!({ "id": ada })).await["contact"]["history"].clone();
    let told = json!({ "direction": "OUTBOUND", "result": "ABANDONED", "agentName": "Alex Agent",
        "queueName": null, "outcomeName": null, "talkSeconds": 0.0 });
    assert_eq!(history, json!({ "totalCount": 1, "nodes": [told] }));
}

/// Kinds of the lines of a contact's timeline, read so many at a time; each line is about what its kind says.
async fn timeline(viewer: &Client, contact: &str, first: u32, kinds: &Value) -> Vec<String> {
    const TIMELINE: &str =
        "query($id: ID!, $first: Int!, $after: String, $kinds: [ActivityKind!]) { contact(id: $id) {
        timeline(first: $first, after: $after, kinds: $kinds) {
            edges { node { kind at node { __typename id } } } pageInfo { hasNextPage endCursor }
        }
    } }";
    let (mut seen, mut after) = (Vec::new(), Value::Null);
    loop {
        let page = json!({ "id": contact, "first": first, "after": after, "kinds": kinds });
        let page = viewer.data(TIMELINE, page).await["contact"]["timeline"].clone();
        for line in nodes(&page) {
            let kind = text(&line["kind"]).to_owned();
            assert_eq!(text(&line["node"]["__typename"]).to_uppercase(), kind);
            seen.push(kind);
        }
        after = page["pageInfo"]["endCursor"].clone();
        if page["pageInfo"]["hasNextPage"] == false {
            return seen;
        }
    }
}

#[tokio::test]
async fn a_contact_rates_the_call_once_it_is_over() {
    let platform = platform().await;
    let agent = sign_in(&platform, 0, AGENT).await;
    let contact = contact(&agent, "Ada Lovelace").await;
    let join = async |token: &str| {
        let guest = platform.anonymous(1);
        let joined = guest.mutate("callJoin", json!({ "joinToken": token }), "join { guestToken }").await;
        guest.with_token(text(&joined["join"]["guestToken"]))
    };
    let (placed, other) =
        (place_call(&agent, &contact, "AUDIO").await, place_call(&agent, &contact, "AUDIO").await);
    let (guest, stranger) = (join(&placed.join_token).await, join(&other.join_token).await);
    let stars = |stars: i32| json!({ "callId": placed.id, "stars": stars, "words": "Friendly" });

    assert_eq!(guest.refused("callRate", stars(5)).await, "ILLEGAL_TRANSITION");
    story::end(&agent, &placed.id).await;
    story::end(&agent, &other.id).await;
    assert_eq!(stranger.refused("callRate", stars(1)).await, "NOT_FOUND");
    assert_eq!(agent.refused("callRate", stars(5)).await, "NOT_ALLOWED");
    assert_eq!(platform.anonymous(0).failed("callRate", stars(5)).await, "UNAUTHENTICATED");
    assert_eq!(guest.refused("callRate", stars(6)).await, "INVALID");
    let rated = guest.mutate("callRate", stars(4), "call { rating { stars words at } }").await;
    assert_eq!(rated["call"]["rating"]["stars"], 4);
    guest.mutate("callRate", stars(5), "call { id }").await;

    let seen =
        "query($id: ID!) { call(id: $id) { rating { stars words } events(first: 100) { nodes { kind } } } }";
    // An event is handed out once every older transaction of the whole server has ended, another test's too.
    let call = eventually("both ratings are in the log", STEP, || async {
        let call = agent.data(seen, json!({ "id": placed.id })).await["call"].clone();
        let events = call["events"]["nodes"].as_array().expect("events");
        let rated = events.iter().filter(|it| it["kind"] == "RATED").count();
        (rated == 2).then_some(call)
    })
    .await;
    assert_eq!(call["rating"], json!({ "stars": 5, "words": "Friendly" }));
    // What agents write about a call is not for its contact's eyes.
    let notes = "{ viewer { guest { call { notes { body } } } } }";
    assert_eq!(guest.send(notes, json!({})).await.error_code(), "FORBIDDEN");
}

#[tokio::test]
async fn administrators_say_what_agents_choose_from() {
    let platform = platform().await;
    let (admin, agent) = (sign_in(&platform, 0, ADMIN).await, sign_in(&platform, 1, AGENT).await);
    let supervisor = sign_in(&platform, 1, SUPERVISOR).await;
    let new = json!({ "name": "Wrong number", "success": false });
    for person in [&agent, &supervisor] {
        assert_eq!(person.failed("outcomeCreate", new.clone()).await, "FORBIDDEN");
        assert_eq!(person.failed("awayReasonCreate", json!({ "name": "Fire drill" })).await, "FORBIDDEN");
    }
    let outcome =
        admin.mutate("outcomeCreate", new.clone(), "outcome { id name success }").await["outcome"].clone();
    assert_eq!(admin.refused("outcomeCreate", new).await, "TAKEN");
    let change = json!({ "outcomeId": outcome["id"], "archived": true });
    assert_eq!(agent.failed("outcomeUpdate", change.clone()).await, "FORBIDDEN");
    admin.mutate("outcomeUpdate", change, "outcome { archivedAt }").await;
    let reason = admin.mutate("awayReasonCreate", json!({ "name": "Fire drill" }), "awayReason { id }").await;
    let change = json!({ "reasonId": reason["awayReason"]["id"], "name": "Evacuation" });
    admin.mutate("awayReasonUpdate", change, "awayReason { name }").await;

    let lists = "query($all: Boolean!) { outcomes(includeArchived: $all) { name } awayReasons(includeArchived: $all) { name } }";
    let has = async |all: bool, list: &str, name: &str| {
        let lists = agent.data(lists, json!({ "all": all })).await;
        lists[list].as_array().expect("a list").iter().any(|row| row["name"] == name)
    };
    assert!(!has(false, "outcomes", "Wrong number").await);
    assert!(has(true, "outcomes", "Wrong number").await);
    assert!(has(false, "awayReasons", "Evacuation").await);
    let node =
        "query($id: ID!) { node(id: $id) { ... on Outcome { name archivedAt } ... on AwayReason { name } } }";
    let found = agent.data(node, json!({ "id": outcome["id"] })).await["node"].clone();
    assert_eq!(found["name"], "Wrong number");
    assert!(found["archivedAt"].is_string());
    let found = agent.data(node, json!({ "id": reason["awayReason"]["id"] })).await["node"].clone();
    assert_eq!(found["name"], "Evacuation");
}
