//! Values of the caller's own types as messages.

use std::collections::BTreeMap;
use std::thread;

use sandbox2_client::{Comms, Error, tag};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
enum Task {
    Nothing,
    Resize { width: u32, height: u32 },
    Tag(BTreeMap<String, Option<i64>>),
    Pixels(Vec<u8>),
}

#[derive(Clone, PartialEq, prost::Message)]
struct Person {
    #[prost(string, tag = "1")]
    name: String,
    #[prost(uint32, repeated, tag = "2")]
    numbers: Vec<u32>,
    #[prost(message, optional, boxed, tag = "3")]
    child: Option<Box<Person>>,
}

fn pair() -> (Comms, Comms) {
    Comms::pair().expect("a pair can be had")
}

#[test]
fn values_arrive_as_they_are() {
    let (mut a, mut b) = pair();
    let tasks = [
        Task::Nothing,
        Task::Resize { width: 640, height: u32::MAX },
        Task::Tag([("a".to_owned(), None), ("b".to_owned(), Some(-7))].into()),
        Task::Pixels(vec![1; 3 << 20]),
    ];
    thread::scope(|scope| {
        scope.spawn(|| tasks.iter().for_each(|task| a.send_value(task).unwrap()));
        for task in &tasks {
            assert!(b.receive_value::<Task>().unwrap() == *task);
        }
    });
}

#[test]
fn a_value_is_these_bytes() {
    let (mut a, mut b) = pair();
    a.send_value(&Task::Resize { width: 1, height: 300 }).unwrap();
    let message = b.receive().unwrap();
    assert_eq!((message.tag, &message.bytes[..]), (0x8000_0105, &[1, 1, 0xac, 2][..]));
    a.send(tag::VALUE, &[1, 1, 0xac, 2], &[]).unwrap();
    assert_eq!(b.receive_value(), Ok(Task::Resize { width: 1, height: 300 }));
    a.send_proto(&Person { name: "Ada".to_owned(), numbers: vec![1], child: None }).unwrap();
    let message = b.receive().unwrap();
    assert_eq!((message.tag, &message.bytes[..]), (0x8000_0102, &b"\x0a\x03Ada\x12\x01\x01"[..]));
    a.send(tag::PROTO, b"\x0a\x03Ada\x12\x01\x01", &[]).unwrap();
    assert_eq!(b.receive_proto(), Ok(Person { name: "Ada".to_owned(), numbers: vec![1], child: None }));
}

#[test]
fn what_is_no_value_is_an_error_and_the_channel_goes_on() {
    let (mut a, mut b) = pair();
    let bad: [&[u8]; 6] = [
        &[],
        // No such variant.
        &[9],
        // Cut off.
        &[1, 1],
        // More than a value.
        &[0, 0],
        // A list that says it has more elements than there can be.
        &[3, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f],
        // A number that never ends.
        &[1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
    ];
    for bytes in bad {
        a.send(tag::VALUE, bytes, &[]).unwrap();
        assert!(matches!(b.receive_value::<Task>(), Err(Error::Malformed(_))), "{bytes:?}");
    }
    a.send(tag::PROTO, &[0x0a, 0xff, 0xff, 0xff, 0xff, 7], &[]).unwrap();
    assert!(matches!(b.receive_proto::<Person>(), Err(Error::Malformed(_))));
    // Nested deeper than anybody needs.
    let mut deep = Vec::new();
    for _ in 0..10_000 {
        let mut outer = vec![0x1a];
        prost::encode_length_delimiter(deep.len(), &mut outer).unwrap();
        outer.append(&mut deep);
        deep = outer;
    }
    a.send(tag::PROTO, &deep, &[]).unwrap();
    assert!(matches!(b.receive_proto::<Person>(), Err(Error::Malformed(_))));
    a.send_u8(1).unwrap();
    assert_eq!(b.receive_u8(), Ok(1));
}

#[test]
fn another_type_of_message_is_named_with_both_tags() {
    let (mut a, mut b) = pair();
    a.send_bool(true).unwrap();
    let error = b.receive_proto::<Person>().unwrap_err();
    assert_eq!(error, Error::Mismatch { expected: tag::PROTO, found: tag::BOOL });
    let text = error.to_string();
    assert!(text.contains("0x80000102 (proto)") && text.contains("0x80000001 (bool)"), "{text}");
    a.send_proto(&Person::default()).unwrap();
    assert_eq!(b.receive_value::<Task>(), Err(Error::Mismatch { expected: tag::VALUE, found: tag::PROTO }));
}

#[test]
fn messages_of_several_blocks_arrive_whole() {
    let (mut a, mut b) = pair();
    let person = Person { name: "x".repeat((512 << 10) + 123), numbers: vec![7; 1000], child: Some(Box::default()) };
    thread::scope(|scope| {
        scope.spawn(|| a.send_proto(&person).unwrap());
        assert!(b.receive_proto::<Person>().unwrap() == person);
    });
}

#[test]
fn what_cannot_be_written_is_not_sent() {
    struct Unknown;
    impl Serialize for Unknown {
        fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serde::ser::SerializeSeq::end(serializer.serialize_seq(None)?)
        }
    }
    let (mut a, mut b) = pair();
    assert_eq!(a.send_value(&Unknown), Err(Error::Unsendable));
    a.send_u8(1).unwrap();
    assert_eq!(b.receive_u8(), Ok(1));
}
