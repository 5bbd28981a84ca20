use super::*;

#[tokio::test]
async fn an_address_in_use_is_an_error_and_one_that_a_server_has_left_is_not() {
    let listener = listen("127.0.0.1:0".parse().unwrap()).unwrap();
    let address = listener.local_addr().unwrap();
    let error = listen(address).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::AddrInUse);
    // The server closes its connection first, so that the operating system remembers it (TIME-WAIT).
    let mut client = TcpStream::connect(address).await.unwrap();
    let (accepted, _) = listener.accept().await.unwrap();
    drop((accepted, listener));
    until_closed(&mut client).await;
    drop(client);
    listen(address).unwrap();
}
