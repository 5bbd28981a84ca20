#![expect(clippy::unwrap_used, reason = "tests")]

use serde_json::json;

use super::*;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Payment {
    actions: Vec<String>,
    amount: u32,
}

impl AuthorizationDetail for Payment {
    const TYPE: &'static str = "payment";
}

fn payment() -> Payment {
    Payment {
        actions: vec!["initiate".to_owned(), "cancel".to_owned()],
        amount: 45,
    }
}

#[test]
fn a_required_detail_must_be_granted_as_a_whole() {
    let details = AuthorizationDetails::default().require(&payment()).unwrap();
    let whole = json!({ "type": "payment", "actions": ["cancel", "initiate"], "amount": 45 });
    let with = |name: &str, value: Value| {
        let mut detail = whole.clone();
        detail[name] = value;
        detail
    };
    for granted in [
        whole.clone(),
        with("status", json!("accepted")),
        with("actions", json!(["initiate", "cancel", "status"])),
    ] {
        let other = json!({ "type": "other" });
        assert!(details.missing(&[other, granted]).is_empty());
    }
    for granted in [
        with("type", json!("other")),
        with("amount", json!(46)),
        with("amount", json!("45")),
        with("amount", Value::Null),
        with("actions", json!(["initiate"])),
        with("actions", json!("initiate cancel")),
        json!({ "type": "payment" }),
        json!("payment"),
        json!([whole]),
    ] {
        assert_eq!(
            details.missing(std::slice::from_ref(&granted)),
            ["payment"],
            "{granted}"
        );
    }
    assert_eq!(details.missing(&[]), ["payment"]);
}

#[test]
fn other_details_may_be_left_out() {
    let details = AuthorizationDetails::default().request(&payment()).unwrap();
    assert!(details.missing(&[]).is_empty());
    assert_eq!(details.unsupported(&["other".to_owned()]), ["payment"]);
    assert!(details.unsupported(&["payment".to_owned()]).is_empty());
}

#[test]
fn the_parameter_is_an_array_of_typed_objects() {
    let details = AuthorizationDetails::default().require(&payment()).unwrap();
    let parameter: Value = serde_json::from_str(&details.parameter()).unwrap();
    let expected = json!([{ "type": "payment", "actions": ["initiate", "cancel"], "amount": 45 }]);
    assert_eq!(parameter, expected);
    let json = details.to_json().unwrap();
    assert_eq!(
        AuthorizationDetails::from_json(json.as_bytes()),
        Some(details)
    );
}

#[test]
fn granted_details_are_read_by_their_type() {
    let details = [
        json!({ "type": "payment", "actions": ["initiate"], "amount": 45, "status": "accepted" }),
        json!({ "type": "payment", "actions": "initiate" }),
        json!({ "type": "other", "actions": [], "amount": 1 }),
    ];
    let granted: Vec<Payment> = granted(&details);
    assert_eq!(granted.len(), 1);
    assert_eq!(granted[0].amount, 45);
}

#[test]
fn what_is_no_object_or_too_large_cannot_be_requested() {
    #[derive(Serialize, Deserialize)]
    struct Text(String);
    impl AuthorizationDetail for Text {
        const TYPE: &'static str = "text";
    }
    let error = AuthorizationDetails::default().require(&Text(String::new()));
    assert_eq!(error, Err(AuthorizationDetailsError::NotAnObject));
    let large = Payment {
        actions: vec!["x".repeat(MAX_BYTES)],
        amount: 1,
    };
    let details = AuthorizationDetails::default().require(&large).unwrap();
    assert_eq!(details.to_json(), Err(AuthorizationDetailsError::TooLarge));
}
