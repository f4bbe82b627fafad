package dev.cairn.transport.tls;

class OpenSsl12ContractTest extends OpenSslContractTest {
    @Override
    String version() {
        return "TLSv1.2";
    }
}
