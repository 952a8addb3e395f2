//! Queues as contacts meet them: closed, full of others, with a call-back, with rules for whom they ask; and what nobody may
//! see or do.

use cordboard_tests::graphql::Client;
use cordboard_tests::media::{Clip, Scene};
use cordboard_tests::participant::{Kind, Sending};
use cordboard_tests::platform::{Options, Platform};
use cordboard_tests::story::{
    ADMIN, AGENT, OTHER_AGENT, Party, SUPERVISOR, Tab, change_queue, closed_hours, end, join_queue,
    request_call, sign_in, text, until_state, wait_in_queue,
};
use cordboard_tests::wait::{STEP, eventually};
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_closed_queue_says_its_own_words() {
    let platform = Platform::start().await;
    let closed = json!({ "hours": closed_hours(), "closedMessage": "We celebrate today." });
    change_queue(&platform, "support", closed).await;
    // On the other api: in force at once.
    let anonymous = platform.anonymous(1);
    let input = json!({ "queueKey": "support", "name": "Ada Lovelace", "media": "AUDIO" });
    let payload = anonymous.payload("callRequest", input, "call { id }").await;
    let refusal = &payload["userErrors"][0];
    assert_eq!(
        (&refusal["code"], &refusal["message"]),
        (&json!("QUEUE_CLOSED"), &json!("We celebrate today."))
    );
    let info = anonymous.data("{ queueInfo(key: \"support\") { open closedMessage } }", json!({})).await;
    assert_eq!(info["queueInfo"], json!({ "open": false, "closedMessage": "We celebrate today." }));

    // A week without hours is closed where that is said; who says nothing means always open.
    for (said, open) in [(json!({ "alwaysOpen": false }), false), (json!({}), true)] {
        let mut hours = json!({ "timeZone": "UTC", "weekly": [], "holidays": [] });
        hours.as_object_mut().expect("hours").extend(said.as_object().expect("what is said").clone());
        change_queue(&platform, "support", json!({ "hours": hours })).await;
        let query = "{ queueInfo(key: \"support\") { open opensAt } queue(key: \"support\") { hours { alwaysOpen } } }";
        let admin = sign_in(&platform, 0, ADMIN).await;
        let seen = admin.data(query, json!({})).await;
        assert_eq!(
            (&seen["queueInfo"]["open"], &seen["queue"]["hours"]["alwaysOpen"]),
            (&json!(open), &json!(open))
        );
        assert_eq!(seen["queueInfo"]["opensAt"].is_null(), !open, "{seen}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_contact_is_called_back() {
    let platform = Platform::start().await;
    let (placed, party) = wait_in_queue(&platform.anonymous(1), "support", "Ada Lovelace").await;
    let fields = "call { state result } callback { id state } joinToken";
    let asked = party.client.mutate("callbackRequest", json!({ "callId": placed.id }), fields).await;
    assert_eq!(asked["call"], json!({ "state": "ENDED", "result": "CALLBACK" }));
    let planned = text(&asked["callback"]["id"]).to_owned();
    party.close().await;

    let mut tab = Tab::open(&sign_in(&platform, 0, AGENT).await).await;
    tab.set("AVAILABLE").await;
    let offer = tab.rings().await;
    assert_eq!((&offer["callback"], &offer["call"]["id"]), (&json!(true), &json!(planned)));
    let agent = tab.answer(&offer).await;
    // The page that the contact kept open rings now.
    until_state(&tab.client, &planned, "RINGING", STEP).await;
    let sending = Sending::audio(&Clip::load(Scene::Contact));
    let contact = Party::join_by_link(&platform.anonymous(1), text(&asked["joinToken"]), &sending).await;
    until_state(&tab.client, &planned, "IN_PROGRESS", STEP).await;
    tokio::join!(agent.hears(Kind::Audio, 25), contact.hears(Kind::Audio, 25));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn those_who_wait_are_told_their_place() {
    let platform = Platform::start().await;
    let (_first, one) = wait_in_queue(&platform.anonymous(0), "support", "Ada Lovelace").await;
    let (second, two) = wait_in_queue(&platform.anonymous(1), "support", "Charles Babbage").await;
    let place = async |party: &Party, expected: i64| {
        let query = "query($id: ID!) { node(id: $id) { ... on Call { position } } }";
        eventually(&format!("place {expected}"), STEP, || async {
            let seen = party.client.data(query, json!({ "id": second.id })).await;
            (seen["node"]["position"] == expected).then_some(())
        })
        .await;
    };
    place(&two, 2).await;
    one.leave().await;
    place(&two, 1).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_queue_asks_by_skill_and_by_memory_and_hands_on_what_nobody_takes() {
    let options = Options { workers: Some(1), schedulers: Some(1), ..Options::default() };
    let platform = Platform::with(options).await;
    let (supervisor, anonymous) = (sign_in(&platform, 0, SUPERVISOR).await, platform.anonymous(1));
    let german = |level: i32| json!([{ "skill": "german", "level": level }]);
    // The demo's sales: MOST_SKILLED, and overflow to support. One agent speaks German at level 4, the other at level 2.
    let rules =
        json!({ "requiredSkills": german(3), "relaxSeconds": 1, "lastAgentSeconds": 60, "wrapUpSeconds": 0 });
    change_queue(&platform, "sales", rules).await;
    let mut fair = Tab::available(&platform, 1, OTHER_AGENT).await;
    let (first, contact) = wait_in_queue(&anonymous, "sales", "Ada Lovelace").await;
    let offer = fair.rings().await;
    assert_eq!(offer["call"]["id"], first.id.as_str());
    let visit = visits(&supervisor, &first.id).await.remove(0);
    assert!(visit["routing"]["relaxationStep"].as_i64() >= Some(1), "asked before less was enough: {visit}");
    let agent = fair.answer(&offer).await;
    until_state(&fair.client, &first.id, "IN_PROGRESS", STEP).await;
    end(&supervisor, &first.id).await;
    fair.until("AVAILABLE", STEP).await;
    drop((agent, contact));

    // Now both are good enough. The better one has been idle for less long.
    change_queue(&platform, "sales", json!({ "requiredSkills": german(2) })).await;
    let mut good = Tab::available(&platform, 0, AGENT).await;
    let stranger = ("Charles Babbage", &mut good, "most skilled");
    for (name, tab, why) in [stranger, ("Ada Lovelace", &mut fair, "the contact's last agent")] {
        let placed = join_queue(&anonymous, "sales", name).await;
        assert_eq!(tab.rings().await["call"]["id"], placed.id.as_str());
        let visit = visits(&supervisor, &placed.id).await.remove(0);
        let candidates = visit["routing"]["candidates"].as_array().expect("candidates");
        let chosen = candidates.iter().filter(|it| it["chosen"] == true).map(|it| text(&it["reason"]));
        assert_eq!((chosen.collect::<Vec<_>>(), candidates.len()), (vec![why], 2), "{visit}");
        end(&supervisor, &placed.id).await;
        tab.until("AVAILABLE", STEP).await;
    }

    // Nobody is that good: it waits as long as it may.
    let rules = json!({ "requiredSkills": german(5), "relaxSeconds": null, "maxWaitSeconds": 5 });
    change_queue(&platform, "sales", rules).await;
    fair.set("AWAY").await;
    let last = join_queue(&anonymous, "sales", "Mary Somerville").await;
    let offer = good.rings().await;
    let asked = (&offer["call"]["id"], &offer["visit"]["queue"]["name"]);
    assert_eq!(asked, (&json!(last.id), &json!("Support")));
    let outcomes = visits(&supervisor, &last.id).await.into_iter().map(|visit| visit["outcome"].clone());
    assert_eq!(outcomes.collect::<Vec<_>>(), [json!("OVERFLOWED"), json!(null)]);
}

/// A call's times in queues, and why it was offered as it was.
async fn visits(viewer: &Client, call: &str) -> Vec<Value> {
    let query = "query($id: ID!) { node(id: $id) { ... on Call { visits {
        outcome routing { relaxationStep candidates { chosen reason } } } } } }";
    let seen = viewer.data(query, json!({ "id": call })).await;
    seen["node"]["visits"].as_array().expect("visits").clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_changes_a_queue_that_moved_on_is_shown_it() {
    let platform = Platform::start().await;
    let (one, other) = (sign_in(&platform, 0, ADMIN).await, sign_in(&platform, 1, ADMIN).await);
    let read = one.data("{ queue(key: \"support\") { id version } }", json!({})).await["queue"].clone();
    let change =
        |script: &str| json!({ "queueId": read["id"], "version": read["version"], "script": script });
    let fields = "queue { version script }";
    let changed = one.mutate("queueUpdate", change("Good day"), fields).await["queue"].clone();
    assert_eq!(changed["version"].as_i64(), read["version"].as_i64().map(|version| version + 1));
    let late = other.payload("queueUpdate", change("Hello"), fields).await;
    assert_eq!((&late["userErrors"][0]["code"], &late["queue"]), (&json!("STALE"), &changed));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_sees_or_does_what_is_not_theirs() {
    let platform = Platform::start().await;
    let (mine, party) = wait_in_queue(&platform.anonymous(1), "support", "Ada Lovelace").await;
    let yours = request_call(&platform.anonymous(1), "support", "Charles Babbage").await;
    let supervisor = sign_in(&platform, 0, SUPERVISOR).await;
    let query = "query($id: ID!) { node(id: $id) { id ... on Call { visits { id } } } }";
    let visits = supervisor.data(query, json!({ "id": yours.id })).await["node"]["visits"].clone();
    let node = "query($id: ID!) { node(id: $id) { id } }";
    for foreign in [yours.id.as_str(), text(&visits[0]["id"])] {
        let answer = party.client.send(node, json!({ "id": foreign })).await;
        assert!(answer.body["data"]["node"].is_null(), "a guest sees {foreign}: {}", answer.body);
    }
    assert_eq!(party.client.refused("callbackRequest", json!({ "callId": yours.id })).await, "NOT_FOUND");
    let agent = sign_in(&platform, 0, AGENT).await;
    let named = json!({ "key": "mine", "name": "Mine" });
    assert_eq!(agent.failed("queueCreate", named.clone()).await, "FORBIDDEN");
    assert_eq!(supervisor.failed("queueCreate", named).await, "FORBIDDEN");
    let skills = json!({ "agentId": "agent_00000000000070008000000000000000", "skills": [] });
    assert_eq!(agent.failed("agentSkillsSet", skills).await, "FORBIDDEN");
    assert_eq!(party.client.failed("agentStatusSet", json!({ "status": "AVAILABLE" })).await, "FORBIDDEN");
    drop(mine);
}
