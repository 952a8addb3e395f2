//! Music and announcements: brought in by administrators, converted by a worker, listened to.

use cordboard_tests::platform::Platform;
use cordboard_tests::playback::{Side, decode_sound};
use cordboard_tests::story::{
    self, ADMIN, AGENT, AUDIO_FILE, SUPERVISOR, audio_file, path, ready_audio, sign_in, text, tone,
    until_audio, upload,
};
use cordboard_tests::wait::{STEP, eventually};
use reqwest::{StatusCode, header};
use serde_json::json;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_uploaded_file_is_converted_and_plays() {
    let platform = Platform::start().await;
    let admin = sign_in(&platform, 0, ADMIN).await;
    let supervisor = sign_in(&platform, 1, SUPERVISOR).await;
    let agent = sign_in(&platform, 1, AGENT).await;
    let file = ready_audio(&admin, "Please hold", tone(440.0, 3)).await;
    assert_eq!((&file["failure"], &file["durationSeconds"]), (&json!(null), &json!(3.0)));

    let list = format!("{{ audioFiles(first: 10) {{ edges {{ node {{ {AUDIO_FILE} }} }} }} }}");
    let listed = story::nodes(&supervisor.data(&list, json!({})).await["audioFiles"]);
    assert_eq!(listed[0]["name"], "Please hold");
    assert_eq!(agent.send(&list, json!({})).await.error_code(), "FORBIDDEN");
    let found = "query($part: String) { audioFiles(first: 10, search: $part) { totalCount nodes { id } } }";
    for (part, number) in [(" HOLD", 1), ("%", 0), ("", 1)] {
        let found = supervisor.data(found, json!({ "part": part })).await["audioFiles"].clone();
        assert_eq!(found["totalCount"], number, "{part:?}");
        assert_eq!(found["nodes"].as_array().expect("a page").len(), number, "{part:?}");
    }
    assert_eq!(supervisor.failed("audioFileCreate", json!({ "name": "Mine" })).await, "FORBIDDEN");
    let rename = json!({ "audioFileId": file["id"], "name": "Hold on", "archived": true });
    admin.mutate("audioFileUpdate", rename, "audioFile { archivedAt }").await;
    assert_eq!(story::nodes(&supervisor.data(&list, json!({})).await["audioFiles"]).len(), 0);

    // Whoever has the address may listen, at either api; nobody else.
    let address = path(text(&listed[0]["url"]));
    let answer = platform.anonymous(0).get(&address).send().await.expect("an answer");
    assert_eq!(answer.status(), StatusCode::OK);
    assert_eq!(answer.headers()[header::CONTENT_TYPE], "audio/ogg; codecs=opus");
    assert_eq!(answer.headers()[header::REFERRER_POLICY], "no-referrer");
    let content = answer.bytes().await.expect("the file");
    let part = platform
        .anonymous(1)
        .get(&address)
        .header(header::RANGE, "bytes=2-9")
        .send()
        .await
        .expect("an answer");
    assert_eq!(part.status(), StatusCode::PARTIAL_CONTENT);
    assert_eq!(part.bytes().await.expect("a part"), content[2..10]);
    let other = address.replacen("/audio/", "/audio/A", 1);
    let answer = platform.anonymous(0).get(&other).send().await.expect("an answer");
    assert_eq!(answer.status(), StatusCode::NOT_FOUND);

    let heard = platform.folder().join("heard.opus");
    std::fs::write(&heard, &content).expect("written");
    let heard = decode_sound(&heard);
    assert!((heard.seconds() - 3.0).abs() < 0.05, "{} s", heard.seconds());
    assert!(heard.tone_seconds(Side::Left, 440.0) > 2.7);
    assert!(heard.tone_seconds(Side::Left, 880.0) < 0.1);

    // What was uploaded is not kept.
    eventually("the upload leaves the bucket", STEP, || async {
        (platform.objects().await.len() == 1).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_upload_is_refused_in_words() {
    let platform = Platform::start().await;
    let admin = sign_in(&platform, 0, ADMIN).await;
    let (id, place) = audio_file(&admin, "Announcement").await;
    let refused = |status: StatusCode, words: &'static str| {
        move |answer: (StatusCode, String)| {
            assert!(answer.0 == status && answer.1.contains(words), "{answer:?}");
        }
    };
    let put = |content: Vec<u8>| upload(&admin, &place, content);
    refused(StatusCode::NOT_FOUND, "nothing")(upload(&admin, "/upload/guessed", tone(440.0, 1)).await);
    refused(StatusCode::UNSUPPORTED_MEDIA_TYPE, "no audio file")(
        put(b"Dear customers, please hold".to_vec()).await,
    );
    refused(StatusCode::UNSUPPORTED_MEDIA_TYPE, "no audio file")(put(Vec::new()).await);
    let large = [tone(440.0, 1), vec![0; 20 * 1024 * 1024]].concat();
    refused(StatusCode::PAYLOAD_TOO_LARGE, "20 MiB")(put(large.clone()).await);
    // Without a length that could be judged beforehand.
    let pieces =
        large.chunks(1024 * 1024).map(|piece| Ok::<_, std::io::Error>(piece.to_vec())).collect::<Vec<_>>();
    let body = reqwest::Body::wrap_stream(futures_util::stream::iter(pieces));
    let request = admin.http().put(format!("{}{place}", admin.base())).body(body);
    // The connection may be closed before all of it was sent.
    if let Ok(answer) = request.send().await {
        assert_eq!(answer.status(), StatusCode::PAYLOAD_TOO_LARGE);
    }
    // None of that used the address up; a good file does, of two at once only one.
    let (one, two) = tokio::join!(put(tone(440.0, 1)), put(tone(880.0, 1)));
    let mut statuses = [one.0, two.0];
    statuses.sort();
    assert_eq!(statuses, [StatusCode::NO_CONTENT, StatusCode::GONE]);
    refused(StatusCode::GONE, "used")(put(tone(440.0, 1)).await);
    until_audio(&admin, &id, "READY").await;

    // Sound by its first bytes alone; and half of a file.
    let garbage = [b"RIFF\x24\x10\0\0WAVEdata\0\x10\0\0".as_slice(), &[7; 4096]].concat();
    let half = tone(440.0, 2)[..16_000].to_vec();
    for (content, words) in [(garbage, "damaged"), (half, "its end is missing")] {
        let (id, place) = audio_file(&admin, "Broken").await;
        assert_eq!(upload(&admin, &place, content).await.0, StatusCode::NO_CONTENT);
        let failed = until_audio(&admin, &id, "FAILED").await;
        assert!(text(&failed["failure"]).contains(words), "{failed}");
        assert_eq!(failed["url"], json!(null));
    }

    // Nobody came in time.
    let (late, place) = audio_file(&admin, "Late").await;
    let sql = platform.sql().await;
    sql.batch_execute("UPDATE audio_file SET upload_until = now() WHERE state = 'WAITING'")
        .await
        .expect("time passes");
    refused(StatusCode::GONE, "too old")(upload(&admin, &place, tone(440.0, 1)).await);
    let failed = until_audio(&admin, &late, "FAILED").await;
    assert!(text(&failed["failure"]).contains("in time"), "{failed}");
}
