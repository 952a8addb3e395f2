//! What whoever runs the platform relies on: configuration, health, figures, logs.

use std::process::Command;

use cordboard_tests::platform::Platform;
use cordboard_tests::process::binaries;
use cordboard_tests::sql::count;
use cordboard_tests::story::{self, AGENT, PASSWORD, Talk, new_session, text};

#[test]
fn a_wrong_variable_stops_the_start_with_its_name() {
    for (program, arguments) in [("api", &["serve"][..]), ("media-worker", &["run"]), ("scheduler", &[])] {
        let output = Command::new(binaries().join(program))
            .args(arguments)
            .env_clear()
            .env("AMQP_URL", "this is no address")
            .env("CORDBOARD_MEDIA_PORT", "99999")
            .env("CORDBOARD_CONSENT_POLICY", "PERHAPS")
            .env("CORDBOARD_SECRET", "short")
            .output()
            .expect("the program runs");
        assert!(!output.status.success(), "{program} mustn't start");
        let said =
            String::from_utf8_lossy(&output.stderr).into_owned() + &String::from_utf8_lossy(&output.stdout);
        // All at once, those that are missing too.
        for name in [
            "DATABASE_URL",
            "AMQP_URL",
            "S3_BUCKET",
            "CORDBOARD_MEDIA_PORT",
            "CORDBOARD_CONSENT_POLICY",
            "CORDBOARD_SECRET",
        ] {
            assert!(said.contains(name), "{program} names {name}: {said}");
        }
        assert!(!said.contains("panicked"), "{said}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_call_the_figures_are_there_and_no_log_tells_a_secret() {
    let mut platform = Platform::start().await;
    let session = new_session(&platform.anonymous(0), AGENT).await;
    let talk = Talk::begin(&platform).await;
    let guest = talk.callee.client.token().expect("a guest token").to_owned();
    let (agent, placed) = talk.hang_up().await;
    let recording = story::ready_recording(&agent, &placed.id).await;
    let playback = story::play(&agent, &recording).await;
    let address = text(&playback["hlsUrl"]).to_owned();
    agent.http().get(&address).send().await.expect("a playlist");
    let play_token = address.split("/play/").nth(1).and_then(|rest| rest.split('/').next());

    let secrets = [
        PASSWORD,
        agent.token().expect("an access token"),
        text(&session["refreshToken"]),
        &placed.join_token,
        &guest,
        play_token.expect("a token in the address"),
    ]
    .map(str::to_owned);
    for process in platform.processes() {
        let log = process.log();
        assert!(!log.is_empty(), "{} logs", process.name);
        for secret in &secrets {
            assert!(!log.contains(secret.as_str()), "{} logs a secret: {secret}", process.name);
        }
        assert!(!log.contains("a=ice-pwd"), "{} logs ICE passwords", process.name);
    }

    let mut bases: Vec<String> = (0..4).map(|it| platform.metrics_address(it).to_owned()).collect();
    bases.extend([platform.base(0).to_owned(), platform.base(1).to_owned()]);
    for base in bases {
        for path in ["/healthz", "/readyz", "/metrics"] {
            let answer = agent.http().get(format!("{base}{path}")).send().await.expect("an answer");
            assert!(answer.status().is_success(), "{base}{path}");
            if path == "/metrics" {
                let figures = answer.text().await.expect("figures");
                assert!(figures.contains("cordboard_"), "{base}: {figures}");
            }
        }
    }

    // The intervals cover the call's life without gap or overlap.
    let sql = platform.sql().await;
    let broken = "SELECT count(*) FROM (SELECT started_at, lag(ended_at) OVER (PARTITION BY call_id ORDER BY ordinal) AS before, ordinal FROM call_interval) AS it WHERE ordinal > 0 AND before IS DISTINCT FROM started_at";
    assert_eq!(count(&sql, broken).await, 0);
    let open = "SELECT count(*) FROM call_interval WHERE ended_at IS NULL";
    assert_eq!(count(&sql, open).await, 0);
    let ends = "SELECT count(*) FROM call JOIN LATERAL (SELECT min(started_at) AS first, max(ended_at) AS last FROM call_interval WHERE call_id = call.id) AS life ON true WHERE life.first <> created_at OR life.last <> ended_at";
    assert_eq!(count(&sql, ends).await, 0);
}
