#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;

fn proxies(list: &str) -> TrustedProxies {
    TrustedProxies::parse(list).unwrap()
}

fn headers(fields: &[(&'static str, &str)]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in fields {
        headers.append(*name, value.parse().unwrap());
    }
    headers
}

/// Returns the client of a request from `peer`.
fn client(list: &str, peer: &str, fields: &[(&'static str, &str)]) -> String {
    let peer = peer.parse().unwrap();
    let address = proxies(list).client_address(peer, &headers(fields));
    address.to_string()
}

#[test]
fn a_list_has_addresses_and_networks() {
    let list = proxies("10.0.0.0/8, 127.0.0.1 ::1,fd00::/8");
    for (address, expected) in [
        ("10.1.2.3", true),
        ("11.1.2.3", false),
        ("127.0.0.1", true),
        ("127.0.0.2", false),
        ("::ffff:127.0.0.1", true),
        ("::1", true),
        ("fd12::1", true),
        ("2001:db8::1", false),
    ] {
        let address: IpAddr = address.parse().unwrap();
        assert_eq!(list.is_trusted(address), expected, "{address}");
    }
    assert!(!list.trusts_everyone());
    assert!(proxies("10.0.0.1, ::/0").trusts_everyone());
    for bad in ["proxy.internal", "10.0.0.0/33", "10.0.0", "10.0.0.1:80"] {
        let list = format!("127.0.0.1, {bad}");
        assert_eq!(TrustedProxies::parse(&list), Err(bad));
    }
}

#[test]
fn headers_of_an_untrusted_peer_are_ignored() {
    let forged = [
        ("x-forwarded-for", "198.51.100.1"),
        ("forwarded", "for=198.51.100.1;host=evil.example"),
        ("x-forwarded-host", "evil.example"),
    ];
    assert_eq!(client("", "203.0.113.5", &forged), "203.0.113.5");
    assert_eq!(client("10.0.0.0/8", "203.0.113.5", &forged), "203.0.113.5");
    let peer = "203.0.113.5".parse().unwrap();
    let forwarded = proxies("10.0.0.0/8").forwarded(peer, &headers(&forged));
    assert_eq!(forwarded, None);
}

#[test]
fn the_client_is_the_last_address_that_is_not_a_proxy() {
    for (value, expected) in [
        ("203.0.113.5", "203.0.113.5"),
        // What the client sent stands before what the proxy appended.
        ("198.51.100.1, 203.0.113.5", "203.0.113.5"),
        ("10.9.9.9, 203.0.113.5", "203.0.113.5"),
        ("198.51.100.1, 203.0.113.5, 10.0.0.7", "203.0.113.5"),
        ("203.0.113.5:4711", "203.0.113.5"),
        ("::ffff:203.0.113.5", "203.0.113.5"),
        ("2001:db8::1", "2001:db8::1"),
        ("[2001:db8::1]", "2001:db8::1"),
        ("[2001:db8::1]:443", "2001:db8::1"),
        // All are proxies: the outermost one.
        ("10.0.0.8, 10.0.0.7", "10.0.0.8"),
        // Not addresses: the proxy that reported them.
        ("198.51.100.1, unknown", "10.0.0.1"),
        ("198.51.100.1, unknown, 10.0.0.7", "10.0.0.7"),
        ("198.51.100.1,", "10.0.0.1"),
        ("", "10.0.0.1"),
    ] {
        let fields = [("x-forwarded-for", value)];
        assert_eq!(
            client("10.0.0.0/8", "10.0.0.1", &fields),
            expected,
            "{value}"
        );
    }
    let repeated = [
        ("x-forwarded-for", "198.51.100.1"),
        ("x-forwarded-for", "203.0.113.5"),
    ];
    assert_eq!(client("10.0.0.1", "10.0.0.1", &repeated), "203.0.113.5");
    assert_eq!(
        client("10.0.0.1", "::ffff:10.0.0.1", &repeated),
        "203.0.113.5"
    );
}

#[test]
fn the_standard_header_is_read_in_the_same_way() {
    for (value, expected) in [
        ("for=203.0.113.5", "203.0.113.5"),
        ("For=\"[2001:db8:cafe::17]:4711\"", "2001:db8:cafe::17"),
        (
            "for=198.51.100.1, for=203.0.113.5;proto=https",
            "203.0.113.5",
        ),
        (
            "for=198.51.100.1;host=\"a, b; c\", for=203.0.113.5, for=10.0.0.7",
            "203.0.113.5",
        ),
        ("for=\"203.0\\.113.5\"", "203.0.113.5"),
        ("for=198.51.100.1, for=_hidden", "10.0.0.1"),
        ("for=198.51.100.1, by=10.0.0.1", "10.0.0.1"),
        ("for=198.51.100.1, for=\"203.0.113.5", "10.0.0.1"),
    ] {
        let fields = [("forwarded", value)];
        assert_eq!(
            client("10.0.0.0/8", "10.0.0.1", &fields),
            expected,
            "{value}"
        );
    }
}

/// Most proxies set `X-Forwarded-For` and pass on a `Forwarded` of the client.
#[test]
fn the_header_that_proxies_set_wins_over_the_standard_one() {
    let both = [
        ("forwarded", "for=198.51.100.1;host=evil.example;proto=http"),
        ("x-forwarded-for", "203.0.113.5"),
        ("x-forwarded-proto", "https"),
    ];
    let peer = "10.0.0.1".parse().unwrap();
    let forwarded = proxies("10.0.0.1")
        .forwarded(peer, &headers(&both))
        .unwrap();
    assert_eq!(
        forwarded,
        Forwarded {
            client: "203.0.113.5".parse().unwrap(),
            host: None,
            scheme: Some("https".to_owned()),
        }
    );
}

#[test]
fn host_and_scheme_are_those_that_the_outermost_proxy_saw() {
    let read = |fields: &[(&'static str, &str)]| {
        let peer = "10.0.0.1".parse().unwrap();
        let it = proxies("10.0.0.0/8")
            .forwarded(peer, &headers(fields))
            .unwrap();
        (it.host, it.scheme)
    };
    let some = |text: &str| Some(text.to_owned());
    assert_eq!(
        read(&[
            ("x-forwarded-for", "203.0.113.5, 10.0.0.7"),
            ("x-forwarded-host", "evil.example, www.example.com, inner"),
            ("x-forwarded-proto", "https"),
        ]),
        (some("www.example.com"), some("https"))
    );
    assert_eq!(
        read(&[("x-forwarded-host", "www.example.com")]),
        (some("www.example.com"), None)
    );
    assert_eq!(
        read(&[(
            "forwarded",
            "for=1.1.1.1;host=evil.example, for=203.0.113.5;host=\"www.example.com:8443\";proto=https, for=10.0.0.7;host=inner"
        )]),
        (some("www.example.com:8443"), some("https"))
    );
    assert_eq!(read(&[]), (None, None));
}
